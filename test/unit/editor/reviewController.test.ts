import { describe, expect, test } from 'vitest';
import type { CommitRequest, StagingPort } from '../../../src/sandbox/sandbox';
import type { Change, ChangeMark } from '../../../src/shared/changeSet';
import type { PanelEvent, PendingReview } from '../../../src/shared/panelEvent';
import { createTexts } from '../../../src/shared/texts';
import { ReviewController } from '../../../src/editor/reviewController';

function change(path: string, marks: readonly ChangeMark[] = [], id = `id of ${path}`): Change {
  return { kind: 'modified', path, entry: 'file', details: { id, baseHash: 'b', stagedHash: 's', size: 1, marks } };
}

/** The staging's port in memory: the set is what the test says, a commit applies what it names. */
function setUp(initial: readonly Change[], { mayWrite = true, dirty = [] as readonly string[], givenUp = false, keptAside = '' } = {}) {
  let changes = initial;
  const commits: CommitRequest[] = [];
  const discards: (readonly string[] | 'all')[] = [];
  const events: PanelEvent[] = [];
  const warnings: string[] = [];
  let shown: PendingReview | null = null;
  const staging: StagingPort = {
    changes: () =>
      Promise.resolve({ id: changes.map(({ details }) => details.id).join(), changes, ...(keptAside === '' ? {} : { keptAside }) }),
    read: () => Promise.resolve(null),
    edit: () => Promise.resolve(null),
    commit: (request) => {
      commits.push(request);
      const applied = changes.filter(({ details }) => request.ids === 'all' || request.ids.includes(details.id)).map(({ path }) => path);
      changes = changes.filter(({ path }) => !applied.includes(path));
      return Promise.resolve({
        commitId: 'commit',
        applied,
        held: [],
        conflicts: [],
        ...(givenUp ? { givenUp: { commits: 2, bytes: 3 * 1024 * 1024, upToMs: 1, budgetMib: 500 } } : {}),
      });
    },
    discard: (paths) => {
      discards.push(paths);
      changes = paths === 'all' ? [] : changes.filter(({ path }) => !paths.includes(path));
      return Promise.resolve();
    },
    revert: () => Promise.resolve({ commitId: 'back', applied: [], held: [], conflicts: [] }),
  };
  const review = new ReviewController({
    l10n: createTexts({}),
    staging: () => Promise.resolve(staging),
    dirtyPaths: () => dirty,
    mayWrite: () => mayWrite,
    show: (next) => (shown = next),
    emit: (event) => events.push(event),
    onChanged: () => undefined,
    warn: (message) => warnings.push(message),
  });
  return {
    review,
    commits,
    discards,
    events,
    warnings,
    approvalId: () => shown?.approvalId ?? '',
    setChanges: (next: readonly Change[]) => (changes = next),
  };
}

describe('the review', () => {
  test('checkpoints that were given up for an apply are said in the conversation', async () => {
    const { review, events } = setUp([change('a')], { givenUp: true });
    await review.applyShown();
    const notice = events.find(({ type }) => type === 'notice_shown');
    expect(notice).toMatchObject({ level: 'info', fixes: ['openSettings'] });
    expect(notice?.type === 'notice_shown' && notice.message).toMatch(/2 oldest checkpoints.*500 MiB/);
  });

  test('Apply takes all but what is held', async () => {
    const { review, commits, approvalId } = setUp(
      [change('a'), change('.vscode/tasks.json', ['protected']), change('l', ['link leaves the folder'])],
      {
        dirty: ['a'],
      },
    );
    await review.refresh();
    await review.apply(approvalId(), undefined);
    expect(commits).toEqual([{ ids: ['id of a'], approvedProtected: [], dirtyPaths: ['a'] }]);
  });

  test('a protected file goes in by a click on it alone, never in a list', async () => {
    const guarded = change('.vscode/tasks.json', ['protected']);
    const one = setUp([change('a'), guarded]);
    await one.review.refresh();
    await one.review.apply(one.approvalId(), ['a', guarded.path]);
    expect(one.commits[0]?.approvedProtected).toEqual([]);
    const two = setUp([change('a'), guarded]);
    await two.review.refresh();
    await two.review.apply(two.approvalId(), [guarded.path]);
    expect(two.commits).toEqual([{ ids: [guarded.details.id], approvedProtected: [guarded.path], dirtyPaths: [] }]);
  });

  test('T36: a forged approval is not heard, and a true one is heard once', async () => {
    const { review, commits, discards, warnings, approvalId } = setUp([change('a'), change('b')]);
    await review.refresh();
    await expect(review.apply('forged', undefined)).rejects.toMatchObject({ code: 'reviewOutdated' });
    await expect(review.discard('', undefined)).rejects.toMatchObject({ code: 'reviewOutdated' });
    expect([commits, discards]).toEqual([[], []]);
    expect(warnings).toHaveLength(2);
    const id = approvalId();
    await review.apply(id, ['a']);
    await expect(review.apply(id, ['b'])).rejects.toMatchObject({ code: 'reviewOutdated' });
    expect(commits).toHaveLength(1);
  });

  test('T47: an approval names the states that were shown, not what is staged by now', async () => {
    const { review, commits, setChanges, approvalId } = setUp([change('a', [], 'as shown')]);
    await review.refresh();
    setChanges([change('a', [], 'changed since')]);
    await review.apply(approvalId(), undefined);
    expect(commits[0]?.ids).toEqual(['as shown']);
  });

  test('T46: in Restricted Mode nothing is written, whoever asks', async () => {
    const { review, commits, approvalId } = setUp([change('a')], { mayWrite: false });
    await review.refresh();
    await expect(review.apply(approvalId(), undefined)).rejects.toMatchObject({ code: 'untrustedWorkspace' });
    await expect(review.applyAll()).rejects.toMatchObject({ code: 'untrustedWorkspace' });
    await expect(review.revert('commit')).rejects.toMatchObject({ code: 'untrustedWorkspace' });
    expect(commits).toEqual([]);
  });

  test('auto commits what is free and leaves what is held to the user', async () => {
    const { review, commits, approvalId } = setUp([change('a'), change('.git/config', ['protected'])]);
    await review.applyAll();
    expect(commits).toEqual([{ ids: ['id of a'], approvedProtected: [], dirtyPaths: [] }]);
    expect(review.pending?.changes.map(({ path }) => path)).toEqual(['.git/config']);
    expect(approvalId()).not.toBe('');
  });

  test('what could not be read is said once, and auto applies nothing until the user has looked', async () => {
    const { review, commits, events, approvalId } = setUp([change('a')], { keptAside: '/storage/unreadable-1' });
    await review.applyAll();
    await review.applyAll();
    expect(commits).toEqual([]);
    expect(events.filter(({ type }) => type === 'notice_shown')).toMatchObject([{ level: 'warning' }]);
    await review.apply(approvalId(), undefined);
    expect(commits).toHaveLength(1);
  });

  test('Discard drops what was named and says so', async () => {
    const { review, discards, events, approvalId } = setUp([change('a'), change('b')]);
    await review.refresh();
    await review.discard(approvalId(), ['b', 'not staged']);
    expect(discards).toEqual([['b']]);
    expect(events).toEqual([{ type: 'changes_discarded', paths: ['b'] }]);
    await review.discard(approvalId(), undefined);
    expect(discards[1]).toBe('all');
    expect(review.pending).toBeNull();
  });
});
