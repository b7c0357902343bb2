import type { Change, ChangeSet, CommitReport, CommitRequest, ReviewSide } from '../shared/changeSet';
import type { LedgerSummary } from '../shared/ledger';
import type { LimitName, LimitNotice, Limits } from '../shared/limits';

/** Which launcher carries the guests. */
export type HostKind = 'vscode' | 'embedded';

/** One conversation's sandbox: a kernel thread, its overlay over one folder, and the guests that run in it. */
export interface Sandbox {
  readonly host: HostKind;
  /** Starts a process, waits for its end, and gives what came of it. Rejects only where Sunaba itself failed. */
  run(request: RunRequest, signal: AbortSignal): Promise<RunResult>;
  readonly staging: StagingPort;
  dispose(): Promise<void>;
}

export interface RunRequest {
  /** A tool's name below /bin, or the bytes of a preview1 module. */
  readonly program: string | { readonly name: string; readonly module: Uint8Array };
  /** Without argv[0], which is the program's name. Words are bytes where they are not text. */
  readonly args: readonly (string | Uint8Array)[];
  readonly env?: Readonly<Record<string, string>>;
  /** The environment is `env` alone, without PATH, HOME and the like. */
  readonly bareEnv?: boolean;
  /** An absolute guest path; `/workspace` where absent. */
  readonly cwd?: string;
  /** `files`: preopens /workspace and /tmp alone. `shell`: the whole virtual root. `only mount`: the folder alone, at the sandbox' mount path. */
  readonly view: 'files' | 'shell' | 'only mount';
  /** Where absent, standard input is /dev/null; else it is a pipe. */
  readonly stdin?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Somebody types what `stdin` gives: programs see a terminal there. */
  readonly stdinIsTerminal?: boolean;
  /** Somebody reads there what is printed while it runs: programs see a terminal. */
  readonly stdoutIsTerminal?: boolean;
  readonly stderrIsTerminal?: boolean;
  /** Streams output while it runs, in the order of the writes. The callee must not keep the chunk's buffer busy for long. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void;
  readonly limits?: Partial<Limits>;
  /** Refuses writes with EROFS for this run. */
  readonly readOnly?: boolean;
}

export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number }
  | { readonly kind: 'trapped'; readonly message: string; readonly memoryAtCap: boolean }
  | { readonly kind: 'limit'; readonly limit: LimitName; readonly message: string }
  | { readonly kind: 'aborted' };

export interface KeptOutput {
  /** Head and tail within `outputKeptBytes`; where bytes were dropped, `droppedBytes` tells how many stood between. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly droppedBytes: number;
  readonly totalBytes: number;
}

export interface RunResult {
  readonly exit: Exit;
  readonly stdout: KeptOutput;
  readonly stderr: KeptOutput;
  /** Both streams in the order of the writes, as a terminal would show them. */
  readonly combined: KeptOutput;
  /** Guest path of the file with the whole output, where some was dropped. */
  readonly outputPath?: string;
  /** Every limit that ended the call or refused it something, with a sentence that names the setting. */
  readonly limitsMet: readonly LimitNotice[];
  readonly ledger: LedgerSummary;
  /** The working directory of the process when it ended, where it told (the shell does). */
  readonly cwd?: string;
  readonly durationMs: number;
}

/** The change set of the conversation and the one writer there is; all of it runs on the kernel's thread. */
export interface StagingPort {
  changes(): Promise<ChangeSet>;
  /** Contents of one side of a change, for the review. `null` where that side does not exist. */
  read(path: string, side: ReviewSide): Promise<Uint8Array | null>;
  /** Replaces what is staged at a path (the user edited the proposed side). */
  edit(path: string, content: Uint8Array): Promise<Change | null>;
  commit(request: CommitRequest): Promise<CommitReport>;
  discard(paths: readonly string[] | 'all'): Promise<void>;
  /** Undoes a commit after checking that nothing has changed since. */
  revert(commitId: string): Promise<CommitReport>;
}

export type { CommitRequest };
