import fc from 'fast-check';
import {
  chmodSync,
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { toFsError } from '../../../src/staging/errno';
import { cx, type Fixture } from './support';

export type Operation =
  | { readonly op: 'write'; readonly path: string; readonly text: string; readonly at: number; readonly truncate: boolean }
  | { readonly op: 'truncate'; readonly path: string; readonly size: number }
  | { readonly op: 'rename' | 'link'; readonly path: string; readonly to: string }
  | { readonly op: 'symlink'; readonly path: string; readonly target: string }
  | { readonly op: 'chmod'; readonly path: string; readonly mode: number }
  | { readonly op: 'create' | 'mkdir' | 'rmdir' | 'unlink' | 'readlink' | 'reopen'; readonly path: string };

const names = ['a', 'b', 'c'];
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const text = fc.string({ maxLength: 6, unit: fc.constantFrom('x', 'y', 'z') });
const target = fc.oneof(
  path,
  path.map((to) => `../${to}`),
  fc.constant('.'),
);

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('write' as const), path, text, at: fc.nat(8), truncate: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('truncate' as const), path, size: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('rename' as const), path, to: path }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('link' as const), path, to: path }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('symlink' as const), path, target }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('chmod' as const), path, mode: fc.constantFrom(0o600, 0o755, 0o644) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('create' as const), path }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('mkdir' as const), path }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('unlink' as const), path }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('rmdir' as const), path }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('readlink' as const), path }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('reopen' as const), path }) },
);

export function onOverlay(fixture: Fixture, step: Operation): void {
  const { namespace, base } = fixture;
  switch (step.op) {
    case 'write': {
      const file = fixture.open(step.path, { read: true, write: true, create: true, truncate: step.truncate });
      file.write(cx, Buffer.from(step.text), step.at);
      return file.close();
    }
    case 'truncate': {
      const file = fixture.open(step.path, { write: true });
      file.truncate(cx, step.size);
      return file.close();
    }
    case 'rename':
      return fixture.rename(step.path, step.to);
    case 'link':
      return namespace.link(cx, base, step.path, false, base, step.to);
    case 'symlink':
      return fixture.symlink(step.target, step.path);
    case 'chmod':
      return namespace.chmod(cx, base, step.path, true, step.mode);
    case 'create':
      return fixture.open(step.path, { write: true, create: true, exclusive: true }).close();
    case 'mkdir':
      return fixture.mkdir(step.path);
    case 'unlink':
      return fixture.unlink(step.path);
    case 'rmdir':
      return fixture.rmdir(step.path);
    case 'readlink':
      return void namespace.readlink(cx, base, step.path);
    case 'reopen':
      return fixture.reopen();
  }
}

export function onDisk(root: string, step: Operation): void {
  const at = join(root, step.path);
  switch (step.op) {
    case 'write': {
      const fd = openSync(at, constants.O_RDWR | constants.O_CREAT | (step.truncate ? constants.O_TRUNC : 0), 0o644);
      if (step.text !== '') writeSync(fd, step.text, step.at);
      return closeSync(fd);
    }
    case 'truncate': {
      const fd = openSync(at, constants.O_RDWR);
      ftruncateSync(fd, step.size);
      return closeSync(fd);
    }
    case 'rename':
      return renameSync(at, join(root, step.to));
    case 'link':
      return linkSync(at, join(root, step.to));
    case 'symlink':
      return symlinkSync(step.target, at);
    case 'chmod':
      return chmodSync(at, step.mode);
    case 'create':
      return closeSync(openSync(at, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o644));
    case 'mkdir':
      return mkdirSync(at);
    case 'unlink':
      return unlinkSync(at);
    case 'rmdir':
      return rmdirSync(at);
    case 'readlink':
      return void readlinkSync(at);
    case 'reopen':
      return;
  }
}

/** `ok`, or what the system said, in the guests' words. */
export function diskCode(run: () => void): string {
  try {
    run();
    return 'ok';
  } catch (cause) {
    return toFsError(cause).code;
  }
}

export function showDisk(root: string, path = '.'): string[] {
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => {
      const below = path === '.' ? name : `${path}/${name}`;
      const stat = lstatSync(join(root, below));
      if (stat.isDirectory()) return [`${below}/`, ...showDisk(root, below)];
      if (stat.isSymbolicLink()) return [`${below}->${readlinkSync(join(root, below))}`];
      return [`${below}=${readFileSync(join(root, below), 'latin1')} ${(stat.mode & 0o777).toString(8)} ${stat.nlink}`];
    });
}

export function showOverlay(fixture: Fixture): string[] {
  return fixture.show().map((line) => {
    const [, path] = /^([^=>]*)=/.exec(line) ?? [];
    if (path === undefined) return line;
    const stat = fixture.namespace.stat(cx, fixture.base, path, false);
    return `${line} ${stat.mode.toString(8)} ${stat.nlink}`;
  });
}

export function fill(root: string): void {
  mkdirSync(join(root, 'a/b'), { recursive: true });
  mkdirSync(join(root, 'c'));
  writeFileSync(join(root, 'a/a'), 'aaaa');
  writeFileSync(join(root, 'a/b/c'), 'deep');
  writeFileSync(join(root, 'b'), 'top');
  symlinkSync('../b', join(root, 'c/b'));
  symlinkSync('a', join(root, 'c/a'));
}

export const runs = Number(process.env['SUNABA_PROPERTY_RUNS'] ?? 100);
