import { fork } from 'node:child_process';
import path from 'node:path';
import type { Limits } from '../../shared/limits';
import { childHandle } from '../thread/channel';
import { RemoteSandbox } from '../thread/remoteSandbox';

export interface EmbeddedSandboxOptions {
  /** Folder of the bundles. */
  readonly dist: string;
  /** Folder of the guests' manifest; `guests` below `dist` where absent. */
  readonly guests?: string;
  /** Host path of the folder that the guests see. */
  readonly folder: string;
  /** Where they see it; `/workspace` where absent. */
  readonly mount?: string;
  readonly limits: Limits;
}

/** How long the kernel's process may take to end by itself. */
const closeMs = 2000;

/** A sandbox in a child process of ours, which is started when it is first needed and killed as the last resort. */
export function createEmbeddedSandbox(options: EmbeddedSandboxOptions): RemoteSandbox {
  const { dist, folder, limits } = options;
  return new RemoteSandbox({
    host: 'embedded',
    thread: {
      launcher: 'workers',
      dist,
      guests: options.guests ?? path.join(dist, 'guests'),
      folder,
      mount: options.mount ?? '/workspace',
      limits,
    },
    connect: () =>
      childHandle(
        fork(path.join(dist, 'kernelThread.cjs'), [], {
          serialization: 'advanced',
          env: environment(),
          execArgv: [],
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        }),
      ),
    closeMs,
  });
}

/** The kernel's process gets what starting a process needs, and none of the user's own variables, keys least of all. */
function environment(): NodeJS.ProcessEnv {
  const kept: NodeJS.ProcessEnv = { ELECTRON_RUN_AS_NODE: '1' };
  for (const name of ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP', 'HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME']) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
