import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropThreadLocks, tryProcessLock } from '../../../src/staging/processLock';

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
