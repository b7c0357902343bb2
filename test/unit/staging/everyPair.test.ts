import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { diskCode, onDisk, onOverlay, showDisk, showOverlay, type Operation } from './operations';
import { codeOf, Fixture } from './support';

/*
 * Every pair of what an operation brings and what stands at its place already, each in the folder, made by a guest, or
 * in the folder and changed by a guest. The overlay must do what a real directory does, keep it over a restart, and
 * commit exactly that.
 */

const kinds = ['absent', 'file', 'folder', 'full folder', 'link', 'dangling link'] as const;
type Kind = (typeof kinds)[number];

/** What the folder has, and what a guest has made of it; null: left alone. */
interface Standing {
  readonly lower: Kind;
  readonly upper: Kind | null;
}

const describeStanding = ({ lower, upper }: Standing): string =>
  upper === null ? `${lower} of the folder` : lower === 'absent' ? `${upper} of a guest` : `${lower} of the folder, made ${upper}`;

function making(kind: Kind, path: string, text: string): Operation[] {
  switch (kind) {
    case 'absent':
      return [];
    case 'file':
      return [{ op: 'write', path, text, at: 0, truncate: true }];
    case 'folder':
      return [{ op: 'mkdir', path }];
    case 'full folder':
      return [
        { op: 'mkdir', path },
        { op: 'write', path: `${path}/in`, text, at: 0, truncate: true },
      ];
    case 'link':
      return [{ op: 'symlink', path, target: 'target' }];
    case 'dangling link':
      return [{ op: 'symlink', path, target: 'nowhere' }];
  }
}

function removing(kind: Kind, path: string): Operation[] {
  switch (kind) {
    case 'absent':
      return [];
    case 'folder':
      return [{ op: 'rmdir', path }];
    case 'full folder':
      return [
        { op: 'unlink', path: `${path}/in` },
        { op: 'rmdir', path },
      ];
    default:
      return [{ op: 'unlink', path }];
  }
}

/** What a guest does to make one thing of another; a file and what is in a folder are written over where they stay. */
function changing({ lower, upper }: Standing, path: string): Operation[] {
  if (upper === null) return [];
  if (lower === upper && (upper === 'file' || upper === 'full folder')) {
    return [{ op: 'write', path: upper === 'file' ? path : `${path}/in`, text: 'changed', at: 0, truncate: true }];
  }
  if (lower === upper && upper === 'folder') return [{ op: 'chmod', path, mode: 0o700 }];
  return [...removing(lower, path), ...making(upper, path, 'guest')];
}

const standings: Standing[] = kinds.flatMap((lower) => [
  { lower, upper: null },
  ...kinds.filter((upper) => lower !== 'absent' || upper !== 'absent').map((upper) => ({ lower, upper })),
]);
/** What is brought: each kind from the folder, from a guest, and from both. */
const brought: Standing[] = kinds.flatMap((kind): Standing[] =>
  kind === 'absent'
    ? [{ lower: kind, upper: null }]
    : [
        { lower: kind, upper: null },
        { lower: 'absent', upper: kind },
        { lower: kind, upper: kind },
      ],
);

function compare(old: Standing, fresh: Standing | null, step: Operation): void {
  const fixture = new Fixture(noFileRules);
  const real = join(fixture.top, 'real');
  mkdirSync(real);
  try {
    const inFolder: Operation[] = [
      { op: 'write', path: 'target', text: 'target', at: 0, truncate: true },
      ...making(old.lower, 'old', 'folder'),
      ...(fresh === null ? [] : making(fresh.lower, 'new', 'brought')),
    ];
    for (const each of inFolder) {
      onDisk(fixture.folder, each);
      onDisk(real, each);
    }
    fixture.reopen();
    const before = showDisk(fixture.folder);
    for (const each of [...changing(old, 'old'), ...(fresh === null ? [] : changing(fresh, 'new'))]) {
      onOverlay(fixture, each);
      onDisk(real, each);
    }
    expect(codeOf(() => onOverlay(fixture, step))).toBe(diskCode(() => onDisk(real, step)));
    const after = showDisk(real);
    expect(showOverlay(fixture)).toEqual(after);
    fixture.reopen();
    expect(showOverlay(fixture)).toEqual(after);
    expect(showDisk(fixture.folder)).toEqual(before);
    expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [] });
    // Hard links among files are not carried over: their number, at the end of a line, is not compared.
    const plain = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/ \d+$/, ''));
    expect(plain(showDisk(fixture.folder))).toEqual(plain(after));
    expect(fixture.staging().changes().changes).toEqual([]);
  } finally {
    fixture.dispose();
  }
}

describe('the overlay, as a real directory does', () => {
  describe.each(['rename', 'link'] as const)('%s of', (op) => {
    describe.each(brought.map((fresh) => [describeStanding(fresh), fresh] as const))('%s over', (_name, fresh) => {
      it.each(standings.map((old) => [describeStanding(old), old] as const))('%s', (_old, old) => {
        compare(old, fresh, { op, path: 'new', to: 'old' });
      });
    });
  });

  const alone: readonly (readonly [string, Operation])[] = [
    ['create exclusively', { op: 'create', path: 'old' }],
    ['create or write over', { op: 'write', path: 'old', text: 'w', at: 0, truncate: true }],
    ['write into', { op: 'write', path: 'old', text: 'w', at: 2, truncate: false }],
    ['truncate', { op: 'truncate', path: 'old', size: 3 }],
    ['create below', { op: 'create', path: 'old/below' }],
    ['mkdir', { op: 'mkdir', path: 'old' }],
    ['symlink', { op: 'symlink', path: 'old', target: 'target' }],
    ['unlink', { op: 'unlink', path: 'old' }],
    ['rmdir', { op: 'rmdir', path: 'old' }],
    ['readlink', { op: 'readlink', path: 'old' }],
    ['chmod', { op: 'chmod', path: 'old', mode: 0o600 }],
    ['rename onto itself', { op: 'rename', path: 'old', to: 'old' }],
    ['rename into itself', { op: 'rename', path: 'old', to: 'old/below' }],
  ];
  describe.each(alone)('%s:', (_name, step) => {
    it.each(standings.map((old) => [describeStanding(old), old] as const))('%s', (_old, old) => {
      compare(old, null, step);
    });
  });
});
