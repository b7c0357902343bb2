import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { UserError } from '../../../src/shared/userError';
import { showDisk } from './operations';
import { cx, Fixture } from './support';
import { buildEntry } from '../../support/buildEntry';

const committer = buildEntry(join(import.meta.dirname, 'committer.entry.ts'));

const argumentsOf = (fixture: Fixture, ...rest: number[]): string[] => [
  committer,
  fixture.folder,
  fixture.storage,
  join(fixture.top, 'state'),
  ...rest.map(String),
];

/** Runs the committing process; it is killed after its n-th step. */
function commitKilledAt(fixture: Fixture, n: number): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, argumentsOf(fixture, n), { encoding: 'utf8' });
}

/** One change of every kind. */
function stageAll(fixture: Fixture): void {
  const put = (path: string, text: string): void => {
    mkdirSync(join(fixture.folder, path, '..'), { recursive: true });
    writeFileSync(join(fixture.folder, path), text);
  };
  for (const [path, text] of [
    ['mod', 'old'],
    ['gone', 'g'],
    ['moved', 'm'],
    ['mode', 'x'],
    ['dir/a', '1'],
    ['dir/b', '2'],
    ['tofile/x', '3'],
    ['todir', '4'],
    ['swap1', 's1'],
    ['swap2', 's2'],
    ['ren/deep/f', '5'],
  ] as const)
    put(path, text);
  symlinkSync('mod', join(fixture.folder, 'link'));
  fixture.reopen();
  fixture.write('mod', 'new contents');
  fixture.unlink('gone');
  fixture.rename('moved', 'there');
  fixture.namespace.chmod(cx, fixture.base, 'mode', true, 0o755);
  fixture.unlink('dir/a');
  fixture.unlink('dir/b');
  fixture.rmdir('dir');
  fixture.unlink('tofile/x');
  fixture.rmdir('tofile');
  fixture.write('tofile', 'a file now');
  fixture.unlink('todir');
  fixture.mkdir('todir');
  fixture.write('todir/in', 'side');
  fixture.rename('swap1', 'tmp');
  fixture.rename('swap2', 'swap1');
  fixture.rename('tmp', 'swap2');
  fixture.rename('ren', 'named');
  fixture.unlink('link');
  fixture.symlink('there', 'link');
  for (let i = 0; i < 5; i++) fixture.write(`created${i}`, `c${i}`);
}

const plain = (lines: readonly string[]): string[] =>
  lines.filter((line) => !line.includes('.sunaba-')).map((line) => line.replace(/ \d+$/, ''));
const contents = (lines: readonly string[]): Map<string, string> =>
  new Map(
    lines.flatMap((line) => {
      const match = /^([^=>]+)=(.*)$/.exec(line);
      return match?.[1] === undefined ? [] : [[match[1], match[2] ?? '']];
    }),
  );

function withStaged(run: (fixture: Fixture, before: string[]) => void): void {
  const fixture = new Fixture(noFileRules);
  try {
    stageAll(fixture);
    run(fixture, plain(showDisk(fixture.folder)));
  } finally {
    fixture.dispose();
  }
}

function noTraces(fixture: Fixture): void {
  expect(readdirSync(fixture.folder).filter((name) => name.startsWith('.sunaba'))).toEqual([]);
}

describe('a commit that is killed', () => {
  it('T56: after any of its steps leaves each file old or new, and the next start makes it whole', { timeout: 300_000 }, () => {
    let after: string[] = [];
    let steps = 0;
    withStaged((fixture) => {
      const result = commitKilledAt(fixture, 0);
      steps = (JSON.parse(result.stdout) as { steps: number }).steps;
      after = plain(showDisk(fixture.folder));
    });
    expect(steps).toBeGreaterThan(40);
    const newContents = contents(after);
    const outcomes = new Set<string>();
    for (let n = 1; n <= steps; n++) {
      withStaged((fixture, before) => {
        const oldContents = contents(before);
        const guests = fixture.show();
        expect(commitKilledAt(fixture, n).signal).toBe('SIGKILL');
        for (const [path, text] of contents(plain(showDisk(fixture.folder)))) {
          expect([oldContents.get(path), newContents.get(path)], `${path} after step ${n}`).toContain(text);
        }
        fixture.reopen();
        fixture.staging();
        const recovered = plain(showDisk(fixture.folder));
        expect([before, after], `step ${n}`).toContainEqual(recovered);
        outcomes.add(recovered.join() === before.join() ? 'taken back' : 'finished');
        expect(fixture.show(), `step ${n}`).toEqual(guests);
        noTraces(fixture);
        expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [] });
        expect(plain(showDisk(fixture.folder))).toEqual(after);
      });
    }
    expect([...outcomes].sort()).toEqual(['finished', 'taken back']);
  });

  it('T56: and whose recovery is killed too', { timeout: 300_000 }, () => {
    for (const n of [22, 33, 44]) {
      withStaged((fixture, before) => {
        const guests = fixture.show();
        commitKilledAt(fixture, n);
        for (let k = 1; k < 40; k += 4) commitKilledAt(fixture, k);
        fixture.reopen();
        fixture.staging();
        expect(fixture.show(), `step ${n}`).toEqual(guests);
        fixture.commitAll();
        noTraces(fixture);
        expect(plain(showDisk(fixture.folder))).not.toEqual(before);
        expect(fixture.staging().changes().changes).toEqual([]);
      });
    }
  });

  it('T56: at random moments', { timeout: 300_000 }, async () => {
    for (let round = 0; round < 5; round++) {
      const fixture = new Fixture(noFileRules);
      for (let i = 0; i < 150; i++) writeFileSync(join(fixture.folder, `f${i}`), 'old');
      for (let i = 0; i < 150; i++) fixture.write(`f${i}`, 'new');
      const child = spawn(process.execPath, argumentsOf(fixture, 0), { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('exit', resolve));
      await new Promise((resolve) => setTimeout(resolve, 60 + Math.random() * 250));
      child.kill('SIGKILL');
      await ended;
      for (let i = 0; i < 150; i++) expect(['old', 'new']).toContain(readFileSync(join(fixture.folder, `f${i}`), 'utf8'));
      fixture.reopen();
      fixture.staging();
      noTraces(fixture);
      expect(new Set(Array.from({ length: 150 }, (_, i) => readFileSync(join(fixture.folder, `f${i}`), 'utf8'))).size).toBe(1);
      fixture.commitAll();
      expect(readFileSync(join(fixture.folder, 'f149'), 'utf8')).toBe('new');
      fixture.dispose();
    }
  });
});

describe('two committers of one folder', () => {
  it('T68: one waits for the other, and a recovery never touches a living one', { timeout: 60_000 }, async () => {
    const fixture = new Fixture(noFileRules);
    stageAll(fixture);
    const child = spawn(process.execPath, argumentsOf(fixture, 0, 30), { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    // The other one is in the middle of its commit: a start here leaves it alone, a commit here waits for it.
    const other = new Fixture(noFileRules, fixture);
    const commits = join(fixture.top, 'state');
    const asideBefore = readdirSync(fixture.folder).filter((name) => name.startsWith('.sunaba'));
    expect(asideBefore).toHaveLength(1);
    other.staging();
    expect(readdirSync(fixture.folder).filter((name) => name.startsWith('.sunaba'))).toEqual(asideBefore);
    expect(other.list().some((name) => name.startsWith('.sunaba'))).toBe(false);
    other.write('other', 'mine');
    expect(other.commitAll()).toMatchObject({ applied: ['other'], conflicts: [] });
    await ended;
    expect(readFileSync(join(fixture.folder, 'mod'), 'utf8')).toBe('new contents');
    expect(readFileSync(join(fixture.folder, 'other'), 'utf8')).toBe('mine');
    expect(existsSync(commits)).toBe(true);
    other.dispose();
    fixture.dispose();
  });

  it('T68: have one lock and one place of journals, whatever name leads to the folder', () => {
    const fixture = new Fixture(noFileRules);
    const alias = join(fixture.top, 'alias');
    symlinkSync(fixture.folder, alias);
    const other = new Fixture(noFileRules, fixture, alias);
    fixture.write('a', '1');
    other.write('b', '2');
    const report = fixture.commitAll();
    expect(other.commitAll().applied).toEqual(['b']);
    expect(readdirSync(join(fixture.top, 'state'))).toHaveLength(1);
    expect(other.staging().commits()[0]?.commitId).toBe(report.commitId);
    other.dispose();
    fixture.dispose();
  });

  it('T68: the lock of a process that was killed is taken over, and its commit recovered first', () => {
    withStaged((fixture) => {
      expect(commitKilledAt(fixture, 32).signal).toBe('SIGKILL');
      const other = new Fixture(noFileRules, fixture);
      other.write('other', 'mine');
      expect(other.commitAll().applied).toEqual(['other']);
      noTraces(fixture);
      other.dispose();
    });
  });
});

describe('a full or read-only disk', () => {
  const tmpfs = (size: string): { path: string; umount: () => void; remount: (options: string) => void } | null => {
    const path = mkdtempSync(join(tmpdir(), 'sunaba-tmpfs-'));
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path]).status !== 0) return null;
    return {
      path,
      umount: () => void spawnSync('umount', ['-l', path]),
      remount: (options) => void spawnSync('mount', ['-o', `remount,${options}`, path]),
    };
  };
  const mounted = tmpfs('1m');
  mounted?.umount();
  const name = mounted === null ? '(not run: a small file system cannot be mounted here)' : '';

  it.runIf(mounted !== null)(`T59: no space in the middle of an apply changes nothing ${name}`, { timeout: 60_000 }, () => {
    const disk = tmpfs('400k');
    if (disk === null) throw new Error('mount failed');
    const folder = join(disk.path, 'ws');
    mkdirSync(folder);
    for (let i = 0; i < 40; i++) writeFileSync(join(folder, `f${i}`), 'x'.repeat(4000));
    const fixture = new Fixture(noFileRules, null, folder);
    try {
      const before = showDisk(folder);
      for (let i = 0; i < 40; i++) fixture.write(`f${i}`, 'y'.repeat(8000));
      expect(() => fixture.commitAll()).toThrow(/disk is full.*stay staged/);
      expect(showDisk(folder)).toEqual(before);
      expect(fixture.staging().changes().changes).toHaveLength(40);
      disk.remount('size=4m');
      expect(fixture.commitAll().applied).toHaveLength(40);
    } finally {
      fixture.dispose();
      disk.umount();
    }
  });

  it.runIf(mounted !== null)(`T59: a disk that turns read-only in the middle is taken back ${name}`, { timeout: 60_000 }, () => {
    const disk = tmpfs('4m');
    if (disk === null) throw new Error('mount failed');
    const folder = join(disk.path, 'ws');
    mkdirSync(folder);
    for (let i = 0; i < 10; i++) writeFileSync(join(folder, `f${i}`), 'old');
    const fixture = new Fixture(noFileRules, null, folder);
    try {
      const before = showDisk(folder);
      for (let i = 0; i < 10; i++) fixture.write(`f${i}`, 'new');
      const staging = fixture.staging((done) => {
        if (done === 'place f5') disk.remount('ro');
      });
      expect(() => staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] })).toThrow(UserError);
      disk.remount('rw');
      fixture.reopen();
      fixture.staging();
      expect(plain(showDisk(folder))).toEqual(plain(before));
      expect(readdirSync(folder)).toHaveLength(10);
      expect(fixture.commitAll().applied).toHaveLength(10);
    } finally {
      fixture.dispose();
      disk.umount();
    }
  });
});
