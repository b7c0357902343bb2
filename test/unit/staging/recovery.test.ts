import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { UserError } from '../../../src/shared/userError';
import { Fixture } from './support';

/*
 * Commits that go wrong in odd ways: whatever comes, what the user had is in the folder or kept for a revert, and what
 * was staged and not applied is staged still.
 */

const everything = { ids: 'all', approvedProtected: [], dirtyPaths: [] } as const;
let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture(noFileRules);
});
afterEach(() => fixture.dispose());

const host = (path: string): string => join(fixture.folder, path);
const put = (path: string, text: string): void => {
  mkdirSync(join(host(path), '..'), { recursive: true });
  writeFileSync(host(path), text);
};
const text = (path: string): string => readFileSync(host(path), 'utf8');
const commitDirectories = (): string[] => {
  const state = join(fixture.top, 'state');
  return readdirSync(state).flatMap((folder) => {
    const commits = join(state, folder, 'commits');
    return readdirSync(commits).map((name) => join(commits, name));
  });
};
const ownFiles = (): string[] => readdirSync(fixture.folder).filter((name) => name.startsWith('.sunaba'));

class Stop extends Error {}
/** Leaves a commit as a crash after this step would. */
function stopAfter(step: string, meanwhile: () => void = () => undefined): void {
  let stopped = false;
  const staging = fixture.staging((done) => {
    if (done === step) {
      stopped = true;
      meanwhile();
    }
    if (stopped) throw new Stop(); // also in what would take it back
  });
  expect(() => staging.commit(everything)).toThrow();
  expect(stopped).toBe(true);
}
/** The journal says what it would say had the process been killed: nothing was taken back. */
function asKilled(): void {
  for (const directory of commitDirectories()) {
    const path = join(directory, 'journal.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"state":"undoing"', '"state":"prepared"'));
  }
}

describe('T56: a recovery', () => {
  it('finishes a commit whose originals cannot be moved yet, and keeps them until they can', () => {
    for (const name of ['a', 'b', 'gone']) put(name, 'old');
    for (const name of ['a', 'b']) fixture.write(name, 'new');
    fixture.unlink('gone');
    stopAfter('place a');
    asKilled();
    const [directory = ''] = commitDirectories();
    const inTheWay = [1, 2, 3].map((n) => join(directory, `original-${n}`));
    for (const each of inTheWay) mkdirSync(each);
    fixture.reopen();
    fixture.staging();
    expect([text('a'), text('b'), existsSync(host('gone'))]).toEqual(['new', 'new', false]);
    expect(fixture.show()).toEqual(['a=new', 'b=new']);
    fixture.write('other', 'x');
    expect(fixture.commitAll().applied).toEqual(['other']);
    for (const each of inTheWay) rmdirSync(each);
    const staging = fixture.staging();
    expect(ownFiles()).toEqual([]);
    expect(staging.revert(staging.commits()[0]?.commitId ?? '')).toMatchObject({ conflicts: [] });
    expect([text('a'), text('b'), text('gone')]).toEqual(['old', 'old', 'old']);
  });

  it('does not stumble over a folder that the user has taken away, or put something into', () => {
    for (const name of ['empty', 'filled', 'linked']) put(`${name}/f`, 'old');
    for (const name of ['empty', 'filled', 'linked']) {
      fixture.unlink(`${name}/f`);
      fixture.rmdir(name);
    }
    stopAfter('remove linked/f');
    asKilled();
    rmSync(host('empty'), { recursive: true });
    put('filled/mine', 'mine');
    rmSync(host('linked'), { recursive: true });
    mkdirSync(join(fixture.top, 'elsewhere'));
    symlinkSync('../elsewhere', host('linked'));
    fixture.reopen();
    fixture.staging();
    expect(readdirSync(fixture.folder).sort()).toEqual(['filled', 'linked']);
    expect(text('filled/mine')).toBe('mine');
    expect(existsSync(join(fixture.top, 'elsewhere'))).toBe(true);
  });

  it('leaves a journal alone that it cannot read, with the originals beside it', () => {
    put('f', 'old');
    fixture.write('f', 'new');
    fixture.commitAll();
    const [directory = ''] = commitDirectories();
    const journal = join(directory, 'journal.json');
    const written = readFileSync(journal, 'utf8');
    writeFileSync(journal, written.replace('"version":1', '"version":2'));
    fixture.reopen();
    expect(fixture.staging().commits()).toEqual([]);
    expect(readFileSync(join(directory, 'original-1'), 'utf8')).toBe('old');
    writeFileSync(journal, written);
    expect(fixture.staging().commits()).toHaveLength(1);
  });
});

describe('a commit that is taken back', () => {
  it('keeps an original for a revert where the user has put a file of their own in its place meanwhile', () => {
    for (const name of ['gone', 'mod', 'z']) put(name, `old ${name}`);
    fixture.unlink('gone');
    fixture.write('mod', 'new');
    fixture.write('z', 'new');
    const staging = fixture.staging((done) => {
      if (done !== 'place mod') return;
      put('gone', "the user's own");
      put('mod', "the user's own");
      throw new Stop();
    });
    expect(() => staging.commit(everything)).toThrow(UserError);
    expect([text('gone'), text('mod'), text('z')]).toEqual(["the user's own", "the user's own", 'old z']);
    expect(ownFiles()).toEqual([]);
    const kept = commitDirectories().flatMap((directory) =>
      readdirSync(directory).flatMap((name) => (name.startsWith('original-') ? [readFileSync(join(directory, name), 'utf8')] : [])),
    );
    expect(kept).toEqual(expect.arrayContaining(['old gone', 'old mod']));
    const [commit] = staging.commits();
    expect(commit?.paths).toEqual(['gone', 'mod']);
    expect(staging.revert(commit?.commitId ?? '').conflicts).toHaveLength(2);
    fixture.reopen();
    expect(fixture.show()).toEqual(['mod=new', 'z=new']);
    rmSync(host('gone'));
    expect(fixture.staging().revert(commit?.commitId ?? '').applied).toEqual(['gone']);
    expect(text('gone')).toBe('old gone');
    const pending = fixture.staging().changes().changes;
    expect(pending.map(({ kind, path }) => [kind, path])).toEqual([
      ['deleted', 'gone'],
      ['modified', 'mod'],
      ['modified', 'z'],
    ]);
  });
});

describe('a folder that cannot be written to', () => {
  const mount = (): string | null => {
    const path = mkdtempSync(join(tmpdir(), 'sunaba-tmpfs-'));
    return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path]).status === 0 ? path : null;
  };
  const remount = (path: string, option: 'ro' | 'rw'): void => void spawnSync('mount', ['-o', `remount,${option}`, path]);
  const probe = mount();
  if (probe !== null) spawnSync('umount', ['-l', probe]);
  const name = probe === null ? ' (not run: nothing can be mounted here)' : '';

  it.runIf(probe !== null)(`T59: with a stopped commit in it can be opened and read; a commit says what is wrong${name}`, () => {
    const disk = mount();
    if (disk === null) throw new Error('mount failed');
    const folder = join(disk, 'ws');
    mkdirSync(folder);
    const here = new Fixture(noFileRules, null, folder);
    try {
      for (const each of ['a', 'b', 'c']) writeFileSync(join(folder, each), 'old');
      for (const each of ['a', 'b', 'c']) here.write(each, 'new');
      const staging = here.staging((done) => {
        if (done === 'place b') remount(disk, 'ro');
      });
      expect(() => staging.commit(everything)).toThrow('could not be taken back yet');
      here.reopen();
      expect(here.staging().changes().changes.length).toBeGreaterThan(0);
      expect(here.show()).toEqual(['a=new', 'b=new', 'c=new']);
      expect(() => here.commitAll()).toThrow(/stopped and cannot be taken back yet. The folder is on a read-only file system/);
      remount(disk, 'rw');
      expect(here.commitAll().applied).toEqual(['a', 'b', 'c']);
      expect(readdirSync(folder)).toEqual(['a', 'b', 'c']);
    } finally {
      here.dispose();
      spawnSync('umount', ['-l', disk]);
    }
  });
});
