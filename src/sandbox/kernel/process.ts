import { errno, toFsError } from '../../staging/errno';
import type { Accessor } from '../../staging/vfs';
import { calls } from '../calls';
import { callHandlers } from './callHandlers';
import type { Cancel } from './description';
import type { Descriptors } from './descriptors';
import type { GuestMemory } from './guestMemory';
import { Args, answer, ASKED, CALL, die, REFUSED, SPIN, STATE } from './mailbox';
import type { Run } from './run';
import type { Service, Served } from './service';
import { signal, type SignalState } from './signals';
import type { GuestThread } from '../launcher';

/** What a call's handler gives where the answer comes later, by `reply`. */
export const BLOCKED = -1;

/**
 * What a program that gives up for want of memory may still call, to say so. One that calls anything else has gone on
 * without what it was refused, and a later trap is not for that.
 */
const lastWords: ReadonlySet<number> = new Set(
  calls.flatMap(([, name], number) => (['fd_write', 'fd_fdstat_get', 'environ_sizes_get', 'environ_get'].includes(name) ? [number] : [])),
);

/** How many times a guest looks for its answer before it sleeps; longer than most calls take. */
const guestSpins = 40_000;
/** How long a guest that was told to end may take before its thread is ended. */
const dieMs = 100;
/** The same for one that computes. */
const computingMs = 8;

export type ExitStatus = { readonly kind: 'exited'; readonly code: number } | { readonly kind: 'signaled'; readonly signal: number };

export interface ChildStatus {
  readonly pid: number;
  readonly status: ExitStatus;
}

export interface ProcessOptions {
  readonly pid: number;
  readonly name: string;
  readonly parent: Process | null;
  readonly run: Run;
  readonly service: Service;
  readonly accessor: Accessor;
  readonly descriptors: Descriptors;
  readonly args: readonly Uint8Array[];
  readonly environ: readonly Uint8Array[];
  readonly cwd: string;
  readonly signals: SignalState;
  readonly report: (error: unknown) => void;
}

/** One guest program that runs: all its state that is not in its own memory. */
export class Process implements Served {
  readonly pid: number;
  readonly name: string;
  readonly parent: Process | null;
  readonly run: Run;
  readonly accessor: Accessor;
  readonly descriptors: Descriptors;
  readonly args: readonly Uint8Array[];
  readonly environ: readonly Uint8Array[];
  readonly signals: SignalState;
  readonly startedNs = process.hrtime.bigint();
  cwd: string;
  readonly children = new Map<number, Process>();
  /** Children that have ended and were not waited for, oldest first. */
  readonly ended: ChildStatus[] = [];
  /** Told when a child ends; set by a `proc_wait` that waits. */
  childEnded: (() => void) | null = null;
  #memory: GuestMemory | null = null;
  #arguments: Args | null = null;
  #thread: GuestThread | null = null;
  #threadEnded = false;
  #status: ExitStatus | null = null;
  #cancel: Cancel | null = null;
  #interrupt: (() => number) | null = null;

  constructor(private readonly options: ProcessOptions) {
    this.pid = options.pid;
    this.name = options.name;
    this.parent = options.parent;
    this.run = options.run;
    this.accessor = options.accessor;
    this.descriptors = options.descriptors;
    this.args = options.args;
    this.environ = options.environ;
    this.signals = options.signals;
    this.cwd = options.cwd;
  }

  /** Where the guest runs. */
  get memory(): GuestMemory {
    if (!this.#memory) throw new Error('the guest has no memory yet');
    return this.#memory;
  }

  get hasMemory(): boolean {
    return this.#memory !== null;
  }

  get ints(): Int32Array {
    return this.memory.ints;
  }

  get blocked(): boolean {
    return this.#cancel !== null;
  }

  get alive(): boolean {
    return this.#status === null;
  }

  /** Bytes that its memory takes, until its thread is through. */
  get memoryBytes(): number {
    return this.#threadEnded ? 0 : (this.#memory?.byteLength ?? 0);
  }

  thread(thread: GuestThread): void {
    this.#thread = thread;
    if (!this.alive) thread.terminate();
  }

  attach(memory: GuestMemory): void {
    this.#memory = memory;
    if (!this.alive) {
      this.#stopThread();
      return;
    }
    this.#arguments = new Args(memory.ints);
    memory.ints[SPIN] = this.options.service.maySpin ? guestSpins : 0;
    this.options.service.add(this);
  }

  threadEnded(): void {
    this.#threadEnded = true;
  }

  serve(): void {
    const { ints } = this;
    const call = (ints[CALL] ?? 0) >>> 0;
    if (ints[REFUSED] !== 0 && !lastWords.has(call)) ints[REFUSED] = 0;
    const handler = callHandlers[call];
    let result: number;
    try {
      result = handler && this.#arguments ? handler(this, this.#arguments) : errno.nosys;
    } catch (error) {
      const known = toFsError(error);
      if (known !== error) this.options.report(error);
      result = known.errno;
    }
    if (result !== BLOCKED && this.alive) this.#answer(result);
  }

  /**
   * The call waits: `cancel` takes it out of wherever it waits, `interrupt` does the same for a signal and gives the
   * call's result. Then one `reply` ends it. Gives what the handler is to give: `BLOCKED`, or EINTR at once.
   */
  block(cancel: Cancel, interrupt: () => number = () => errno.intr): number {
    // A signal that came just before would else be slept over.
    if (this.signals.hasPending) {
      cancel();
      return interrupt();
    }
    this.#cancel = cancel;
    this.#interrupt = () => {
      cancel();
      return interrupt();
    };
    return BLOCKED;
  }

  reply(result: number): void {
    if (!this.#cancel) return;
    this.#cancel = null;
    this.#interrupt = null;
    if (this.alive) this.#answer(result);
  }

  /** Runs `answerWith` for a call that waits; what it throws becomes the call's errno. */
  replyWith(answerWith: () => number): void {
    // Its memory may be another's by now.
    if (!this.alive) return;
    let result: number;
    try {
      result = answerWith();
    } catch (error) {
      result = toFsError(error).errno;
    }
    this.reply(result);
  }

  raise(number: number): void {
    switch (this.signals.deliver(number)) {
      case 'end':
        this.end({ kind: 'signaled', signal: number });
        return;
      case 'caught':
        if (this.#interrupt) {
          const interrupt = this.#interrupt;
          this.replyWith(interrupt);
        }
        return;
      case 'ignored':
        return;
    }
  }

  spoiled(): void {
    this.end({ kind: 'signaled', signal: signal.segv });
  }

  /** The process is no more: no call of it takes effect from here on, and its children end with it. */
  end(status: ExitStatus): void {
    if (!this.alive) return;
    this.#status = status;
    this.#cancel?.();
    if (this.#memory) this.options.service.remove(this);
    this.#stopThread();
    this.descriptors.closeAll();
    for (const child of [...this.children.values()]) child.end({ kind: 'signaled', signal: signal.kill });
    this.run.processEnded(this, status);
    this.parent?.childHasEnded(this, status);
  }

  childHasEnded(child: Process, status: ExitStatus): void {
    this.children.delete(child.pid);
    if (!this.alive) return;
    this.ended.push({ pid: child.pid, status });
    this.childEnded?.();
    this.raise(signal.chld);
  }

  /** The guest is told to trap at its call, this one or the next, which keeps its worker; soon it is stopped from outside. */
  #stopThread(): void {
    const memory = this.#memory;
    if (this.#threadEnded) return;
    if (!memory) {
      this.#thread?.terminate();
      return;
    }
    const inCall = Atomics.load(memory.ints, STATE) === ASKED;
    die(memory.ints);
    setTimeout(
      () => {
        if (!this.#threadEnded) this.#thread?.terminate();
      },
      inCall ? dieMs : computingMs,
    );
  }

  #answer(result: number): void {
    const { ints } = this;
    ints[SPIN] = this.options.service.maySpin ? guestSpins : 0;
    if (answer(ints, result)) this.options.service.guestWoken();
  }
}
