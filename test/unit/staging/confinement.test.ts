import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { createReadOnlyTree } from '../../../src/staging/lower/readOnlyTree';
import { createNamespace } from '../../../src/staging/namespace';
import type { Namespace, OpenDirectory } from '../../../src/staging/vfs';
import { codeOf, creating, cx, Fixture, reading } from './support';

let fixture: Fixture;
let outside: string;
beforeEach(() => {
  fixture = new Fixture(noFileRules);
  outside = join(fixture.top, 'out');
  mkdirSync(join(outside, 'sub'), { recursive: true });
  writeFileSync(join(outside, 'x'), 'OUTSIDE');
  mkdirSync(join(fixture.folder, 'd'));
  for (const path of ['f', 'd/f']) writeFileSync(join(fixture.folder, path), 'inside');
});
afterEach(() => {
  expect(readdirSync(outside).sort()).toEqual(['sub', 'x']);
  expect(readdirSync(join(outside, 'sub'))).toEqual([]);
  expect(readFileSync(join(outside, 'x'), 'utf8')).toBe('OUTSIDE');
  fixture.dispose();
});

/** Everything that can be asked of a path, each on its own. */
function everyOperation(namespace: Namespace, base: OpenDirectory, path: string): Record<string, string> {
  const operations = {
    read: () => namespace.open(cx, base, path, reading),
    list: () => namespace.open(cx, base, path, { ...reading, directory: true }),
    create: () => namespace.open(cx, base, path, creating),
    truncate: () => namespace.open(cx, base, path, { ...reading, write: true, truncate: true }),
    stat: () => namespace.stat(cx, base, path, true),
    lstat: () => namespace.stat(cx, base, path, false),
    times: () => namespace.setTimes(cx, base, path, true, { atimeNs: 0n, mtimeNs: 0n }),
    chmod: () => namespace.chmod(cx, base, path, true, 0o777),
    mkdir: () => namespace.mkdir(cx, base, path),
    rmdir: () => namespace.rmdir(cx, base, path),
    unlink: () => namespace.unlink(cx, base, path),
    'rename from': () => namespace.rename(cx, base, path, base, 'stolen'),
    'rename to': () => namespace.rename(cx, base, 'f', base, path),
    'link from': () => namespace.link(cx, base, path, true, base, 'stolen'),
    'link to': () => namespace.link(cx, base, 'f', false, base, path),
    symlink: () => namespace.symlink(cx, 'f', base, path),
    readlink: () => namespace.readlink(cx, base, path),
  };
  return Object.fromEntries(Object.entries(operations).map(([name, run]) => [name, codeOf(run)]));
}

const onlyRefused = (codes: Record<string, string>): void => expect([...new Set(Object.values(codes))]).toEqual(['notcapable']);

describe('what leads out of the folder', () => {
  it('T07: a link to a link out of the folder is refused for every operation through it, on the overlay too', () => {
    symlinkSync('evil/', join(fixture.folder, 'l'));
    symlinkSync(outside, join(fixture.folder, 'evil'));
    for (const path of ['l/x', 'l/none', 'l/sub', 'l/sub/', 'l/sub/new', 'l/../out/x']) {
      onlyRefused(everyOperation(fixture.namespace, fixture.base, path));
    }
    expect(fixture.commitAll().applied).toEqual([]);
  });

  it('T18: what joining `..` into a path of the host and following links there would let through is refused', () => {
    symlinkSync(outside, join(fixture.folder, 'toOut'));
    symlinkSync('../../out', join(fixture.folder, 'd/toOut'));
    const readOnly = createNamespace({ mounts: new Map([['/workspace', { kind: 'tree', tree: createReadOnlyTree(fixture.folder) }]]) });
    const views = [
      [fixture.namespace, fixture.base],
      [readOnly, readOnly.openRoot('/workspace')],
    ] as const;
    for (const path of ['../out/x', 'd/../../out/x', 'toOut/x', 'd/toOut/x', 'toOut/sub/../x', './d/./../../out/x']) {
      // As the core does it, this is a file outside of the folder.
      expect(readFileSync(join(fixture.folder, path), 'utf8')).toBe('OUTSIDE');
      for (const [namespace, base] of views) {
        onlyRefused(everyOperation(namespace, base, path));
        onlyRefused(everyOperation(namespace, base, path.replace(/x$/, 'none')));
      }
    }
    const below = fixture.namespace.open(cx, fixture.base, 'd', { ...reading, directory: true });
    if (below.kind !== 'directory') throw new Error(below.kind);
    // A directory that was given to a guest is its border, though what is above it is within the folder.
    for (const path of ['../f', '/f', 'toOut/x', '../d/../f']) onlyRefused(everyOperation(fixture.namespace, below, path));
    expect(existsSync(join(fixture.folder, 'stolen'))).toBe(false);
  });
});

describe('what is neither file nor folder nor link', () => {
  it('T12: a socket and a device are seen and refused, without waiting for another end', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(fixture.folder, 'socket'), resolve));
    const names = ['socket'];
    // A device that gives bytes without end; only root can make one.
    if (spawnSync('mknod', [join(fixture.folder, 'device'), 'c', '1', '5']).status === 0) names.push('device');
    for (const name of names) {
      expect(fixture.list()).toContain(name);
      expect(fixture.namespace.stat(cx, fixture.base, name, true).kind).toBe('unsupported');
      const codes = everyOperation(fixture.namespace, fixture.base, name);
      for (const [operation, code] of Object.entries(codes)) {
        if (['stat', 'lstat'].includes(operation)) expect(code).toBe('ok');
        else expect(['acces', 'exist', 'notdir', 'inval'], `${operation} of ${name}`).toContain(code);
      }
    }
    expect(fixture.read('f')).toBe('inside');
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('T16: names and contents that are no text', () => {
  it.runIf(process.platform === 'linux')('a name that is not valid UTF-8 cannot be named, and is not lost with its folder', () => {
    const raw = Buffer.concat([Buffer.from(join(fixture.folder, 'd/')), Buffer.from([0x66, 0xff, 0xfe])]);
    closeSync(openSync(raw, 'w'));
    writeFileSync(join(fixture.folder, 'd/plain'), 'p');
    expect(fixture.list('d')).toEqual(['f', 'plain']);
    for (const name of ['d/plain', 'd/f']) fixture.unlink(name);
    expect(codeOf(() => fixture.rmdir('d'))).toBe('notempty');
    expect(codeOf(() => fixture.rename('d', 'e'))).toBe('acces');
    fixture.commitAll();
    expect(readdirSync(join(fixture.folder, 'd'), 'buffer')).toEqual([Buffer.from([0x66, 0xff, 0xfe])]);
  });

  it('contents pass through unchanged, whatever bytes they are', () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7919) % 256));
    writeFileSync(join(fixture.folder, 'old'), bytes);
    for (const name of ['old', 'new']) {
      const file = fixture.open(name, creating);
      file.write(cx, bytes, 5);
      file.close();
    }
    fixture.commitAll();
    const shifted = Buffer.concat([bytes.subarray(0, 5), bytes]);
    expect(readFileSync(join(fixture.folder, 'old'))).toEqual(shifted);
    expect(readFileSync(join(fixture.folder, 'new'))).toEqual(Buffer.concat([Buffer.alloc(5), bytes]));
  });
});
