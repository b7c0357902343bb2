import { assertNever } from '../../shared/assertNever';
import type { RunRequest, RunResult } from '../sandbox';
import type { ThreadHandle } from './channel';
import { fromFailure, GaveWay, threadEnded } from './failure';
import type { FromThread, StagingMethod, ThreadOptions, ToThread } from './protocol';

export type KernelHandle = ThreadHandle<ToThread, FromThread>;
/** Messages that concern guests, for the holder that starts them. */
export type GuestMessage = Extract<FromThread, { type: 'guest start' | 'guest terminate' }>;

export interface ConnectionOptions {
  readonly thread: ThreadOptions;
  /** Starts the kernel's thread. */
  readonly connect: () => KernelHandle;
  readonly onGuest?: (message: GuestMessage, handle: KernelHandle) => void;
}

interface PendingRun {
  readonly request: RunRequest;
  readonly settle: PromiseWithResolvers<RunResult>;
  readonly start: PromiseWithResolvers<void>;
  started: boolean;
  inputTaken: ((more: boolean) => void) | undefined;
}

/** One life of the kernel's thread. */
export class KernelConnection {
  readonly opened: Promise<void>;
  readonly #opening = withResolvers<void>();
  readonly #handle: KernelHandle;
  readonly #runs = new Map<number, PendingRun>();
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #closed = withResolvers<void>();
  #last = 0;
  #lost = false;
  #stuck = false;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly onLost: () => void,
  ) {
    this.opened = this.#opening.promise;
    this.opened.catch(() => this.onLost());
    this.#handle = options.connect();
    this.#handle.onMessage((message) => this.#receive(message));
    this.#handle.onClose(() => this.#lose());
    this.#handle.post({ type: 'open', options: options.thread });
  }

  /** `GaveWay`: the thread went before the run began, and nothing of its input was taken. */
  async run(request: RunRequest, signal: AbortSignal): Promise<RunResult> {
    if (this.#lost) throw threadEnded();
    const run = ++this.#last;
    const settle = withResolvers<RunResult>();
    const pending: PendingRun = { request, settle, start: withResolvers(), started: false, inputTaken: undefined };
    this.#runs.set(run, pending);
    const { stdin, onOutput, ...rest } = request;
    const pushed = stdin !== undefined && !(stdin instanceof Uint8Array);
    this.#handle.post({
      type: 'run',
      run,
      request: { ...rest, stdin: pushed ? 'pushed' : (stdin ?? 'none'), streams: onOutput !== undefined },
    });
    const abort = () => this.#handle.post({ type: 'abort', run });
    signal.addEventListener('abort', abort, { once: true });
    try {
      await this.opened;
      // A source of input that fails ends the input; what the program makes of that is its result.
      if (pushed) void this.#feed(run, pending, stdin).catch(() => this.#handle.post({ type: 'input', run, chunk: null }));
      return await pending.settle.promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#runs.delete(run);
      pending.inputTaken?.(false);
    }
  }

  async callStaging(method: StagingMethod, args: readonly unknown[]): Promise<unknown> {
    if (this.#lost) throw threadEnded();
    const call = ++this.#last;
    const settle = withResolvers<unknown>();
    this.#calls.set(call, settle);
    this.#handle.post({ type: 'staging', call, method, args });
    try {
      return await settle.promise;
    } finally {
      this.#calls.delete(call);
    }
  }

  async close(limitMs: number): Promise<void> {
    if (this.#lost) return;
    this.#handle.post({ type: 'close' });
    const timer = setTimeout(() => this.#closed.resolve(), limitMs);
    await this.#closed.promise;
    clearTimeout(timer);
    await this.#handle.kill();
  }

  async #feed(run: number, pending: PendingRun, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await pending.start.promise;
    for await (const chunk of chunks) {
      if (!this.#runs.has(run)) return;
      const taken = new Promise<boolean>((resolve) => (pending.inputTaken = resolve));
      this.#handle.post({ type: 'input', run, chunk });
      if (!(await taken)) return;
    }
    this.#handle.post({ type: 'input', run, chunk: null });
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case 'opened':
        this.#opening.resolve();
        return;
      case 'open failed':
        this.#opening.reject(fromFailure(message.failure));
        for (const { settle } of this.#runs.values()) settle.reject(fromFailure(message.failure));
        void this.#handle.kill();
        return;
      case 'started': {
        const pending = this.#runs.get(message.run);
        if (pending) pending.started = true;
        pending?.start.resolve();
        return;
      }
      case 'output': {
        this.#runs.get(message.run)?.request.onOutput?.(message.stream, message.chunk);
        this.#handle.post({ type: 'output taken', run: message.run });
        return;
      }
      case 'input taken':
        this.#runs.get(message.run)?.inputTaken?.(message.more);
        return;
      case 'ended':
        this.#runs.get(message.run)?.settle.resolve(message.result);
        return;
      case 'run failed':
        this.#runs.get(message.run)?.settle.reject(fromFailure(message.failure));
        return;
      case 'staging done':
        this.#calls.get(message.call)?.resolve(message.value);
        return;
      case 'staging failed':
        this.#calls.get(message.call)?.reject(fromFailure(message.failure));
        return;
      case 'guest start':
      case 'guest terminate':
        this.options.onGuest?.(message, this.#handle);
        return;
      case 'gave way':
        this.#lose(() => new GaveWay());
        void this.#handle.kill();
        return;
      case 'stuck':
        this.#stuck = true;
        this.onLost();
        void this.#handle.kill();
        return;
      case 'closed':
        this.#closed.resolve();
        return;
      default:
        assertNever(message);
    }
  }

  #lose(why: () => Error = threadEnded): void {
    if (this.#lost) return;
    this.#lost = true;
    this.onLost();
    this.#closed.resolve();
    this.#opening.reject(why());
    for (const { settle, started } of this.#runs.values()) settle.reject(this.#stuck && !started ? new GaveWay() : why());
    for (const settle of this.#calls.values()) settle.reject(why());
  }
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve!: PromiseWithResolvers<T>['resolve'];
  let reject!: PromiseWithResolvers<T>['reject'];
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whoever waits sees the rejection; one that nobody waits for is no fault.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
