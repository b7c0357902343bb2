import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { holdConversation } from '../../../src/staging/conversationLock';
import { mayHavePendingChanges } from '../../../src/staging/mayHavePendingChanges';
import { openConversationTrees } from '../../../src/staging/conversationTrees';
import { Fixture } from './support';
import { buildEntry } from '../../support/buildEntry';

const holder = buildEntry(join(import.meta.dirname, 'holder.entry.ts'));
const never = new AbortController().signal;
let storage: string;
let children: ChildProcess[];

beforeEach(() => {
  storage = mkdtempSync(join(tmpdir(), 'sunaba-held-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(storage, { recursive: true, force: true });
});

/** A process that holds the storage. */
async function startHolder(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [holder, storage], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

describe('who has a conversation open', () => {
  it('T68: a process that lives keeps it; whoever waits is told after the bound, and nothing is lost', { timeout: 60_000 }, async () => {
    await startHolder();
    await expect(holdConversation(storage, never, 300)).rejects.toThrow(/Another window is at work.*They are kept/);
    expect(existsSync(join(storage, 'lock'))).toBe(true);
    expect(existsSync(join(storage, 'wanted'))).toBe(false);
  });

  it('T68: what a process held that was killed is taken over at once', { timeout: 60_000 }, async () => {
    await kill(await startHolder());
    const hold = await holdConversation(storage, never, 0);
    expect(hold.isWanted).toBe(false);
    hold.release();
    expect(existsSync(join(storage, 'lock'))).toBe(false);
  });

  it('T68: what a process holds that dies meanwhile is taken over while one waits', { timeout: 60_000 }, async () => {
    const child = await startHolder();
    const waiting = holdConversation(storage, never, 30_000);
    while (!existsSync(join(storage, 'wanted'))) await new Promise((resolve) => setTimeout(resolve, 20));
    await kill(child);
    const hold = await waiting;
    expect(hold.isWanted).toBe(false);
    hold.release();
  });

  it('a wait can be given up, and a holder sees that somebody waits', { timeout: 60_000 }, async () => {
    await startHolder();
    const stop = new AbortController();
    const waiting = holdConversation(storage, stop.signal, 30_000);
    while (!existsSync(join(storage, 'wanted'))) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });

  it('a lock that was cut while it was written does not hold for ever', { timeout: 60_000 }, async () => {
    writeFileSync(join(storage, 'lock'), '{"pid":');
    const hold = await holdConversation(storage, never, 30_000);
    hold.release();
  });
});

describe('what a start can know without opening the overlay', () => {
  it('nothing is pending before anything was staged, nor after all was given up; else something is', async () => {
    expect(await mayHavePendingChanges(storage)).toBe(false);
    const fixture = new Fixture(noFileRules);
    const open = () => openConversationTrees({ folder: fixture.folder, storage, state: join(storage, 'state'), guestPath: '/workspace' });
    try {
      const trees = open();
      expect(await mayHavePendingChanges(storage)).toBe(false);
      trees.staging.edit('made', Buffer.from('x'));
      expect(await mayHavePendingChanges(storage)).toBe(true);
      trees.dispose();
      const again = open();
      expect(again.staging.changes().changes).toMatchObject([{ kind: 'created', path: 'made' }]);
      again.staging.discard('all');
      expect(await mayHavePendingChanges(storage)).toBe(false);
      again.dispose();
    } finally {
      fixture.dispose();
    }
  });
});
