import path from 'node:path';
import type { Limits } from '../shared/limits';
import type { FileRules } from '../staging/conversationTrees';
import { stateDirectory } from '../staging/stateDirectory';
import type { ThreadOptions } from './thread/protocol';
import type { RemoteSandboxOptions } from './thread/remoteSandbox';

/** What a sandbox is made of, on either host. */
export interface SandboxOptions {
  /** Folder of the bundles. */
  readonly dist: string;
  /** Folder of the guests' manifest; `guests` below `dist` where absent. */
  readonly guests?: string;
  /** Host path of the folder that the guests see. */
  readonly folder: string;
  /** Where they see it; `/workspace` where absent, `/` makes it the only thing there is. */
  readonly mount?: string;
  readonly limits: Limits;
  /** Host path of a directory for this conversation's changes alone, private to the user. Where absent they end with the sandbox. */
  readonly storage?: string;
  /** Host path of where all windows and the command line keep the journals of commits; the user's state directory where absent. */
  readonly state?: string;
  /** Disk space for the originals of commits, in MiB; 500 where absent. */
  readonly checkpointsMib?: number;
  /** Which files are hidden, protected and read-only; the defaults where absent. */
  readonly rules?: FileRules;
}

export function toThreadOptions(launcher: ThreadOptions['launcher'], options: SandboxOptions): RemoteSandboxOptions['thread'] {
  const { dist, folder, limits, storage, checkpointsMib, rules } = options;
  return {
    launcher,
    dist,
    folder,
    limits,
    guests: options.guests ?? path.join(dist, 'guests'),
    mount: options.mount ?? '/workspace',
    state: options.state ?? path.join(stateDirectory(process.env, process.platform), 'folders'),
    ...(storage === undefined ? {} : { storage }),
    ...(checkpointsMib === undefined ? {} : { checkpointsMib }),
    ...(rules === undefined ? {} : { rules }),
  };
}
