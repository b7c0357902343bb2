import type { UserErrorCode } from '../../shared/userError';
import type { Limits } from '../../shared/limits';
import type { FileRules } from '../../staging/conversationTrees';
import type { RunRequest, RunResult, StagingPort } from '../sandbox';

/*
 * Between whoever holds a `Sandbox` (the extension host, the command line) and the thread of its kernel. Both ends are
 * ours; the messages are structured clones. One thread serves one conversation.
 */

export interface ThreadOptions {
  /** `workers`: guests run on threads of the kernel's own process. `relay`: the holder starts them. */
  readonly launcher: 'workers' | 'relay';
  /** Folder of the bundles (guestWorker.cjs). */
  readonly dist: string;
  /** Folder of the guests' manifest.json. */
  readonly guests: string;
  /** Host path of the folder that the guests see. */
  readonly folder: string;
  /** Where they see it: an absolute guest path; `/` makes it the only thing there is. */
  readonly mount: string;
  readonly limits: Limits;
  /** Host path of this conversation's own directory, private to the user. */
  readonly storage: string;
  /** Host path of where commits keep journals and originals, the same for all windows and the command line. */
  readonly state: string;
  /** Disk space for the originals of commits, in MiB. */
  readonly checkpointsMib?: number;
  readonly rules?: FileRules;
}

/** `RunRequest` without what cannot be cloned. */
export interface WireRequest extends Omit<RunRequest, 'stdin' | 'onOutput'> {
  readonly stdin: Uint8Array | 'pushed' | 'none';
  /** Whether output is wanted while the process runs. */
  readonly streams: boolean;
}

export type StagingMethod = keyof StagingPort;

export type ToThread =
  | { readonly type: 'open'; readonly options: ThreadOptions }
  | { readonly type: 'run'; readonly run: number; readonly request: WireRequest }
  | { readonly type: 'input'; readonly run: number; readonly chunk: Uint8Array | null }
  | { readonly type: 'output taken'; readonly run: number }
  | { readonly type: 'abort'; readonly run: number }
  | { readonly type: 'staging'; readonly call: number; readonly method: StagingMethod; readonly args: readonly unknown[] }
  | { readonly type: 'guest attached'; readonly guest: number; readonly memory: WebAssembly.Memory }
  | { readonly type: 'guest ended'; readonly guest: number; readonly trap: string | null }
  | { readonly type: 'close' };

export type FromThread =
  | { readonly type: 'opened' }
  | { readonly type: 'open failed'; readonly failure: Failure }
  /** From here on the run has effects; one that was not started can be asked for again. */
  | { readonly type: 'started'; readonly run: number }
  | { readonly type: 'output'; readonly run: number; readonly stream: 'stdout' | 'stderr'; readonly chunk: Uint8Array }
  /** A chunk of input was taken; `more` is false where nobody reads any more. */
  | { readonly type: 'input taken'; readonly run: number; readonly more: boolean }
  | { readonly type: 'ended'; readonly run: number; readonly result: RunResult }
  | { readonly type: 'run failed'; readonly run: number; readonly failure: Failure }
  | { readonly type: 'staging done'; readonly call: number; readonly value: unknown }
  | { readonly type: 'staging failed'; readonly call: number; readonly failure: Failure }
  | {
      readonly type: 'guest start';
      readonly guest: number;
      readonly name: string;
      readonly module: WebAssembly.Module;
      readonly initialPages: number;
      readonly maximumPages: number;
      readonly mailboxAddress: number;
    }
  | { readonly type: 'guest terminate'; readonly guest: number }
  /** Another process asked for this conversation and nothing was running: what was not answered is to be asked of a new thread. */
  | { readonly type: 'gave way' }
  /** A guest's thread does not end: only the end of the kernel's process ends it. */
  | { readonly type: 'stuck' }
  | { readonly type: 'closed' };

/** An error as it crosses threads. */
export interface Failure {
  readonly code: UserErrorCode;
  readonly message: string;
  /** For the log alone. */
  readonly detail: string;
}
