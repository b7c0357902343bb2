import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFileRules } from '../../../src/permissions/filePolicy';
import { codeOf, cx, Fixture } from './support';

let fixture: Fixture;
beforeEach(() => {
  fixture = new Fixture(noFileRules);
});
afterEach(() => fixture.dispose());

const gib = 1024 ** 3;

describe('large things', () => {
  it('names of 255 bytes and paths of nearly 4,095', { timeout: 60_000 }, () => {
    const name = 'é'.repeat(127) + 'x';
    fixture.write(name, 'long');
    expect(codeOf(() => fixture.write(`${name}x`, 'longer'))).toBe('nametoolong');
    const parts = Array.from({ length: 15 }, (_, i) => String(i).padStart(255, 'p'));
    for (let depth = 1; depth <= parts.length; depth++) fixture.mkdir(parts.slice(0, depth).join('/'));
    const deep = `${parts.join('/')}/${'f'.repeat(200)}`;
    expect(deep.length).toBeGreaterThan(4000);
    fixture.write(deep, 'deep');
    expect(fixture.commitAll()).toMatchObject({ held: [], conflicts: [] });
    expect(readFileSync(join(fixture.folder, name), 'utf8')).toBe('long');
    expect(fixture.read(deep)).toBe('deep');
    fixture.write(deep, 'changed');
    expect(fixture.commitAll().applied).toEqual([deep]);
    fixture.reopen();
    expect(fixture.read(deep)).toBe('changed');
  });

  it('a thousand folders in each other', { timeout: 120_000 }, () => {
    let path = 'd';
    fixture.mkdir(path);
    for (let depth = 1; depth < 1000; depth++) fixture.mkdir((path = `${path}/d`));
    fixture.write(`${path}/f`, 'deep');
    expect(fixture.commitAll().applied).toHaveLength(1001);
    fixture.reopen();
    expect(fixture.read(`${path}/f`)).toBe('deep');
    fixture.rename('d', 'e');
    expect(fixture.read(`e${path.slice(1)}/f`)).toBe('deep');
  });

  it('a file of 4 GiB with holes: read, renamed, changed in place and committed, in bounded memory', { timeout: 300_000 }, () => {
    const host = join(fixture.folder, 'big');
    const fd = openSync(host, 'w');
    ftruncateSync(fd, 4 * gib);
    writeSync(fd, 'end', 4 * gib - 3);
    closeSync(fd);
    const before = process.memoryUsage().rss;
    const file = fixture.open('big', { read: true, write: true });
    const into = new Uint8Array(3);
    file.read(cx, into, 4 * gib - 3);
    expect(Buffer.from(into).toString()).toBe('end');
    file.write(cx, Buffer.from('middle'), 2 * gib);
    file.close();
    fixture.rename('big', 'bigger');
    expect(fixture.commitAll().applied).toEqual(['bigger']);
    expect(statSync(join(fixture.folder, 'bigger')).size).toBe(4 * gib);
    const again = fixture.open('bigger');
    const middle = new Uint8Array(6);
    again.read(cx, middle, 2 * gib);
    again.close();
    expect(Buffer.from(middle).toString()).toBe('middle');
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    // Holes stay holes: 4 GiB are not written.
    expect(statSync(join(fixture.folder, 'bigger')).blocks * 512).toBeLessThan(64 * 1024 * 1024);
  });

  it('50,000 files, 10,000 of them changed in one commit', { timeout: 600_000 }, () => {
    for (let d = 0; d < 500; d++) {
      mkdirSync(join(fixture.folder, `d${d}`));
      for (let f = 0; f < 100; f++) writeFileSync(join(fixture.folder, `d${d}/f${f}`), 'old');
    }
    let seen = 0;
    for (const name of fixture.list()) seen += fixture.list(name).length;
    expect(seen).toBe(50_000);
    for (let d = 0; d < 100; d++) for (let f = 0; f < 100; f++) fixture.write(`d${d}/f${f}`, 'new');
    const staging = fixture.staging();
    expect(staging.changes().changes).toHaveLength(10_000);
    expect(staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] }).applied).toHaveLength(10_000);
    expect(readFileSync(join(fixture.folder, 'd99/f99'), 'utf8')).toBe('new');
    expect(staging.changes().changes).toEqual([]);
    expect(fixture.namespace.stat(cx, fixture.base, 'd499/f99', true).size).toBe(3);
  });
});
