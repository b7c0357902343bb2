import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import type { ReviewSide } from '../../../src/shared/changeSet';
import { cx, Fixture } from './support';

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture(noFileRules);
});
afterEach(() => fixture.dispose());

const onDisk = (name: string, text: string): void => writeFileSync(join(fixture.folder, name), text);
const side = (path: string, which: ReviewSide): string | null => {
  const bytes = fixture.staging().read(path, which);
  return bytes === null ? null : Buffer.from(bytes).toString();
};
const sides = (path: string): (string | null)[] => [side(path, 'ancestor'), side(path, 'base'), side(path, 'staged')];

describe('T58: a conflict has three sides', () => {
  it('what the change was based on, what the folder has, what is proposed; after a restart too', () => {
    onDisk('f', 'as it was');
    fixture.write('f', 'proposed');
    expect(sides('f')).toEqual(['as it was', 'as it was', 'proposed']);
    onDisk('f', "the user's own");
    expect(sides('f')).toEqual(['as it was', "the user's own", 'proposed']);
    fixture.reopen();
    expect(sides('f')).toEqual(['as it was', "the user's own", 'proposed']);
    expect(fixture.commitAll().conflicts).toEqual([{ path: 'f', reason: 'changed on disk' }]);
    rmSync(join(fixture.folder, 'f'));
    expect(sides('f')).toEqual(['as it was', null, 'proposed']);
  });

  it('of files that are too large to be held in memory no side is read, and the change is one all the same', () => {
    const size = 65 * 1024 ** 2;
    onDisk('large', '');
    truncateSync(join(fixture.folder, 'large'), size);
    fixture.write('new', '');
    const file = fixture.open('new', { write: true });
    file.truncate(cx, size);
    file.close();
    fixture.rename('large', 'moved');
    for (const [path, which] of [
      ['moved', 'base'],
      ['moved', 'staged'],
      ['new', 'staged'],
    ] as const) {
      expect(() => side(path, which)).toThrow(/too large to be shown \(65 MiB\)/);
    }
    expect(side('new', 'base')).toBeNull();
  });

  it('a file that was moved and changed', () => {
    onDisk('f', 'as it was');
    fixture.write('f', 'proposed');
    fixture.rename('f', 'g');
    onDisk('f', "the user's own");
    expect(sides('g')).toEqual(['as it was', "the user's own", 'proposed']);
  });

  it('what is new has no ancestor; what is deleted has one while the folder has it', () => {
    fixture.write('new', 'x');
    expect(sides('new')).toEqual([null, null, 'x']);
    onDisk('gone', 'g');
    fixture.unlink('gone');
    expect(sides('gone')).toEqual(['g', 'g', null]);
  });

  it('nothing is kept of large files, and nothing once a change is applied', () => {
    const kept = (): string[] => readdirSync(join(fixture.storage, 'bases'));
    onDisk('small', 'as it was');
    onDisk('large', 'x'.repeat(300 * 1024));
    fixture.write('small', '1');
    fixture.write('large', '2');
    expect(kept()).toHaveLength(1);
    onDisk('large', 'y');
    expect(side('large', 'ancestor')).toBeNull();
    expect(fixture.commitAll().applied).toEqual(['small']);
    expect(kept()).toEqual([]);
  });

  it('a choice on a moved file settles its conflict: it is based on what the folder has now', () => {
    onDisk('f', 'as it was');
    fixture.rename('f', 'g');
    onDisk('f', "the user's own");
    const staging = fixture.staging();
    expect(staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] }).conflicts).toEqual([
      { path: 'g', reason: 'changed on disk' },
    ]);
    expect(staging.edit('g', Buffer.from('merged'))).toMatchObject({ kind: 'renamed', from: 'f', path: 'g' });
    expect(staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] })).toMatchObject({ applied: ['g'], conflicts: [] });
    expect(readFileSync(join(fixture.folder, 'g'), 'utf8')).toBe('merged');
    expect(readdirSync(fixture.folder)).toEqual(['g']);
  });
});
