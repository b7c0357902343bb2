import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mayHavePendingChanges } from '../../../src/staging/mayHavePendingChanges';
import { runs } from './operations';
import { Fixture } from './support';

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture();
});
afterEach(() => fixture.dispose());

const linesOf = (of: Fixture): string[] => readFileSync(join(of.storage, 'log'), 'utf8').split('\n').slice(0, -1);

/** Makes whole lines of the log unreadable, as a damaged disk does. */
function damage(of: Fixture, which: (line: string, index: number) => boolean): void {
  const lines = linesOf(of).map((line, index) => (which(line, index) ? line.replace('"', '\0') : line));
  writeFileSync(join(of.storage, 'log'), lines.map((line) => `${line}\n`).join(''));
}

/** Contents of all files that guests see. */
const seen = (of: Fixture): string[] => of.show().flatMap((each) => (each.includes('=') ? [each.slice(each.indexOf('=') + 1)] : []));

/** Contents that are kept aside. */
function aside(of: Fixture): string[] {
  return readdirSync(of.storage)
    .filter((name) => name.startsWith('unreadable-'))
    .flatMap((name) =>
      readdirSync(join(of.storage, name))
        .filter((each) => each !== 'log')
        .map((each) => readFileSync(join(of.storage, name, each), 'utf8')),
    );
}

describe('a log of the upper layer with a line that cannot be read', () => {
  it('T56: what stands after the line is staged as before, the rest is kept aside and told, until something is applied', () => {
    for (const name of ['a', 'b', 'c']) fixture.write(name, `text of ${name}`);
    damage(fixture, (line) => line.includes('"b"'));
    const log = readFileSync(join(fixture.storage, 'log'));
    fixture.reopen();
    expect(fixture.show()).toEqual(['a=text of a', 'c=text of c']);
    const staging = fixture.staging();
    const { keptAside, changes } = staging.changes();
    expect(changes.map(({ path }) => path)).toEqual(['a', 'c']);
    expect(keptAside).toBe(join(fixture.storage, 'unreadable-1'));
    expect(readFileSync(join(keptAside ?? '', 'log'))).toEqual(log);
    expect(aside(fixture)).toEqual(['text of b']);
    expect(staging.changes().keptAside).toBe(keptAside);
    expect(staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] }).applied).toEqual(['a', 'c']);
    expect(staging.changes().keptAside).toBeUndefined();
    fixture.reopen();
    expect(fixture.tree.keptAside).toBeNull();
    expect(aside(fixture)).toEqual(['text of b']);
  });

  it('a last line that was cut, as a crash does it, is no damage', () => {
    fixture.write('a', 'one');
    writeFileSync(join(fixture.storage, 'log'), `${linesOf(fixture).join('\n')}\n[{"t":"entry","dir`);
    fixture.reopen();
    expect(fixture.tree.keptAside).toBeNull();
    expect(fixture.show()).toEqual(['a=one']);
  });

  it('what is not known to be staged any more may be: a start asks', async () => {
    fixture.write('a', 'one');
    damage(fixture, () => true);
    mkdirSync(join(fixture.top, 'conversation', 'overlay'), { recursive: true });
    writeFileSync(join(fixture.top, 'conversation', 'overlay', 'log'), readFileSync(join(fixture.storage, 'log')));
    expect(await mayHavePendingChanges(join(fixture.top, 'conversation'))).toBe(true);
  });

  it('where the note of a commit is lost, what was staged since at its paths stays', () => {
    fixture.write('a', 'first');
    fixture.write('b', 'only');
    expect(fixture.commitAll().applied).toEqual(['a', 'b']);
    fixture.write('a', 'second');
    damage(fixture, (line) => line.includes('"committed"'));
    fixture.reopen();
    expect(fixture.staging().changes()).toMatchObject({ changes: [{ path: 'a', kind: 'modified' }] });
    expect(fixture.show()).toEqual(['a=second', 'b=only']);
    expect(readFileSync(join(fixture.folder, 'a'), 'utf8')).toBe('first');
  });

  it('T56: whatever lines are lost, all contents that were staged are seen or kept aside, and the folder is as it was', () => {
    const name = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'd/e/a');
    const lost = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), lost, (paths, which) => {
        const one = new Fixture();
        try {
          mkdirSync(join(one.folder, 'd'));
          writeFileSync(join(one.folder, 'd/a'), 'of the folder');
          one.mkdir('d/e');
          for (const path of paths) one.write(path, `text of ${path}`);
          const count = linesOf(one).length;
          damage(one, (_line, index) => which.some((each) => each % count === index));
          one.reopen();
          const found = new Set([...seen(one), ...aside(one)]);
          for (const path of paths) expect(found).toContain(`text of ${path}`);
          expect(readdirSync(one.folder, { recursive: true })).toEqual(['d', 'd/a']);
          expect(readFileSync(join(one.folder, 'd/a'), 'utf8')).toBe('of the folder');
        } finally {
          one.dispose();
        }
      }),
      { numRuns: runs },
    );
  });
});
