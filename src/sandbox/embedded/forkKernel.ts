import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';

/** Starts the process that carries a conversation's kernel and its guests. `dist` is the folder of the bundles. */
export function forkKernel(dist: string): ChildProcess {
  return fork(path.join(dist, 'kernelThread.cjs'), [], {
    serialization: 'advanced',
    env: environment(),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
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
