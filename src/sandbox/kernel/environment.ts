import { Buffer } from 'node:buffer';
import type { KernelRequest } from './kernel';

/** What a program finds where its environment is not to be bare in its environment. Nothing of the host's own is ever in it. */
function defaults(mount: string): Readonly<Record<string, string>> {
  return { PATH: '/usr/bin:/bin', HOME: mount, TMPDIR: '/tmp', LANG: 'C.UTF-8', TERM: 'dumb', USER: 'sunaba', SHELL: '/bin/sh' };
}

/** The environment of a run's first process: the defaults and what the request names, as `NAME=value`. */
export function createEnvironment(request: KernelRequest, mount: string, cwd: string): readonly Uint8Array[] {
  const base = request.bareEnv || request.view === 'only mount' ? {} : { ...defaults(mount), PWD: cwd };
  const all: Readonly<Record<string, string>> = { ...base, ...request.env };
  return allowedEnvironment(Object.entries(all).map(([name, value]) => Buffer.from(`${name}=${value}`)));
}

/** What a process may be given: entries with a name and without NUL. */
export function allowedEnvironment(entries: readonly Uint8Array[]): readonly Uint8Array[] {
  return entries.filter((entry) => entry.indexOf(0x3d) > 0 && !entry.includes(0));
}
