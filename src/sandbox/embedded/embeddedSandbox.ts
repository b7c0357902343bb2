import { fork } from 'node:child_process';
import path from 'node:path';
import { toThreadOptions, type SandboxOptions } from '../sandboxOptions';
import { childHandle } from '../thread/channel';
import { RemoteSandbox } from '../thread/remoteSandbox';

/** How long the kernel's process may take to end by itself. */
const closeMs = 2000;

/** A sandbox in a child process of ours, which is started when it is first needed and killed as the last resort. */
export function createEmbeddedSandbox(options: SandboxOptions): RemoteSandbox {
  return new RemoteSandbox({
    host: 'embedded',
    thread: toThreadOptions('workers', options),
    connect: () =>
      childHandle(
        fork(path.join(options.dist, 'kernelThread.cjs'), [], {
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
  for (const name of ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TMP']) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
