import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir, uptime } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropThreadLocks, startByPs, tryProcessLock } from '../../../src/staging/processLock';

let top: string;
let state: string;
let storage: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'sunaba-lock-'));
  state = join(top, 'state');
  storage = join(top, 'storage');
  mkdirSync(join(state, 'folder'), { recursive: true });
  mkdirSync(storage);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

describe('a lock that a thread of this very process holds', () => {
  it('is not taken away by another one of it', () => {
    const lock = tryProcessLock(join(storage, 'lock'));
    expect(lock).not.toBeNull();
    expect(tryProcessLock(join(storage, 'lock'))).toBeNull();
    lock?.release();
    expect(tryProcessLock(join(storage, 'lock'))).not.toBeNull();
  });

  it('is given up when that thread was ended, and no other one is', () => {
    const paths = [join(storage, 'lock'), join(state, 'folder', 'lock')];
    for (const path of paths) expect(tryProcessLock(path)).not.toBeNull();
    dropThreadLocks(threadId + 1, storage, state);
    for (const path of paths) expect(tryProcessLock(path)).toBeNull();
    dropThreadLocks(threadId, storage, state);
    for (const path of paths) expect(tryProcessLock(path)).not.toBeNull();
  });

  it('where nothing was ever held there is nothing to give up', () => {
    dropThreadLocks(threadId, join(top, 'none'), join(top, 'nowhere'));
  });
});

describe('a lock whose holder has ended', () => {
  const lockOf = (owner: object): boolean => {
    const path = join(storage, 'lock');
    writeFileSync(path, JSON.stringify({ token: 'x', ...owner }));
    return tryProcessLock(path) !== null;
  };

  it('is taken over though another process has its number now: that started at another time', () => {
    expect(lockOf({ pid: process.ppid, started: 'another time' })).toBe(true);
    expect(lockOf({ pid: process.ppid, started: null })).toBe(false);
  });

  it('is taken over after the system was started anew, where start times are not told', () => {
    expect(lockOf({ pid: process.ppid, started: null, upFor: uptime() + 3600 })).toBe(true);
    expect(lockOf({ pid: process.ppid, started: null, upFor: uptime() })).toBe(false);
  });

  it('is taken over where it was cut while it was written, also after the clock was set back', () => {
    const path = join(storage, 'lock');
    writeFileSync(path, '{"pid":');
    expect(tryProcessLock(path)).toBeNull();
    for (const hours of [-1, 1]) {
      writeFileSync(path, '{"pid":');
      const then = Date.now() / 1000 + hours * 3600;
      utimesSync(path, then, then);
      const lock = tryProcessLock(path);
      expect(lock).not.toBeNull();
      lock?.release();
    }
  });

  it.runIf(process.platform !== 'win32')('ps tells a start time that stays, and differs from that of another process', async () => {
    const own = startByPs(process.pid);
    expect(own).toMatch(/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d+ \d\d:\d\d:\d\d \d{4}$/);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(startByPs(process.pid)).toBe(own);
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => 0, 60000)']);
    const ended = new Promise((resolve) => other.once('exit', resolve));
    expect(startByPs(other.pid ?? 0)).not.toBe(own);
    other.kill('SIGKILL');
    await ended;
    expect(startByPs(other.pid ?? 0)).toBeNull();
  });
});
