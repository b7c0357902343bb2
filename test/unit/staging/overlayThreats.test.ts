import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/shared/userError';
import { FsError } from '../../../src/staging/errno';
import { runs } from './operations';
import { codeOf, creating, cx, Fixture, reading } from './support';

let fixture: Fixture;
let outside: string;
beforeEach(() => {
  fixture = new Fixture();
  outside = join(fixture.top, 'out');
  mkdirSync(outside);
  writeFileSync(join(outside, 'x'), 'OUTSIDE');
});
afterEach(() => fixture.dispose());

const outsideIsUntouched = (): void => {
  expect(readdirSync(outside)).toEqual(['x']);
  expect(readFileSync(join(outside, 'x'), 'utf8')).toBe('OUTSIDE');
};

describe('the overlay against escapes', () => {
  it('T04: a leaf link out of the folder is refused for read and write; removing it removes the link alone', () => {
    symlinkSync(join(outside, 'x'), join(fixture.folder, 'l'));
    expect(codeOf(() => fixture.read('l'))).toBe('notcapable');
    expect(codeOf(() => fixture.write('l', 'w'))).toBe('notcapable');
    expect(codeOf(() => fixture.namespace.chmod(cx, fixture.base, 'l', true, 0o777))).toBe('notcapable');
    expect(codeOf(() => fixture.unlink('l/'))).toBe('notdir');
    fixture.unlink('l');
    fixture.commitAll();
    expect(existsSync(join(fixture.folder, 'l'))).toBe(false);
    outsideIsUntouched();
  });

  it('T05: nothing is created below a link that leaves the folder', () => {
    symlinkSync(outside, join(fixture.folder, 'link'));
    expect(codeOf(() => fixture.mkdir('link/new'))).toBe('notcapable');
    expect(codeOf(() => fixture.write('link/new/deep.txt', 'w'))).toBe('notcapable');
    expect(codeOf(() => fixture.write('link/deep.txt', 'w'))).toBe('notcapable');
    outsideIsUntouched();
  });

  it('T06: writing through a dangling link creates nothing outside', () => {
    symlinkSync(join(outside, 'new'), join(fixture.folder, 'l'));
    symlinkSync('../out/new', join(fixture.folder, 'm'));
    expect(codeOf(() => fixture.write('l', 'w'))).toBe('notcapable');
    expect(codeOf(() => fixture.write('m', 'w'))).toBe('notcapable');
    expect(codeOf(() => fixture.open('l', { ...creating, exclusive: true }))).toBe('exist');
    outsideIsUntouched();
  });

  it('T08: an escaping link that was renamed in the overlay reads nothing from outside', () => {
    symlinkSync('../out/x', join(fixture.folder, 'l'));
    mkdirSync(join(fixture.folder, 'a/b'), { recursive: true });
    symlinkSync('../../out/x', join(fixture.folder, 'a/m'));
    fixture.rename('l', 'a/b/l');
    expect(codeOf(() => fixture.read('a/b/l'))).toBe('noent');
    fixture.rename('a/m', 'm');
    expect(codeOf(() => fixture.read('m'))).toBe('notcapable');
    fixture.rename('a', 'c');
    expect(codeOf(() => fixture.read('c/b/l'))).toBe('noent');
    fixture.reopen();
    expect(codeOf(() => fixture.read('m'))).toBe('notcapable');
  });

  it('T10: a link out of the folder that a guest makes is refused when it is followed', () => {
    fixture.symlink('../out/x', 'l');
    fixture.symlink(join(outside, 'x'), 'm');
    expect(codeOf(() => fixture.read('l'))).toBe('notcapable');
    expect(codeOf(() => fixture.write('m', 'w'))).toBe('notcapable');
    expect(lstatSync(join(fixture.folder, 'l'), { throwIfNoEntry: false })).toBeUndefined();
    outsideIsUntouched();
  });

  it('T11: a hard link whose inode is also outside is never written in place', () => {
    linkSync(join(outside, 'x'), join(fixture.folder, 'h'));
    const file = fixture.open('h', { read: true, write: true });
    file.write(cx, Buffer.from('changed'), 0);
    file.close();
    fixture.namespace.chmod(cx, fixture.base, 'h', true, 0o777);
    expect(fixture.commitAll().applied).toEqual(['h']);
    expect(readFileSync(join(fixture.folder, 'h'), 'utf8')).toBe('changed');
    outsideIsUntouched();
    expect(statSync(join(outside, 'x')).mode & 0o777).toBe(0o644);
  });

  it('T12: a FIFO is seen, and refused at once for everything else', () => {
    execFileSync('mkfifo', [join(fixture.folder, 'p')]);
    const started = performance.now();
    for (const run of [() => fixture.read('p'), () => fixture.write('p', 'w'), () => fixture.unlink('p'), () => fixture.rename('p', 'q')]) {
      expect(codeOf(run)).toBe('acces');
    }
    // An open that waits for the other end would wait for ever.
    expect(performance.now() - started).toBeLessThan(5000);
    expect(fixture.list()).toEqual(['p']);
  });

  it.each([
    ['a file that was just seen', 1],
    ['one of many files that are opened', 40],
  ])('T09, T12: what stands in the place of %s is what it is', (_what, opened) => {
    mkdirSync(join(fixture.folder, 'many'));
    for (let i = 0; i < opened; i++) writeFileSync(join(fixture.folder, `many/${i}`), `${i}`);
    const outsideFile = join(outside, 'x');
    const place = join(fixture.folder, 'many/f');
    const replaced: [string, () => void, string][] = [
      ['a link to outside', () => symlinkSync(outsideFile, place), 'notcapable'],
      ['a FIFO', () => execFileSync('mkfifo', [place]), 'acces'],
      ['a folder', () => mkdirSync(place), 'isdir'],
      ['nothing', () => undefined, 'noent'],
      ['another file', () => writeFileSync(place, 'other'), 'other'],
      ['a link within', () => symlinkSync('g', place), 'within'],
    ];
    writeFileSync(join(fixture.folder, 'many/g'), 'within');
    for (const [what, put, expected] of replaced) {
      rmSync(place, { recursive: true, force: true });
      writeFileSync(place, 'first');
      for (let i = 0; i < opened; i++) expect(fixture.read(`many/${i}`)).toBe(`${i}`);
      if (opened === 1) expect([what, fixture.read('many/f'), fixture.read('many/f')]).toEqual([what, 'first', 'first']);
      rmSync(place);
      put();
      const found = codeOrText(() => {
        const found = fixture.namespace.open(cx, fixture.base, 'many/f', reading);
        if (found.kind !== 'file') return 'isdir';
        found.close();
        return fixture.read('many/f');
      });
      expect([what, found]).toEqual([what, expected]);
    }
    outsideIsUntouched();
  });

  it('what a guest did to a file that was just seen holds at once', () => {
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(fixture.folder, name), name);
    for (const name of ['a', 'b', 'c', 'd']) expect(fixture.read(name)).toBe(name);
    fixture.unlink('a');
    fixture.rename('b', 'c');
    fixture.write('d', 'written');
    expect(['a', 'b', 'c', 'd'].map((name) => codeOrText(() => fixture.read(name)))).toEqual(['noent', 'noent', 'b', 'written']);
    const held = fixture.open('c');
    expect(held.stat().size).toBe(1);
    fixture.write('c', 'longer');
    expect([held.stat().size, fixture.read('c')]).toEqual([6, 'longer']);
    held.close();
  });

  it('T09: a folder that is swapped for a link again and again never shows what is outside', { timeout: 60_000 }, async () => {
    mkdirSync(join(fixture.folder, 'd'));
    writeFileSync(join(fixture.folder, 'd/x'), 'inside');
    // Puts a link to outside in the place of a folder and back, as fast as it can.
    const racer = spawn(process.execPath, [
      '-e',
      `const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
       process.chdir(process.argv[1]);
       process.stdout.write('ready');
       const tried = (run) => { try { run(); } catch {} };
       for (let i = 0; i < 10000; i++) {
         tried(() => renameSync('d', 'was'));
         tried(() => symlinkSync(process.argv[2], 'd'));
         tried(() => unlinkSync('d'));
         tried(() => renameSync('was', 'd'));
       }`,
      fixture.folder,
      outside,
    ]);
    const ended = new Promise<number | null>((resolve) => racer.on('exit', resolve));
    await new Promise<void>((resolve) => racer.stdout.once('data', () => resolve()));
    let running = true;
    void ended.then(() => (running = false));
    const seen = new Set<string>();
    for (let i = 0; running; i++) {
      seen.add(codeOrText(() => fixture.read('d/x')));
      seen.add(codeOrText(() => fixture.list('d').join()));
      if (i % 50 === 0) {
        seen.add(codeOrText(() => (fixture.write(`d/new${i}`, 'w'), 'written')));
        seen.add(codeOrText(() => fixture.commitAll().applied.join()));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect(await ended).toBe(0);
    expect(seen.has('inside')).toBe(true);
    expect([...seen].filter((each) => each.includes('OUTSIDE'))).toEqual([]);
    outsideIsUntouched();
  });

  it('random paths with links never leave the tree', { timeout: 120_000 }, () => {
    mkdirSync(join(fixture.folder, 'a/b'), { recursive: true });
    writeFileSync(join(fixture.folder, 'a/b/f'), 'inside');
    symlinkSync('/', join(fixture.folder, 'root'));
    symlinkSync('../..', join(fixture.folder, 'a/up'));
    symlinkSync('b', join(fixture.folder, 'a/l'));
    symlinkSync(outside, join(fixture.folder, 'a/b/o'));
    const part = fc.constantFrom('a', 'b', 'l', 'o', 'x', 'f', 'up', 'root', 'out', '..', '.', '', 'etc', 'passwd');
    const target = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/') || '.');
    fc.assert(
      fc.property(target, target, (path, made) => {
        codeOf(() => fixture.symlink(made, `a/made`));
        for (const each of [path, `a/made/${path}`]) {
          try {
            const opened = fixture.namespace.open(cx, fixture.base, each, reading);
            if (opened.kind === 'file') {
              opened.close();
              expect(fixture.read(each)).toBe('inside');
            } else if (opened.kind === 'directory') {
              const names = opened.entries(cx).map((entry) => entry.name);
              expect(names.filter((name) => ['x', 'passwd', 'proc', 'ws', 'overlay'].includes(name))).toEqual([]);
            }
          } catch (cause) {
            if (!(cause instanceof FsError)) throw cause;
          }
          codeOf(() => fixture.mkdir(`${each}/new`));
        }
        codeOf(() => fixture.unlink('a/made'));
      }),
      { numRuns: runs * 10 },
    );
    outsideIsUntouched();
  });

  it('T57: what the overlay keeps is for the user alone', () => {
    fixture.write('f', 'secret');
    writeFileSync(join(fixture.folder, 'changed'), 'as it was');
    fixture.write('changed', 'new');
    fixture.unlink('changed');
    fixture.symlink('/etc/passwd', 'l');
    const bases = join(fixture.storage, 'bases');
    expect(statSync(bases).mode & 0o777).toBe(0o700);
    expect(readdirSync(bases)).toHaveLength(1);
    for (const name of readdirSync(bases)) expect(lstatSync(join(bases, name)).mode & 0o7777).toBe(0o600);
    expect(statSync(fixture.storage).mode & 0o777).toBe(0o700);
    const blobs = join(fixture.storage, 'blobs');
    expect(statSync(blobs).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(blobs)) expect(lstatSync(join(blobs, name)).mode & 0o7777).toBe(0o600);
    expect(statSync(join(fixture.storage, 'log')).mode & 0o777).toBe(0o600);
    expect(readdirSync(blobs)).toHaveLength(1);
  });
});

describe('hidden files', () => {
  it('T28: do not exist for guests', () => {
    for (const name of ['.env', 'server.pem', 'id_rsa', 'tls.key', 'plain.txt']) writeFileSync(join(fixture.folder, name), 'SECRET');
    expect(fixture.list()).toEqual(['plain.txt']);
    for (const name of ['.env', 'server.pem', 'id_rsa', 'tls.key', './.env', '.ENV'])
      expect(codeOf(() => fixture.read(name))).toBe('noent');
    expect(codeOf(() => fixture.namespace.stat(cx, fixture.base, '.env', true))).toBe('noent');
    symlinkSync('.env', join(fixture.folder, 'via'));
    expect(codeOf(() => fixture.read('via'))).toBe('noent');
    expect(fixture.staging().read('.env', 'base')).toBeNull();
  });

  it('T29: are absent from a walk over the whole tree', () => {
    mkdirSync(join(fixture.folder, 'a/.ssh'), { recursive: true });
    writeFileSync(join(fixture.folder, 'a/.ssh/config'), 'SECRET');
    writeFileSync(join(fixture.folder, 'a/.env.local'), 'SECRET');
    writeFileSync(join(fixture.folder, 'a/ok'), 'ok');
    expect(fixture.show()).toEqual(['a/', 'a/ok=ok']);
  });

  it('T69: cannot be created, moved with their folder, or lost with it', () => {
    mkdirSync(join(fixture.folder, 'd/sub'), { recursive: true });
    writeFileSync(join(fixture.folder, 'd/.env'), 'SECRET');
    writeFileSync(join(fixture.folder, 'd/plain'), 'plain');
    expect(codeOf(() => fixture.write('.env', 'x'))).toBe('acces');
    expect(codeOf(() => fixture.write('d/.env', 'x'))).toBe('acces');
    expect(codeOf(() => fixture.mkdir('.ssh'))).toBe('acces');
    expect(codeOf(() => fixture.symlink('x', 'id_rsa'))).toBe('acces');
    expect(codeOf(() => fixture.rename('d/plain', 'd/.env'))).toBe('acces');
    expect(codeOf(() => fixture.rename('d', 'e'))).toBe('acces');
    expect(codeOf(() => fixture.rmdir('d'))).toBe('notempty');
    fixture.unlink('d/plain');
    fixture.rmdir('d/sub');
    expect(codeOf(() => fixture.rmdir('d'))).toBe('notempty');
    fixture.commitAll();
    expect(readdirSync(join(fixture.folder, 'd'))).toEqual(['.env']);
    expect(readFileSync(join(fixture.folder, 'd/.env'), 'utf8')).toBe('SECRET');
  });
});

function codeOrText(run: () => string): string {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof FsError || cause instanceof UserError) return cause.code;
    throw cause;
  }
}
