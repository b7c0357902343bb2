import type { LedgerSummary } from '../../shared/ledger';
import type { LimitNotice, Limits } from '../../shared/limits';
import type { LedgerSink, Namespace } from '../../staging/vfs';
import type { GuestModule, Launcher } from '../launcher';
import type { Exit, KeptOutput, RunRequest } from '../sandbox';

/*
 * What the thread that hosts a kernel gives it, and what it gets. One kernel a conversation; everything runs on the
 * thread that made it. The thread's event loop has to stay alive by itself (a port, a timer): waiting guests do not hold it.
 */

/** Relinked programs by the names that /bin lists. */
export interface ProgramSource {
  /** Sorted. */
  names(): readonly string[];
  /**
   * `undefined`: no such program. May load lazily; the guest that spawns waits. A rejection is a failure of Sunaba itself.
   * `maximumPages` of the answer is lowered by the kernel to the limit on a process' memory.
   */
  load(name: string): GuestModule | undefined | Promise<GuestModule>;
}

export interface Ledger {
  readonly sink: LedgerSink;
  summary(): LedgerSummary;
}

export interface KernelOptions {
  readonly launcher: Launcher;
  readonly programs: ProgramSource;
  /**
   * The whole virtual root, or, where `mount` is `/`, the folder alone. Its `devices` mounts give names of `deviceNames`
   * (device.ts), its `programs` mounts `programs.names`.
   */
  readonly namespace: Namespace;
  /** Where the folder appears: `/workspace` as a rule. */
  readonly mount: string;
  readonly limits: Limits;
  /** A new ledger for each run. */
  readonly createLedger: () => Ledger;
  /** How many guests may spin at once; the number of cores less one is a good value, 0 never spins. */
  readonly spinningGuests: number;
  /** Told of a fault of the kernel itself; the guest that met it got EIO. */
  readonly reportFault?: (error: unknown) => void;
}

/** `RunRequest` as it reaches the kernel's thread: modules are relinked by now, streams are pushed. */
export interface KernelRequest extends Pick<
  RunRequest,
  'args' | 'env' | 'bareEnv' | 'cwd' | 'view' | 'readOnly' | 'stdinIsTerminal' | 'stdoutIsTerminal' | 'stderrIsTerminal'
> {
  readonly program: string | GuestModule;
  /** The run's limits over the kernel's. */
  readonly limits?: Partial<Limits>;
  /** Bytes that are all of the standard input; `pushed`: `writeInput` and `endInput` of the run; `none`: it is /dev/null. */
  readonly stdin: Uint8Array | 'pushed' | 'none';
}

export interface KernelRunCallbacks {
  /**
   * Output in the order of the writes. The chunk is the callee's. While the promise is open, more than `outputWindowBytes`
   * (output.ts) of output wait, and the guests that write wait too: so nobody's memory grows with what a guest prints.
   */
  output(stream: 'stdout' | 'stderr', chunk: Uint8Array): void | Promise<void>;
}

export interface KernelResult {
  readonly exit: Exit;
  readonly stdout: KeptOutput;
  readonly stderr: KeptOutput;
  readonly combined: KeptOutput;
  readonly outputPath?: string;
  /** Every limit that stopped or refused something, with the sentence that names its setting. */
  readonly limitsMet: readonly LimitNotice[];
  readonly ledger: LedgerSummary;
  readonly cwd?: string;
  readonly durationMs: number;
}

export interface KernelRun {
  /** Rejects only where Sunaba itself failed (UserError `sandboxFailed`). */
  readonly ended: Promise<KernelResult>;
  /** Takes more standard input; resolves when there is room for the next chunk, or nobody reads any more (false). */
  writeInput(chunk: Uint8Array): Promise<boolean>;
  endInput(): void;
  /** Ends every process of the run; `ended` gives `aborted`. */
  abort(): void;
}

export interface Kernel {
  /** Resolves when the threads of all processes that have ended by now are through. */
  settled(): Promise<void>;
  start(request: KernelRequest, callbacks: KernelRunCallbacks): KernelRun;
  /** Aborts what runs. The launcher and the namespace stay their makers'. */
  dispose(): void;
}
