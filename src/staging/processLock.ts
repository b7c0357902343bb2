import { spawnSync } from 'node:child_process';
import { closeSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { UserError } from '../shared/userError';
import { createPrivateFile, writeFully } from './privateFile';
import { english as l10n } from '../shared/texts';

/** How long a commit waits for another one of the same folder. */
export const lockWaitMs = 15_000;
const retryMs = 25;
/** A lock whose owner has not written its name into it by then was left by a crash. */
const unnamedAgeMs = 5_000;
/** By how much what the system tells of its uptime may go back while it is up: some derive it from the clock. */
const uptimeSlackSeconds = 60;
const psTimeoutMs = 5_000;

export interface ProcessLock {
  release(): void;
}

/**
 * Waits for a folder's lock, blocking this thread. One lock a real path, shared by every window and the command line.
 */
export function acquireProcessLock(path: string, waitMs = lockWaitMs): ProcessLock {
  const lock = tryProcessLock(path);
  if (lock !== null) return lock;
  const until = performance.now() + waitMs;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (performance.now() < until) {
    Atomics.wait(pause, 0, 0, retryMs);
    const late = tryProcessLock(path);
    if (late !== null) return late;
  }
  throw new UserError(
    'sandboxFailed',
    l10n.t('Another Sunaba window or command is applying changes to this folder. Wait for it to end, then apply again.'),
  );
}

/**
 * The lock, or null where a living process holds it, this very one included: in an extension host several kernel threads
 * may be alive, such as that of a conversation and that of the sandbox' report. A lock is a file that names its holder;
 * that of a process which is gone is taken over, that of a living one never. What a thread held that was ended is given
 * up by whoever started it: `dropThreadLocks`.
 */
export function tryProcessLock(path: string): ProcessLock | null {
  const token = randomBytes(8).toString('hex');
  if (create(path, token)) return held(path, token);
  const owner = readOwner(path);
  if (owner === 'gone' || (owner !== 'unknown' && isAlive(owner))) return null;
  takeAway(path, owner);
  return create(path, token) ? held(path, token) : null;
}

/**
 * Gives up what an ended thread of this process still held: the locks of its conversation's `storage` and of folders below
 * `state` (host paths). Call it once the thread is gone. A thread's id is never given out again in one process.
 */
export function dropThreadLocks(thread: number, storage: string, state: string): void {
  let folders: string[];
  try {
    folders = readdirSync(state);
  } catch {
    folders = [];
  }
  for (const directory of [storage, ...folders.map((name) => join(state, name))]) {
    const path = join(directory, 'lock');
    const owner = readOwner(path);
    if (typeof owner === 'object' && owner.thread === thread && isThisProcess(owner)) rmSync(path, { force: true });
  }
}

interface Owner {
  readonly pid: number;
  /** The thread of that process; absent in locks of former versions. */
  readonly thread?: number;
  /** When the process started, as the system tells; null where it does not. */
  readonly started: string | null;
  /** Seconds that the system had been up; absent in locks of former versions. */
  readonly upFor?: number;
  readonly token: string;
}

function create(path: string, token: string): boolean {
  let fd: number;
  try {
    fd = createPrivateFile(path);
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return false;
    throw cause;
  }
  try {
    const owner: Owner = { pid: process.pid, thread: threadId, started: startOf(process.pid), upFor: uptime(), token };
    writeFully(fd, Buffer.from(JSON.stringify(owner)));
  } finally {
    closeSync(fd);
  }
  return true;
}

function held(path: string, token: string): ProcessLock {
  return {
    release: () => {
      const owner = readOwner(path);
      if (typeof owner === 'object' && owner.token === token) rmSync(path, { force: true });
    },
  };
}

/** `gone`: free by now, or being written; `unknown`: left without a name. */
function readOwner(path: string): Owner | 'gone' | 'unknown' {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isOwner(parsed)) return parsed;
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return 'gone';
  }
  try {
    // One from the future was made before the clock was set back.
    return Math.abs(Date.now() - statSync(path).mtimeMs) > unnamedAgeMs ? 'unknown' : 'gone';
  } catch {
    return 'gone';
  }
}

/** Moves a dead owner's lock away; where it is another one by now, puts that back. */
function takeAway(path: string, owner: Owner | 'unknown'): void {
  const aside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return;
    throw cause;
  }
  const moved = readOwner(aside);
  const isTheSame = typeof moved === 'object' && typeof owner === 'object' ? moved.token === owner.token : typeof moved === typeof owner;
  if (isTheSame) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isSafeInteger(value.pid) &&
    (!('thread' in value) || Number.isSafeInteger(value.thread)) &&
    (!('upFor' in value) || typeof value.upFor === 'number') &&
    'started' in value &&
    (value.started === null || typeof value.started === 'string') &&
    'token' in value &&
    typeof value.token === 'string'
  );
}

/** Another start: a process of before had this one's number. */
function isThisProcess({ pid, started }: Owner): boolean {
  return pid === process.pid && started === startOf(pid);
}

function isAlive(owner: Owner): boolean {
  // The system has been started anew since: whoever has that number now is another one.
  if (owner.started === null && owner.upFor !== undefined && owner.upFor > uptime() + uptimeSlackSeconds) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (cause) {
    if (!isCode(cause, 'EPERM')) return false;
  }
  const started = startOf(owner.pid);
  return started === null || owner.started === null || started === owner.started;
}

/**
 * When a process started, so that a number given out anew is not taken for its former bearer: in clock ticks on Linux,
 * as `ps` tells elsewhere. Windows has nothing that is quick to ask.
 */
function startOf(pid: number): string | null {
  if (process.platform === 'win32') return null;
  if (process.platform !== 'linux') return startByPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** The same as POSIX' `ps` has it, to the second; null where it does not tell. */
export function startByPs(pid: number): string | null {
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env, timeout: psTimeoutMs });
  const [state, ...start] = (stdout ?? '').trim().split(/\s+/);
  if (state === undefined || start.length === 0) return null;
  return state.startsWith('Z') ? 'ended' : start.join(' ');
}

function isCode(cause: unknown, code: string): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === code;
}
