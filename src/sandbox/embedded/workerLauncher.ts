import { Worker } from 'node:worker_threads';
import { CompiledModules } from '../compiledModules';
import type { GuestCallbacks, GuestModule, GuestThread, Launcher } from '../launcher';
import type { WorkerJob, WorkerReport } from './workerJob';

/** The native stack of a guest's thread: functions of awk and of the shell call themselves some thousands deep. */
const guestStackMib = 32;

export interface WorkerLauncherOptions {
  /** dist/guestWorker.cjs. */
  readonly workerFile: string;
  /** Threads that are kept ready; a thread that was ended is replaced up to this number. */
  readonly warmThreads: number;
  /** Idle threads beyond this number are ended when their guest is through. */
  readonly maxIdleThreads: number;
  /** A thread that has not ended within this time after `terminate` counts as stuck. */
  readonly stuckAfterMs: number;
  /** Nothing but the end of the whole process ends this thread. Called once a thread. */
  readonly onStuck: () => void;
}

/** Runs guests on worker threads of this process. */
export function createWorkerLauncher(options: WorkerLauncherOptions): Launcher {
  const modules = new CompiledModules();
  const idle: GuestWorker[] = [];
  const all = new Set<GuestWorker>();
  const ending = { count: 0 };
  let disposed = false;

  const spawn = (): GuestWorker => {
    const worker = new GuestWorker(options, ending, () => {
      all.delete(worker);
      const index = idle.indexOf(worker);
      if (index >= 0) idle.splice(index, 1);
      // Starting a thread takes a moment of this one: what waits for the end of that guest goes first.
      setImmediate(replenish);
    });
    all.add(worker);
    return worker;
  };
  const replenish = () => {
    while (!disposed && idle.length < options.warmThreads && all.size < options.warmThreads) idle.push(spawn());
  };
  replenish();

  return {
    start(module, callbacks) {
      const job = new Job(callbacks);
      const run = (compiled: WebAssembly.Module) => {
        if (job.over) return;
        let memory: WebAssembly.Memory;
        try {
          memory = new WebAssembly.Memory({ initial: module.initialPages, maximum: module.maximumPages, shared: true });
        } catch (error) {
          job.end(`no memory for the program: ${reason(error)}`);
          return;
        }
        const worker = idle.pop() ?? spawn();
        job.worker = worker;
        callbacks.attached(memory);
        worker.run(module, compiled, memory, (trap, alive) => {
          if (alive && !disposed && idle.length < options.maxIdleThreads) idle.push(worker);
          else void worker.terminate();
          job.end(trap);
        });
      };
      const compiled = modules.get(module);
      if (compiled instanceof Promise)
        void compiled.then(run, (error: unknown) => job.end(`the program does not compile: ${reason(error)}`));
      else run(compiled);
      return job;
    },
    async dispose() {
      disposed = true;
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

class Job implements GuestThread {
  worker: GuestWorker | undefined;
  over = false;
  constructor(private readonly callbacks: GuestCallbacks) {}

  end(trap: string | null): void {
    if (this.over) return;
    this.over = true;
    this.callbacks.ended(trap);
  }

  terminate(): void {
    if (this.over) return;
    if (this.worker) void this.worker.terminate();
    else this.end(null);
  }
}

/** One thread; runs one guest at a time. */
class GuestWorker {
  readonly #worker: Worker;
  readonly #known = new Set<string>();
  #done: ((trap: string | null, alive: boolean) => void) | undefined;
  #ending: Promise<void> | undefined;
  #online = false;

  constructor(
    private readonly options: WorkerLauncherOptions,
    private readonly ending: { count: number },
    onExit: () => void,
  ) {
    // Only addresses: what a guest does not call into costs nothing.
    const resourceLimits = { stackSizeMb: guestStackMib };
    this.#worker = new Worker(options.workerFile, { env: {}, execArgv: [], stdin: false, name: 'sunaba guest', resourceLimits });
    this.#worker.once('online', () => (this.#online = true));
    this.#worker.on('message', (report: WorkerReport) => this.#finish(report.trap, this.#ending === undefined));
    // What the thread itself fails with (it ran out of memory, say) is followed by its exit.
    this.#worker.on('error', (error) => this.#finish(reason(error), false));
    this.#worker.on('exit', () => {
      this.#ending ??= Promise.resolve();
      this.#finish(null, false);
      onExit();
    });
    this.#worker.unref();
  }

  /** `done` gets the trap, and whether the thread can run another guest. */
  run(
    { hash, mailboxAddress }: GuestModule,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    done: (trap: string | null, alive: boolean) => void,
  ): void {
    this.#done = done;
    const job: WorkerJob = { hash, memory, mailboxAddress, ...(this.#known.has(hash) ? {} : { module }) };
    this.#known.add(hash);
    this.#worker.postMessage(job);
  }

  terminate(): Promise<void> {
    this.#ending ??= this.#terminate();
    return this.#ending;
  }

  /** Many threads that end together share the processors, and each may take as much longer. */
  async #terminate(): Promise<void> {
    const { ending, options } = this;
    ending.count++;
    const stuck = setTimeout(options.onStuck, options.stuckAfterMs * ending.count);
    // A thread that is still starting cannot end before it has started; it holds nothing up.
    if (!this.#online) clearTimeout(stuck);
    await this.#worker.terminate();
    ending.count--;
    clearTimeout(stuck);
  }

  #finish(trap: string | null, alive: boolean): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(trap, alive);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
