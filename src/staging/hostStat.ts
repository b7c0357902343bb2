import { constants, type BigIntStats, type Dirent } from 'node:fs';
import type { NodeKind, Stat } from './vfs';

export function toStat(stats: BigIntStats): Stat {
  const mode = Number(stats.mode);
  return {
    dev: stats.dev,
    ino: stats.ino,
    kind: kindOfFormat(mode & constants.S_IFMT),
    nlink: Number(stats.nlink),
    size: Number(stats.size),
    mode: mode & 0o7777,
    atimeNs: stats.atimeNs,
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
  };
}

function kindOfFormat(format: number): NodeKind {
  switch (format) {
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFLNK:
      return 'symlink';
    default:
      return 'unsupported';
  }
}

export function kindOfDirent(entry: Dirent): NodeKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'unsupported';
}

/** Whether two observations are of one file system object. */
export function sameObject(a: Stat, b: Stat): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.kind === b.kind;
}
