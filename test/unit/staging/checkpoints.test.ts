import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { checkpointNotice, type CommitReport } from '../../../src/shared/changeSet';
import { CheckpointBudget } from '../../../src/staging/commit/checkpointBudget';
import { createStaging, type Staging } from '../../../src/staging/staging';
import { tryProcessLock } from '../../../src/staging/processLock';
import { Fixture } from './support';

const mib = 1024 * 1024;
let fixture: Fixture;
let staging: Staging;
const more: Staging[] = [];

const stagingWith = (of: Fixture, checkpointsMib: number): Staging => {
  const made = createStaging(of.tree, { root: of.folder, state: join(fixture.top, 'state'), overlayId: of.storage, checkpointsMib });
  more.push(made);
  return made;
};
const everything = { ids: 'all', approvedProtected: [], dirtyPaths: [] } as const;
let round = 0;
/** Replaces a file of the folder of so many bytes, and so keeps an original of that size. */
const replace = (of: Fixture, by: Staging, bytes: number): CommitReport => {
  writeFileSync(join(of.folder, 'f'), Buffer.alloc(bytes, `old ${round++} `));
  of.write('f', `new ${round}`);
  const report = by.commit(everything);
  expect(report).toMatchObject({ applied: ['f'], conflicts: [] });
  return report;
};

beforeEach(() => {
  fixture = new Fixture(noFileRules);
  staging = stagingWith(fixture, 3);
});
afterEach(() => {
  for (const each of more.splice(0)) each.dispose();
  fixture.dispose();
});

describe('the originals of commits, kept within a budget', () => {
  it('the oldest go first, the commit says so, and what is kept can still be undone', () => {
    const first = replace(fixture, staging, mib);
    const second = replace(fixture, staging, mib);
    expect(first.givenUp ?? second.givenUp).toBeUndefined();
    const third = replace(fixture, staging, 1.5 * mib);
    expect(third.givenUp).toMatchObject({ commits: 1, budgetMib: 3 });
    expect(third.givenUp?.bytes).toBeGreaterThanOrEqual(mib);
    expect(staging.commits().map(({ commitId }) => commitId)).toEqual([second.commitId, third.commitId]);
    expect(() => staging.revert(first.commitId ?? '')).toThrow('not kept any more');
    const before = readFileSync(join(fixture.folder, 'f'));
    expect(staging.revert(third.commitId ?? '').applied).toEqual(['f']);
    expect(readFileSync(join(fixture.folder, 'f'))).not.toEqual(before);
    expect(readFileSync(join(fixture.folder, 'f')).length).toBe(1.5 * mib);
  });

  it('the newest commit is kept whatever it takes, until the next one', () => {
    const large = replace(fixture, staging, 5 * mib);
    expect(large.givenUp).toBeUndefined();
    expect(staging.commits()).toHaveLength(1);
    const next = replace(fixture, staging, 10);
    expect(next.givenUp).toMatchObject({ commits: 1 });
    expect(staging.commits().map(({ commitId }) => commitId)).toEqual([next.commitId]);
  });

  it('nothing goes that is in use: not the commit that is taken back, not a folder that another process is at', () => {
    const otherFolder = join(fixture.top, 'other-ws');
    mkdirSync(otherFolder);
    const other = new Fixture(noFileRules, fixture, otherFolder);
    const otherStaging = stagingWith(other, 3);
    replace(other, otherStaging, 2 * mib);
    replace(other, otherStaging, 10);
    // A lock that the first process of the system holds stands for a living committer.
    const stores = readdirSync(join(fixture.top, 'state'));
    expect(stores).toHaveLength(1);
    const lock = join(fixture.top, 'state', stores[0] ?? '', 'lock');
    writeFileSync(lock, JSON.stringify({ pid: process.ppid, started: null, token: 'x' }));
    expect(tryProcessLock(lock)).toBeNull();
    const first = replace(fixture, staging, 2 * mib);
    expect(first.givenUp).toBeUndefined();
    expect(otherStaging.commits()).toHaveLength(2);
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(lock, JSON.stringify({ pid, started: null, token: 'x' }));
    const undone = staging.revert(first.commitId ?? '');
    expect(undone.applied).toEqual(['f']);
    expect(undone.givenUp).toMatchObject({ commits: 1 });
    expect(otherStaging.commits()).toHaveLength(1);
    expect(staging.commits()).toHaveLength(2);
    other.dispose();
  });

  it('a commit that was seen under way is counted for what it came to', () => {
    const state = join(fixture.top, 'state');
    const first = replace(fixture, staging, mib);
    const second = replace(fixture, staging, 10);
    const [store = ''] = readdirSync(state);
    const budget = new CheckpointBudget(state, 2);
    const elsewhere = join(state, 'no folder of ours');
    const commit = join(state, store, 'commits', second.commitId ?? '');
    const journal = readFileSync(join(commit, 'journal.json'), 'utf8');
    const lock = join(state, store, 'lock');

    // While it is carried out: a journal that is not done, an original that grows, a lock that its process holds.
    writeFileSync(lock, JSON.stringify({ pid: process.ppid, started: null, token: 'x' }));
    writeFileSync(join(commit, 'journal.json'), journal.replace('"done"', '"prepared"'));
    expect(budget.enforce(elsewhere, new Set())).toBeNull();
    writeFileSync(join(commit, 'journal.json'), journal);
    expect(budget.enforce(elsewhere, new Set())).toBeNull();
    const [original = ''] = readdirSync(commit).filter((name) => name.startsWith('original-'));
    writeFileSync(join(commit, original), Buffer.alloc(1.5 * mib, 'grown'));
    rmSync(lock);
    expect(budget.enforce(elsewhere, new Set())).toMatchObject({ commits: 1 });
    expect(staging.commits().map(({ commitId }) => commitId)).toEqual([second.commitId]);
    expect(() => staging.revert(first.commitId ?? '')).toThrow('not kept any more');

    // And one whose originals came to it later, as by a recovery after a crash.
    const third = replace(fixture, staging, 10);
    expect(budget.enforce(elsewhere, new Set())).toBeNull();
    const late = join(state, store, 'commits', third.commitId ?? '', 'original-99');
    writeFileSync(late, Buffer.alloc(1.5 * mib, 'late'));
    expect(budget.enforce(elsewhere, new Set())).toMatchObject({ commits: 1 });
  });

  it('is told in a sentence that names the setting', () => {
    expect(checkpointNotice({ commits: 3, bytes: 70 * mib, upToMs: 0, budgetMib: 500 })).toBe(
      'The 3 oldest checkpoints were given up (70 MiB) to stay within 500 MiB; what they had applied cannot be undone any more. Keep more with the setting sunaba.checkpoints.budgetMiB.',
    );
  });
});
