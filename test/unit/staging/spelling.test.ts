import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { planSteps, type Target } from '../../../src/staging/commit/plan';
import { DescriptorLower } from '../../../src/staging/lower/descriptorLower';
import { openLower } from '../../../src/staging/lower/openLower';
import { PathLower } from '../../../src/staging/lower/pathLower';
import { otherSpelling, spellingKey } from '../../../src/staging/lower/spelling';
import { createReadOnlyTree } from '../../../src/staging/lower/readOnlyTree';
import { createNamespace } from '../../../src/staging/namespace';
import { diskCode, onDisk, onOverlay, runs, showDisk, showOverlay, type Operation } from './operations';
import { codeOf, creating, cx, Fixture, reading } from './support';

/*
 * Folders that take no notice of case. On Linux such a file system is made of an image by ntfs-3g (which lists every name in
 * small letters then): it needs root, FUSE and its two programs.
 */

interface Disk {
  readonly path: string;
  umount(): void;
}

function mountFolding(): Disk | null {
  const top = mkdtempSync(join(tmpdir(), 'sunaba-ntfs-'));
  const image = join(top, 'image');
  const path = join(top, 'disk');
  mkdirSync(path);
  writeFileSync(image, '');
  truncateSync(image, 8 * 1024 * 1024);
  const isMounted =
    spawnSync('mkntfs', ['-F', '-q', '-f', image]).status === 0 &&
    spawnSync('lowntfs-3g', ['-o', 'ignore_case,permissions', image, path]).status === 0;
  const umount = (): void => {
    spawnSync('umount', ['-l', path]);
    rmSync(top, { recursive: true, force: true });
  };
  if (isMounted) return { path, umount };
  rmSync(top, { recursive: true, force: true });
  return null;
}

const probe = process.platform === 'linux' ? mountFolding() : null;
probe?.umount();
const notRun = probe === null ? ' (not run: no such file system can be mounted here)' : '';

describe.runIf(probe !== null)(`a folder that takes no notice of case${notRun}`, () => {
  let disk: Disk;
  let fixture: Fixture;
  let round = 0;
  const host = (path: string): string => join(fixture.folder, path);
  const text = (path: string): string => readFileSync(host(path), 'utf8');
  /** FUSE keeps for a while what another spelling led to, and so hides that it is gone. No other system does; a remount ends it. */
  const forget = (): void => void spawnSync('mount', ['-i', '-o', 'remount', disk.path]);

  beforeAll(() => {
    const mounted = mountFolding();
    if (mounted === null) throw new Error('mount failed');
    disk = mounted;
  });
  afterAll(() => disk.umount());
  beforeEach(() => {
    const folder = join(disk.path, `ws${round++}`);
    mkdirSync(join(folder, 'dir'), { recursive: true });
    writeFileSync(join(folder, 'readme'), 'old');
    writeFileSync(join(folder, 'dir/file'), 'deep');
    fixture = new Fixture(noFileRules, null, folder);
  });
  afterEach(() => fixture.dispose());

  it('leads every spelling to one file, which is one change under the name that the disk has', () => {
    expect(fixture.read('README')).toBe('old');
    fixture.write('ReadMe', 'new');
    expect([fixture.read('readme'), fixture.read('README')]).toEqual(['new', 'new']);
    fixture.write('DIR/File', 'changed');
    fixture.write('Dir/New', 'n');
    expect(fixture.read('dir/new')).toBe('n');
    expect(fixture.list()).toEqual(['dir', 'readme']);
    expect(fixture.list('DIR')).toEqual(['New', 'file']);
    fixture.reopen();
    expect(fixture.read('README')).toBe('new');
    const changes = fixture.staging().changes().changes;
    expect(changes.map(({ kind, path }) => [kind, path])).toEqual([
      ['created', 'dir/New'],
      ['modified', 'dir/file'],
      ['modified', 'readme'],
    ]);
    expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [], applied: ['dir/New', 'dir/file', 'readme'] });
    expect([text('readme'), text('dir/file'), text('dir/new')]).toEqual(['new', 'changed', 'n']);
    expect(fixture.staging().changes().changes).toEqual([]);
  });

  it('has one open file for two spellings, and one that a guest made has all spellings too', () => {
    const first = fixture.open('readme', { read: true });
    fixture.write('README', 'through the other');
    const into = new Uint8Array(20);
    expect(Buffer.from(into.subarray(0, first.read(cx, into, 0))).toString()).toBe('through the other');
    first.close();
    fixture.mkdir('Made');
    fixture.write('made/In', 'x');
    expect(fixture.read('MADE/in')).toBe('x');
    expect(codeOf(() => fixture.mkdir('mADE'))).toBe('exist');
    expect(codeOf(() => fixture.open('made/IN', { ...creating, exclusive: true }))).toBe('exist');
    expect(codeOf(() => fixture.symlink('x', 'Readme'))).toBe('exist');
    expect(fixture.list('made')).toEqual(['In']);
  });

  it('removes by any spelling, and what is made again then is there once', () => {
    fixture.unlink('README');
    expect(codeOf(() => fixture.read('readme'))).toBe('noent');
    expect(codeOf(() => fixture.read('ReadMe'))).toBe('noent');
    fixture.unlink('DIR/FILE');
    fixture.rmdir('Dir');
    expect(fixture.list()).toEqual([]);
    fixture.write('Readme', 'again');
    expect(fixture.show()).toEqual(['Readme=again']);
    expect(fixture.read('README')).toBe('again');
    const report = fixture.staging(forget).commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] });
    expect(report).toMatchObject({ held: [], conflicts: [] });
    expect(text('readme')).toBe('again');
    expect(existsSync(host('dir'))).toBe(false);
    expect(readdirSync(fixture.folder)).toHaveLength(1);
  });

  it('a rename that changes only case is one, of files and of folders, and can be taken back', () => {
    fixture.rename('readme', 'README');
    fixture.rename('DIR', 'Dir');
    expect(fixture.show()).toEqual(['Dir/', 'Dir/file=deep', 'README=old']);
    expect(fixture.read('ReadMe')).toBe('old');
    fixture.reopen();
    expect(fixture.show()).toEqual(['Dir/', 'Dir/file=deep', 'README=old']);
    const staging = fixture.staging(forget);
    expect(staging.changes().changes.map((change) => (change.kind === 'renamed' ? [change.from, change.path] : change))).toEqual([
      ['dir', 'Dir'],
      ['dir/file', 'Dir/file'],
      ['readme', 'README'],
    ]);
    const report = staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] });
    expect(report).toMatchObject({ held: [], conflicts: [] });
    expect([text('README'), text('Dir/file')]).toEqual(['old', 'deep']);
    expect(readdirSync(fixture.folder)).toHaveLength(2);
    // This file system keeps no case: what was to be `Dir` is `dir` from then on.
    expect(staging.changes().changes).toEqual([]);
    expect(fixture.show()).toEqual(['dir/', 'dir/file=deep', 'readme=old']);
    fixture.reopen();
    expect(fixture.show()).toEqual(['dir/', 'dir/file=deep', 'readme=old']);
    expect(staging.revert(report.commitId ?? '').conflicts).toEqual([]);
    expect([text('readme'), text('dir/file')]).toEqual(['old', 'deep']);
    expect(readdirSync(fixture.folder)).toHaveLength(2);
  });

  it('a rename over another spelling replaces that file', () => {
    fixture.write('other', 'other');
    fixture.rename('OTHER', 'README');
    expect(fixture.show()).toEqual(['dir/', 'dir/file=deep', 'readme=other']);
    fixture.rename('readme', 'DIR/moved');
    expect(fixture.list('dir')).toEqual(['file', 'moved']);
    expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [] });
    expect(text('dir/moved')).toBe('other');
    expect(existsSync(host('readme'))).toBe(false);
  });

  it('giving up changes shows what the folder has', () => {
    fixture.rename('readme', 'README');
    fixture.rename('dir', 'DIR');
    fixture.write('DIR/file', 'changed');
    const staging = fixture.staging();
    for (let round = 0; round < 10; round++) {
      const [change] = staging.changes().changes.slice(-1);
      if (change !== undefined) staging.discard([change.path]);
    }
    expect(staging.changes().changes).toEqual([]);
    expect(fixture.show()).toEqual(['dir/', 'dir/file=deep', 'readme=old']);
  });

  it('random operations by random spellings do what they do on the disk itself, and a commit gives just that', { timeout: 600_000 }, () => {
    const path = fc.array(fc.constantFrom('a', 'A', 'b', 'B'), { minLength: 1, maxLength: 2 }).map((names) => names.join('/'));
    const operation: fc.Arbitrary<Operation> = fc.oneof(
      fc.record({ op: fc.constant('write' as const), path, text: fc.constantFrom('x', 'yy'), at: fc.nat(2), truncate: fc.boolean() }),
      fc.record({ op: fc.constantFrom('create' as const, 'mkdir' as const, 'unlink' as const, 'rmdir' as const, 'reopen' as const), path }),
      fc.record({ op: fc.constant('rename' as const), path, to: path }),
    );
    const fill = (root: string): void => {
      mkdirSync(join(root, 'a'), { recursive: true });
      writeFileSync(join(root, 'a/b'), 'ab');
      writeFileSync(join(root, 'b'), 'b');
    };
    /** The disk lists names in small letters; modes and links are other tests' matter. */
    const plain = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/ \d+ \d+$/, '').toLowerCase()).sort();
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 12 }), (steps) => {
        const folder = join(disk.path, `random${round}`);
        const real = join(disk.path, `real${round++}`);
        for (const root of [folder, real]) fill(root);
        const random = new Fixture(noFileRules, null, folder);
        try {
          for (const step of steps) {
            forget();
            expect([step, codeOf(() => onOverlay(random, step))]).toEqual([step, diskCode(() => onDisk(real, step))]);
            forget();
            expect(plain(showOverlay(random))).toEqual(plain(showDisk(real)));
          }
          const report = random.staging(forget).commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] });
          expect(report.conflicts).toEqual([]);
          forget();
          expect(plain(showDisk(folder))).toEqual(plain(showDisk(real)));
        } finally {
          random.dispose();
          for (const root of [folder, real]) rmSync(root, { recursive: true });
        }
      }),
      { numRuns: Math.ceil(runs / 10) },
    );
  });

  it.each([
    ['by descriptor', DescriptorLower],
    ['by path', PathLower],
  ])('is known for one, %s: by what is in it, or by where it stands', (_name, Lower) => {
    const lower = openLower(fixture.folder, (root) => new Lower(root));
    mkdirSync(host('empty'));
    mkdirSync(host('123'));
    writeFileSync(host('123/456'), 'digits');
    for (const directory of ['', 'dir', 'empty', '123']) expect(lower.folds(directory)).toBe(true);
    expect(lower.lookup('', 'ReadMe')?.name).toBe('readme');
    expect(lower.stat('', 'ReadMe')).toBeNull();
    expect(lower.stat('DIR', 'file')).toBeNull();
    expect(lower.statDirectory('DIR')).toBeNull();
    expect(lower.list('DIR')).toBeNull();
    expect(codeOf(() => lower.openFile('', 'README'))).toBe('noent');
    expect(lower.stat('dir', 'file')?.kind).toBe('file');
    lower.dispose();
  });

  it('and without an overlay every spelling reads the file too', () => {
    const namespace = createNamespace({ mounts: new Map([['/workspace', { kind: 'tree', tree: createReadOnlyTree(fixture.folder) }]]) });
    const base = namespace.openRoot('/workspace');
    expect(namespace.open(cx, base, 'DIR/FILE', reading).kind).toBe('file');
    expect(namespace.stat(cx, base, 'README', true).ino).toBe(namespace.stat(cx, base, 'readme', true).ino);
  });
});

describe('a folder where case matters', () => {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture(noFileRules);
  });
  afterEach(() => fixture.dispose());

  it.runIf(process.platform === 'linux')('is never taken for one where it does not, though two names are one file', () => {
    writeFileSync(join(fixture.folder, 'a'), 'both');
    linkSync(join(fixture.folder, 'a'), join(fixture.folder, 'A'));
    mkdirSync(join(fixture.folder, 'empty'));
    const lower = openLower(fixture.folder);
    expect(lower.lookup('', 'A')?.name).toBe('A');
    expect([lower.folds(''), lower.folds('empty')]).toEqual([false, false]);
    lower.dispose();
    fixture.write('A', 'one');
    expect([fixture.read('a'), fixture.read('A')]).toEqual(['both', 'one']);
    fixture.write('new', '1');
    fixture.write('New', '2');
    fixture.rename('new', 'NEW');
    expect(fixture.show()).toEqual(['A=one', 'NEW=1', 'New=2', 'a=both', 'empty/']);
    expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [] });
    expect(readdirSync(fixture.folder).sort()).toEqual(['A', 'NEW', 'New', 'a', 'empty']);
  });

  it.runIf(process.platform === 'linux')('shows nothing of the other case that only the folder has, after a commit of some changes', () => {
    fixture.mkdir('d');
    fixture.write('d/a', 'guest');
    fixture.write('d/b', 'guest');
    mkdirSync(join(fixture.folder, 'd'));
    writeFileSync(join(fixture.folder, 'd/A'), 'user');
    const staging = fixture.staging();
    const ids = staging.changes().changes.flatMap(({ path, details }) => (path === 'd/b' ? [details.id] : []));
    expect(staging.commit({ ids, approvedProtected: [], dirtyPaths: [] }).applied).toEqual(['d/b']);
    expect(fixture.show()).toEqual(['d/', 'd/a=guest', 'd/b=guest']);
  });

  it.runIf(process.platform === 'linux')('keeps two Unicode forms of a name apart', () => {
    for (const name of ['\u00e9', 'e\u0301']) writeFileSync(join(fixture.folder, name), name);
    fixture.write('\u00e9', 'changed');
    expect([fixture.read('\u00e9'), fixture.read('e\u0301')]).toEqual(['changed', 'e\u0301']);
    expect(fixture.list()).toHaveLength(2);
  });
});

describe('a rename to the other case, as a commit does it', () => {
  it('takes the former name away before the new one comes', () => {
    const directory = { kind: 'directory', mode: 0o755 } as const;
    const file = { kind: 'file', hash: 'h', mode: 0o644 } as const;
    const common = { seen: null, source: null };
    const targets: Target[] = [
      { path: 'D', before: directory, after: null, from: null, movedAway: true, ...common },
      { path: 'D/f', before: file, after: null, from: null, movedAway: true, ...common },
      { path: 'd', before: null, after: directory, from: 'D', movedAway: false, ...common },
      { path: 'd/f', before: null, after: file, from: 'D/f', movedAway: false, ...common },
      { path: 'plain', before: null, after: file, from: 'was', movedAway: false, ...common },
      { path: 'was', before: file, after: null, from: null, movedAway: true, ...common },
      { path: 'X', before: null, after: file, from: null, movedAway: false, ...common },
      { path: 'moved', before: null, after: file, from: 'x', movedAway: false, ...common },
      { path: 'x', before: file, after: null, from: null, movedAway: true, ...common },
    ];
    expect(planSteps(targets).steps.map((step) => `${step.op} ${step.path}`)).toEqual([
      'remove D/f',
      'remove x',
      'rmdir D',
      'mkdir d',
      'place d/f',
      'move plain',
      'place X',
      'place moved',
    ]);
  });

  it('knows spellings of one name', () => {
    expect(otherSpelling('ReadMe-1')).toBe('rEADmE-1');
    expect(otherSpelling('1-2')).toBeNull();
    expect(spellingKey('READ\u00c9')).toBe(spellingKey('reade\u0301'));
    expect(spellingKey('stra\u00dfe')).not.toBe(spellingKey('STRASSE'));
  });
});
