import { describe, expect, test } from 'vitest';
import { foldersOf, toldChanges, type Change } from '../../../src/shared/changeSet';

const details = { id: 'i', baseHash: null, stagedHash: 's', size: 1, marks: [] };
const made = (path: string, entry: Change['entry'] & ('file' | 'directory')): Change => ({ kind: 'created', path, entry, details });

describe('changes as people count them', () => {
  test('a new folder is told by itself where nothing is new in it, and not beside what is', () => {
    const changes = [
      made('a', 'directory'),
      made('a/b', 'directory'),
      made('a/b/c', 'file'),
      made('empty', 'directory'),
      made('ab', 'file'),
    ];
    expect(toldChanges(changes).map(({ path }) => path)).toEqual(['a/b/c', 'empty', 'ab']);
  });

  test('a folder that goes, or a file in the place of one, is told', () => {
    const gone: Change = { kind: 'deleted', path: 'a', entry: 'directory', details };
    const inIt: Change = { kind: 'deleted', path: 'a/b', entry: 'file', details };
    expect(toldChanges([gone, inIt])).toEqual([gone, inIt]);
  });

  test('the folders above paths', () => {
    expect([...foldersOf(['a/b/c', 'a/d', 'e'])].sort()).toEqual(['a', 'a/b']);
  });
});
