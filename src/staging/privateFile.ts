import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

/** Makes a directory that only the user can enter, with those above it. */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Creates a file that was not there (EEXIST otherwise), for the user alone, open for reading and writing. */
export function createPrivateFile(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | noFollow, 0o600);
}

/** Writes all of it, whatever the system takes at a time. */
export function writeFully(fd: number, bytes: Uint8Array, position: number | null = null): void {
  for (let done = 0; done < bytes.byteLength;) {
    done += writeSync(fd, bytes, done, bytes.byteLength - done, position === null ? null : position + done);
  }
}

/** Puts new contents in the place of a private file: wholly the old or wholly the new, also after a loss of power. */
export function replacePrivateFile(path: string, contents: string): void {
  const aside = `${path}.new`;
  rmSync(aside, { force: true });
  const fd = createPrivateFile(aside);
  try {
    writeFully(fd, Buffer.from(contents));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(aside, path);
  syncDirectory(dirname(path));
}

/** Makes renames and removals in a directory last; systems that cannot open directories have no need of it. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
