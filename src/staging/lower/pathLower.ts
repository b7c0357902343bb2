import { closeSync, constants, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fsError, toFsError } from '../errno';
import { sameObject, toStat } from '../hostStat';
import type { Stat } from '../vfs';
import { openRegular, toListing } from './descriptorLower';
import { isCommitDirectory, type Lower, type LowerEntryStat, type LowerListing } from './lower';

/**
 * Where there is no /proc: every component is looked at with lstat and must be a real directory, before and after the
 * operation. What was opened must be the very object that was looked at. A swap in between is seen and refused.
 */
export class PathLower implements Lower {
  private readonly root: string;

  constructor(root: string) {
    this.root = realpathSync(root);
  }

  stat(directory: string, name: string): Stat | null {
    if (isCommitDirectory(name)) return null;
    const before = this.chain(directory);
    if (before === null) return null;
    const stat = lstatPath(join(this.host(directory), name));
    return this.unchanged(directory, before) ? stat : null;
  }

  statDirectory(directory: string): Stat | null {
    return this.chain(directory)?.at(-1) ?? null;
  }

  isKnownDirectory(): boolean {
    return false;
  }

  wasFile(): boolean {
    return false;
  }

  list(directory: string): LowerListing | null {
    const before = this.chain(directory);
    if (before === null) return null;
    try {
      const listing = toListing(readdirSync(this.host(directory), { withFileTypes: true }));
      return this.unchanged(directory, before) ? listing : null;
    } catch (cause) {
      throw toFsError(cause);
    }
  }

  listStats(directory: string): readonly LowerEntryStat[] {
    return (this.list(directory)?.entries ?? []).flatMap(({ name }) => {
      const stat = this.stat(directory, name);
      return stat === null ? [] : [{ name, stat }];
    });
  }

  openFile(directory: string, name: string): { fd: number; stat: Stat } {
    const before = this.chain(directory);
    const path = join(this.host(directory), name);
    const expected = before === null || isCommitDirectory(name) ? null : lstatPath(path);
    if (before === null || expected === null) throw fsError('noent');
    if (expected.kind === 'symlink') throw fsError('loop');
    if (expected.kind !== 'file') throw fsError('acces');
    const opened = openRegular(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    if (sameObject(opened.stat, expected) && this.unchanged(directory, before)) return opened;
    closeSync(opened.fd);
    throw fsError('acces');
  }

  readlink(directory: string, name: string): string {
    const before = this.chain(directory);
    if (before === null) throw fsError('noent');
    try {
      const target = readlinkSync(join(this.host(directory), name));
      if (this.unchanged(directory, before)) return process.platform === 'win32' ? target.replaceAll('\\', '/') : target;
    } catch (cause) {
      throw toFsError(cause);
    }
    throw fsError('acces');
  }

  dispose(): void {
    // Holds nothing open.
  }

  private host(directory: string): string {
    return directory === '' ? this.root : join(this.root, ...directory.split('/'));
  }

  /** The identity of every directory from the root down; null where one of them is no directory. */
  private chain(directory: string): Stat[] | null {
    const stats: Stat[] = [];
    let path = this.root;
    for (const name of directory === '' ? [''] : ['', ...directory.split('/')]) {
      if (isCommitDirectory(name)) return null;
      path = join(path, name);
      const stat = lstatPath(path);
      if (stat?.kind !== 'directory') return null;
      stats.push(stat);
    }
    return stats;
  }

  private unchanged(directory: string, before: readonly Stat[]): boolean {
    const after = this.chain(directory);
    return after !== null && after.every((stat, index) => stat.ino === before[index]?.ino && stat.dev === before[index].dev);
  }
}

function lstatPath(path: string): Stat | null {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? null : toStat(stats);
  } catch (cause) {
    const error = toFsError(cause);
    if (error.code === 'notdir') return null;
    throw error;
  }
}
