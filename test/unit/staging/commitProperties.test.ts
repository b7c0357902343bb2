import fc from 'fast-check';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { fill, onOverlay, operation, runs, showDisk, showOverlay, type Operation } from './operations';
import { codeOf, Fixture } from './support';

const steps = fc.array(operation, { minLength: 1, maxLength: 20 });

function withFixture(run: (fixture: Fixture) => void): void {
  const fixture = new Fixture(noFileRules);
  try {
    fill(fixture.folder);
    run(fixture);
  } finally {
    fixture.dispose();
  }
}

function doAll(fixture: Fixture, list: readonly Operation[]): void {
  for (const step of list) codeOf(() => onOverlay(fixture, step));
}

/** Hard links among files are not carried over: their number is left out of what is compared. */
const plain = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/ \d+$/, ''));

/** Where a staged link leads out it stays staged, and the two trees differ by it. */
function hasHeldLinks(fixture: Fixture): boolean {
  return fixture
    .staging()
    .changes()
    .changes.some((change) => change.details.marks.includes('link leaves the folder'));
}

describe('commits', () => {
  it('give exactly the staged tree, and nothing stays staged', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(steps, steps, fc.boolean(), (first, second, restart) => {
        withFixture((fixture) => {
          for (const list of [first, second]) {
            doAll(fixture, list);
            if (hasHeldLinks(fixture)) return;
            const staged = plain(showOverlay(fixture));
            const report = fixture.commitAll();
            expect(report).toMatchObject({ held: [], conflicts: [] });
            expect(plain(showDisk(fixture.folder))).toEqual(staged);
            if (restart) fixture.reopen();
            expect(plain(showOverlay(fixture))).toEqual(staged);
            expect(fixture.staging().changes().changes).toEqual([]);
            expect(readdirSync(join(fixture.folder)).filter((name) => name.startsWith('.sunaba'))).toEqual([]);
          }
        });
      }),
      { numRuns: runs },
    );
  });

  it('are taken back to exactly the former tree', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(steps, (list) => {
        withFixture((fixture) => {
          doAll(fixture, list);
          if (hasHeldLinks(fixture)) return;
          const before = plain(showDisk(fixture.folder));
          const staged = plain(showOverlay(fixture));
          const staging = fixture.staging();
          const { commitId } = staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] });
          if (commitId === null) return;
          const undone = staging.revert(commitId);
          expect(undone.conflicts).toEqual([]);
          expect(plain(showDisk(fixture.folder))).toEqual(before);
          const again = staging.revert(undone.commitId ?? '');
          expect(again.conflicts).toEqual([]);
          expect(plain(showDisk(fixture.folder))).toEqual(staged);
        });
      }),
      { numRuns: runs },
    );
  });

  it('of some changes leave what guests see as it was, and the rest staged', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.boolean()), fc.boolean(), (list, picks, restart) => {
        withFixture((fixture) => {
          doAll(fixture, list);
          const staged = plain(showOverlay(fixture));
          const staging = fixture.staging();
          const ids = staging
            .changes()
            .changes.filter(() => picks.next().value === true)
            .map((change) => change.details.id);
          staging.commit({ ids, approvedProtected: [], dirtyPaths: [] });
          if (restart) fixture.reopen();
          expect(plain(showOverlay(fixture))).toEqual(staged);
          if (hasHeldLinks(fixture)) return;
          fixture.commitAll();
          expect(plain(showDisk(fixture.folder))).toEqual(staged);
        });
      }),
      { numRuns: runs },
    );
  });

  it('discarding everything shows the folder again; discarding each path too', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (list, each) => {
        withFixture((fixture) => {
          doAll(fixture, list);
          const staging = fixture.staging();
          if (each) {
            for (let round = 0; round < 100; round++) {
              const [change] = staging.changes().changes.slice(-1);
              if (change === undefined) break;
              staging.discard([change.path]);
            }
          } else staging.discard('all');
          expect(staging.changes().changes).toEqual([]);
          expect(plain(showOverlay(fixture))).toEqual(plain(showDisk(fixture.folder)));
          fixture.reopen();
          expect(plain(showOverlay(fixture))).toEqual(plain(showDisk(fixture.folder)));
          expect(existsSync(join(fixture.storage, 'log'))).toBe(true);
        });
      }),
      { numRuns: runs },
    );
  });
});
