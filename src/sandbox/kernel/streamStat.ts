import type { NodeKind, Stat } from '../../staging/vfs';

/** What `fd_filestat_get` tells of something that is no file. */
export function streamStat(kind: NodeKind, size: number): Stat {
  return { dev: 0n, ino: 0n, kind, nlink: 1, size, mode: 0o600, atimeNs: 0n, mtimeNs: 0n, ctimeNs: 0n };
}
