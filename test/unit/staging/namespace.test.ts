import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FsError } from '../../../src/staging/errno';
import { DescriptorLower } from '../../../src/staging/lower/descriptorLower';
import { PathLower } from '../../../src/staging/lower/pathLower';
import { createReadOnlyTree } from '../../../src/staging/lower/readOnlyTree';
import { createNamespace } from '../../../src/staging/namespace';
import { silentWriter } from '../../../src/staging/silentAccessor';
import type { Accessor, Namespace, OpenDirectory, OpenOptions } from '../../../src/staging/vfs';

const cx: Accessor = { ...silentWriter, pid: 1 };
const reading: OpenOptions = { read: true, write: false, create: false, exclusive: false, truncate: false, directory: false, follow: true };

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'ok';
  } catch (cause) {
    if (cause instanceof FsError) return cause.code;
    throw cause;
  }
}

describe('the walk', () => {
  let top: string;
  let folder: string;
  let namespace: Namespace;
  let base: OpenDirectory;
  let root: OpenDirectory;

  const read = (path: string, from = base): string => {
    const opened = namespace.open(cx, from, path, reading);
    if (opened.kind !== 'file') throw new Error(opened.kind);
    const into = new Uint8Array(1000);
    const length = opened.read(cx, into, 0);
    opened.close();
    return Buffer.from(into.subarray(0, length)).toString();
  };
  const code = (path: string, from = base): string => codeOf(() => read(path, from));

  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'sunaba-walk-'));
    folder = join(top, 'ws');
    mkdirSync(join(folder, 'd/e'), { recursive: true });
    writeFileSync(join(folder, 'f'), 'text');
    writeFileSync(join(folder, 'd/e/g'), 'deep');
    mkdirSync(join(top, 'ws-evil'));
    writeFileSync(join(top, 'ws-evil/x'), 'outside');
    namespace = createNamespace({
      mounts: new Map([
        ['/workspace', { kind: 'tree', tree: createReadOnlyTree(folder) }],
        ['/dev', { kind: 'devices', names: ['null'] }],
        ['/bin', { kind: 'programs', names: () => ['ls'] }],
        ['/usr/bin', { kind: 'programs', names: () => ['ls'] }],
      ]),
    });
    root = namespace.openRoot('/');
    base = namespace.openRoot('/workspace');
  });
  afterEach(() => rmSync(top, { recursive: true }));

  it('reads by relative and absolute paths, with dots and slashes', () => {
    expect(read('f')).toBe('text');
    expect(read('./d//e/../e/g')).toBe('deep');
    expect(read('/workspace/d/e/g', root)).toBe('deep');
    expect(read('workspace/../workspace/f', root)).toBe('text');
    expect(namespace.openRoot('/workspace/d/e').path()).toBe('/workspace/d/e');
    expect(root.entries(cx).map((entry) => entry.name)).toEqual(['.', '..', 'workspace', 'dev', 'bin', 'usr']);
  });

  it('T01: a path that leaves the folder and comes back is refused', () => {
    expect(code('d/../../ws/f')).toBe('notcapable');
    expect(code('d/../../workspace/f')).toBe('notcapable');
    expect(code('..')).toBe('notcapable');
  });

  it('T02: /etc/passwd is not there', () => {
    expect(code('/etc/passwd')).toBe('notcapable');
    expect(code('/etc/passwd', root)).toBe('noent');
    expect(code('/etc/nothing-there', root)).toBe('noent');
  });

  it('T03: a sibling whose name begins like the folder is refused', () => {
    expect(code('../ws-evil/x')).toBe('notcapable');
    expect(code('/ws-evil/x', root)).toBe('noent');
    expect(code(join(top, 'ws-evil/x'))).toBe('notcapable');
  });

  it('T04: a leaf link out of the folder is refused, the target there or not', () => {
    symlinkSync('/etc/passwd', join(folder, 'l'));
    symlinkSync('/etc/nothing-there', join(folder, 'm'));
    symlinkSync('../ws-evil/x', join(folder, 'n'));
    for (const name of ['l', 'm', 'n']) {
      expect(code(name)).toBe('notcapable');
      expect(codeOf(() => namespace.stat(cx, base, name, true))).toBe('notcapable');
      expect(code(`workspace/${name}`, root)).toBe('noent');
    }
    expect(namespace.readlink(cx, base, 'l')).toBe('/etc/passwd');
  });

  it('T07: a link to a link out of the folder is refused for every operation', () => {
    symlinkSync('evil/', join(folder, 'l'));
    symlinkSync(join(top, 'ws-evil'), join(folder, 'evil'));
    for (const run of [
      () => read('l/x'),
      () => namespace.open(cx, base, 'l', { ...reading, directory: true }),
      () => namespace.mkdir(cx, base, 'l/new'),
      () => namespace.unlink(cx, base, 'l/x'),
      () => namespace.rename(cx, base, 'l/x', base, 'y'),
      () => namespace.rename(cx, base, 'f', base, 'l/y'),
      () => namespace.symlink(cx, 'f', base, 'l/z'),
      () => namespace.link(cx, base, 'f', false, base, 'l/z'),
      () => namespace.setTimes(cx, base, 'l/x', true, { atimeNs: 0n, mtimeNs: 0n }),
    ]) {
      expect(codeOf(run)).toBe('notcapable');
    }
  });

  it('links inside the folder are followed; absolute ones from the root of the namespace alone', () => {
    symlinkSync('d/e', join(folder, 'in'));
    symlinkSync('/workspace/f', join(folder, 'absolute'));
    expect(read('in/g')).toBe('deep');
    expect(read('in/../e/g')).toBe('deep');
    expect(read('workspace/absolute', root)).toBe('text');
    expect(code('absolute')).toBe('notcapable');
    expect(codeOf(() => namespace.open(cx, base, 'in', { ...reading, follow: false }))).toBe('loop');
  });

  it('T12: a FIFO, a socket or a device is refused at once', () => {
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    const started = performance.now();
    expect(code('fifo')).toBe('acces');
    // An open that waits for the other end would wait for ever.
    expect(performance.now() - started).toBeLessThan(5000);
    expect(namespace.stat(cx, base, 'fifo', true).kind).toBe('unsupported');
  });

  it('T16: a NUL byte is EINVAL, an empty path ENOENT, long names ENAMETOOLONG', () => {
    expect(code('f\0')).toBe('inval');
    expect(code('')).toBe('noent');
    expect(code('x'.repeat(256))).toBe('nametoolong');
    expect(code('é'.repeat(128))).toBe('nametoolong');
    expect(code('x'.repeat(255))).toBe('noent');
    expect(code('d/'.repeat(2048))).toBe('nametoolong');
  });

  it('T17: forty links are followed, forty-one and loops are ELOOP', () => {
    symlinkSync('f', join(folder, 'l1'));
    for (let i = 2; i <= 41; i++) symlinkSync(`l${i - 1}`, join(folder, `l${i}`));
    symlinkSync('loop', join(folder, 'loop'));
    expect(read('l40')).toBe('text');
    expect(code('l41')).toBe('loop');
    expect(code('loop')).toBe('loop');
  });

  it('a trailing slash asks for a directory', () => {
    expect(code('f/')).toBe('notdir');
    expect(code('f/.')).toBe('notdir');
    expect(namespace.stat(cx, base, 'd/', false).kind).toBe('directory');
    expect(codeOf(() => namespace.open(cx, base, 'f', { ...reading, directory: true }))).toBe('notdir');
  });

  it('devices and programs are there, read-only', () => {
    expect(namespace.open(cx, root, 'dev/null', reading)).toMatchObject({ kind: 'device', name: 'null' });
    expect(namespace.stat(cx, root, '/usr/bin/ls', true)).toMatchObject({ kind: 'file', mode: 0o555 });
    expect(codeOf(() => namespace.mkdir(cx, root, 'bin/x'))).toBe('rofs');
    expect(codeOf(() => namespace.rmdir(cx, root, 'workspace'))).toBe('busy');
    expect(codeOf(() => namespace.rename(cx, root, 'workspace/f', root, 'dev/f'))).toBe('xdev');
  });

  it.each([
    ['by descriptor', DescriptorLower],
    ['by path', PathLower],
  ])('T09: a folder swapped for a link gives nothing from outside, %s', (_name, Lower) => {
    const lower = new Lower(folder);
    expect(lower.stat('d/e', 'g')?.kind).toBe('file');
    renameSync(join(folder, 'd'), join(folder, 'was'));
    symlinkSync(join(top, 'ws-evil'), join(folder, 'd'));
    expect(lower.stat('d', 'x')).toBeNull();
    expect(lower.list('d')).toBeNull();
    expect(codeOf(() => lower.openFile('d', 'x'))).toBe('noent');
    expect(lower.stat('was/e', 'g')?.kind).toBe('file');
    lower.dispose();
  });
});
