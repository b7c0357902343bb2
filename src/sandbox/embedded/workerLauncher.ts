import { Worker } from 'node:worker_threads';
import { CompiledModules } from '../compiledModules';
import { mailboxBytes } from '../mailbox';
import { pageBytes, type GuestCallbacks, type GuestModule, type GuestThread, type Launcher } from '../launcher';
import { keptMemoryBytes, type WorkerJob, type WorkerReport } from './workerJob';

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
  /** Told of each memory that is not used again, with its bytes. */
  readonly letGo?: (bytes: number) => void;
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
        const again = idle.findLastIndex((each) => each.hasMemoryFor(module));
        const worker = (again < 0 ? idle.pop() : idle.splice(again, 1)[0]) ?? spawn();
        try {
          worker.prepareMemory(module);
        } catch (error) {
          idle.push(worker);
          job.end(`no memory for the program: ${reason(error)}`);
          return;
        }
        job.worker = worker;
        worker.run(
          module,
          compiled,
          (memory) => callbacks.attached(memory),
          (trap, alive) => {
            // The guest before is over for the kernel before its memory can be another's.
            job.end(trap);
            if (alive && !disposed && idle.length < options.maxIdleThreads) idle.push(worker);
            else void worker.terminate();
          },
        );
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

/** A memory, and what it was made for. */
interface KeptMemory {
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;
}

/** One thread; runs one guest at a time. */
class GuestWorker {
  readonly #worker: Worker;
  #kept: KeptMemory | undefined;
  /** Whether the thread has that memory already. */
  #sent = false;
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
      this.#letGo();
      onExit();
    });
    this.#worker.unref();
  }

  /** Whether the last guest's memory is as one for this module would be. */
  hasMemoryFor({ initialPages, maximumPages }: GuestModule): boolean {
    const kept = this.#kept;
    return kept !== undefined && kept.maximumPages === maximumPages && kept.memory.buffer.byteLength === initialPages * pageBytes;
  }

  /** Throws where there is none. */
  prepareMemory(module: GuestModule): void {
    const { initialPages, maximumPages, mailboxAddress } = module;
    if (this.#kept && this.hasMemoryFor(module)) {
      // The thread empties the rest before it starts the guest.
      new Uint8Array(this.#kept.memory.buffer, mailboxAddress, mailboxBytes).fill(0);
      return;
    }
    this.#letGo();
    this.#kept = { memory: new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared: true }), maximumPages };
    this.#sent = false;
  }

  /** `done` gets the trap, and whether the thread can run another guest. */
  run(
    { hash, mailboxAddress }: GuestModule,
    module: WebAssembly.Module,
    attached: (memory: WebAssembly.Memory) => void,
    done: (trap: string | null, alive: boolean) => void,
  ): void {
    const memory = this.#kept?.memory;
    if (!memory) throw new Error('a guest needs a memory');
    this.#done = done;
    attached(memory);
    const job: WorkerJob = {
      hash,
      mailboxAddress,
      ...(this.#sent ? {} : { memory }),
      ...(this.#known.has(hash) ? {} : { module }),
    };
    this.#sent = true;
    this.#known.add(hash);
    this.#worker.postMessage(job);
  }

  #letGo(): void {
    if (this.#kept) this.options.letGo?.(this.#kept.memory.buffer.byteLength);
    this.#kept = undefined;
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
    if (this.#kept && this.#kept.memory.buffer.byteLength > keptMemoryBytes) this.#letGo();
    done?.(trap, alive);
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
