import { closeSync, constants, copyFileSync, chmodSync, lstatSync, openSync, readdirSync, readSync, renameSync, rmSync } from 'node:fs';
import { sep } from 'node:path';
import { toStat } from '../hostStat';
import { createPrivateFile, makePrivateDirectory, writeFully } from '../privateFile';
import type { Stat } from '../vfs';

const chunkBytes = 1024 * 1024;

/** Contents of the upper layer's files: one file of the host each, named by the node's id, for the user alone. */
export class BlobStore {
  constructor(private readonly directory: string) {
    makePrivateDirectory(directory);
  }

  /** A new empty blob, open for reading and writing; what a crash left under the same name is dropped. */
  create(id: number): number {
    const path = this.path(id);
    rmSync(path, { force: true });
    return createPrivateFile(path);
  }

  open(id: number): number {
    return openSync(this.path(id), constants.O_RDWR | (process.platform === 'win32' ? 0 : constants.O_NOFOLLOW));
  }

  /** Copies an open file of the folder: by sharing its blocks or inside the system where that can be done, never as a whole through memory. */
  copyFrom(id: number, source: number): void {
    const path = this.path(id);
    rmSync(path, { force: true });
    if (process.platform === 'linux') {
      copyFileSync(`/proc/self/fd/${source}`, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      chmodSync(path, 0o600);
      return;
    }
    const fd = createPrivateFile(path);
    try {
      const chunk = new Uint8Array(chunkBytes);
      for (let at = 0, read = 1; read > 0; at += read) {
        read = readSync(source, chunk, 0, chunk.length, at);
        writeFully(fd, chunk.subarray(0, read), at);
      }
    } finally {
      closeSync(fd);
    }
  }

  stat(id: number): Stat {
    return toStat(lstatSync(this.path(id), { bigint: true }));
  }

  remove(id: number): void {
    rmSync(this.path(id), { force: true });
  }

  /** Gives a blob a place elsewhere, at a path of the host on the same disk. */
  moveOut(id: number, path: string): void {
    renameSync(this.path(id), path);
  }

  /** Ids of all blobs that are there. */
  ids(): ReadonlySet<number> {
    return new Set(readdirSync(this.directory).map(Number));
  }

  path(id: number): string {
    return `${this.directory}${sep}${id}`;
  }
}
