import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { fsError, toFsError } from '../errno';
import { kindOfDirent, toStat } from '../hostStat';
import type { Stat } from '../vfs';
import { isCommitDirectory, splitLower, type Lower, type LowerEntry, type LowerEntryStat, type LowerListing } from './lower';

/** Folders kept open; the least recently used one is closed first. */
const keptFolders = 256;

/** For so long a kept folder is taken to stand where it was just seen: many entries of one folder are asked for in a row. */
const checkedForMs = 1;

/** For so long a name is taken to be a regular file's where it was seen to be, and so many of them are kept. */
const fileForMs = 1000;
const keptFiles = 20_000;
/** A directory in which so many files were opened that had not been seen is listed: that tells of all others at once. */
const listAfterMisses = 16;

interface SeenFiles {
  /** Of regular files. */
  readonly names: Set<string>;
  missed: number;
}

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Linux: every name is resolved against an open folder through `/proc/self/fd/N/name`, which acts as openat does.
 * A folder is opened component by component with O_NOFOLLOW, kept open, and used again only while the system says
 * that it still stands at the same path.
 */
export class DescriptorLower implements Lower {
  private readonly rootFd: number;
  private rootPath: string;
  private readonly folders = new Map<string, number>();
  /** The folder that was last seen to stand where it did, and when. */
  private checked = { path: '', atMs: 0 };
  /** What was seen of directories since then. */
  private files = { seen: new Map<string, SeenFiles>(), count: 0, sinceMs: 0 };

  constructor(root: string) {
    this.rootPath = realpathSync(root);
    this.rootFd = openSync(this.rootPath, constants.O_RDONLY | constants.O_DIRECTORY);
  }

  static isSupported(): boolean {
    return process.platform === 'linux' && lstatSync('/proc/self/fd', { throwIfNoEntry: false }) !== undefined;
  }

  stat(directory: string, name: string): Stat | null {
    const fd = this.folder(directory);
    if (fd === null || isCommitDirectory(name)) return null;
    const stat = lstatAt(fd, name);
    if (stat?.kind === 'file') this.noteFile(this.seenIn(directory), name);
    return stat;
  }

  statDirectory(directory: string): Stat | null {
    const fd = this.folder(directory);
    return fd === null ? null : toStat(fstatSync(fd, { bigint: true }));
  }

  /** A folder that was just seen to stand where it did shows that those above it do. */
  isKnownDirectory(directory: string): boolean {
    const { path, atMs } = this.checked;
    const isAtOrAbove = path.startsWith(directory) && (path.length === directory.length || path[directory.length] === '/');
    return isAtOrAbove && performance.now() - atMs < checkedForMs;
  }

  wasFile(directory: string, name: string): boolean {
    const seen = this.seenIn(directory);
    if (seen.names.has(name)) return true;
    if (++seen.missed !== listAfterMisses) return false;
    const entries = this.list(directory)?.entries ?? [];
    // What would push out all else is not worth it.
    if (entries.length <= keptFiles / 2) for (const { name: found, kind } of entries) if (kind === 'file') this.noteFile(seen, found);
    return seen.names.has(name);
  }

  private seenIn(directory: string): SeenFiles {
    const now = performance.now();
    if (this.files.count >= keptFiles || now - this.files.sinceMs >= fileForMs) this.files = { seen: new Map(), count: 0, sinceMs: now };
    let seen = this.files.seen.get(directory);
    if (seen === undefined) {
      seen = { names: new Set(), missed: 0 };
      this.files.seen.set(directory, seen);
    }
    return seen;
  }

  private noteFile(seen: SeenFiles, name: string): void {
    const before = seen.names.size;
    seen.names.add(name);
    this.files.count += seen.names.size - before;
  }

  list(directory: string): LowerListing | null {
    const fd = this.folder(directory);
    if (fd === null) return null;
    try {
      return toListing(readdirSync(`/proc/self/fd/${fd}`, { withFileTypes: true }));
    } catch (cause) {
      throw toFsError(cause);
    }
  }

  listStats(directory: string): readonly LowerEntryStat[] {
    const entries = this.list(directory)?.entries ?? [];
    const fd = entries.length === 0 ? null : this.folder(directory);
    if (fd === null) return [];
    const seen = this.seenIn(directory);
    const found: LowerEntryStat[] = [];
    for (const { name } of entries) {
      const stat = lstatAt(fd, name);
      if (stat === null) continue;
      if (stat.kind === 'file') this.noteFile(seen, name);
      found.push({ name, stat });
    }
    return found;
  }

  openFile(directory: string, name: string): { fd: number; stat: Stat } {
    const folder = this.folder(directory);
    if (folder === null || isCommitDirectory(name)) throw fsError('noent');
    return openRegular(`/proc/self/fd/${folder}/${name}`, fileFlags);
  }

  readlink(directory: string, name: string): string {
    const folder = this.folder(directory);
    if (folder === null) throw fsError('noent');
    try {
      return readlinkSync(`/proc/self/fd/${folder}/${name}`);
    } catch (cause) {
      throw toFsError(cause);
    }
  }

  dispose(): void {
    for (const fd of this.folders.values()) closeSync(fd);
    this.folders.clear();
    closeSync(this.rootFd);
  }

  /** A descriptor of the folder, owned by this object and good until the next call; null where no folder is there. */
  private folder(path: string): number | null {
    if (path.includes('.sunaba-') && path.split('/').some(isCommitDirectory)) return null;
    return this.rawFolder(path);
  }

  /** As `folder`, for a commit itself: its own directories are there too. */
  rawFolder(path: string): number | null {
    if (path === '') return this.rootFd;
    const kept = this.folders.get(path);
    if (kept !== undefined) {
      if (path === this.checked.path && performance.now() - this.checked.atMs < checkedForMs) return kept;
      if (this.standsAt(kept, path)) {
        this.checked = { path, atMs: performance.now() };
        this.folders.delete(path);
        this.folders.set(path, kept);
        return kept;
      }
      this.folders.delete(path);
      this.checked = { path: '', atMs: 0 };
      closeSync(kept);
    }
    const [above, name] = splitLower(path);
    const parent = this.rawFolder(above);
    if (parent === null) return null;
    const fd = openFolder(parent, name);
    if (fd === null) return null;
    this.checked = { path, atMs: performance.now() };
    this.keep(path, fd);
    return fd;
  }

  private keep(path: string, fd: number): void {
    this.folders.set(path, fd);
    if (this.folders.size <= keptFolders) return;
    for (const [oldest, oldestFd] of this.folders) {
      this.folders.delete(oldest);
      closeSync(oldestFd);
      break;
    }
  }

  private standsAt(fd: number, path: string): boolean {
    const found = placeOf(fd);
    if (found === null) return this.standsAtByIdentity(fd, path);
    if (found === below(this.rootPath, path)) return true;
    const root = placeOf(this.rootFd);
    if (root === null || root === this.rootPath) return false;
    this.rootPath = root; // the user has moved the folder itself: the descriptor moved with it
    return found === below(root, path);
  }

  /** For paths longer than /proc can tell: compares what stands there with what is open, level by level. */
  private standsAtByIdentity(fd: number, path: string): boolean {
    const [above, name] = splitLower(path);
    const parent = this.rawFolder(above);
    if (parent === null) return false;
    const there = lstatAt(parent, name);
    const open = fstatSync(fd, { bigint: true });
    return there !== null && there.ino === open.ino && there.dev === open.dev;
  }
}

function below(root: string, path: string): string {
  return root === '/' ? `/${path}` : `${root}/${path}`;
}

/** Where an open folder is now, as the system tells; null where its path is too long to be told. */
function placeOf(fd: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return null;
  }
}

function openFolder(parent: number, name: string): number | null {
  try {
    return openSync(`/proc/self/fd/${parent}/${name}`, folderFlags);
  } catch (cause) {
    const error = toFsError(cause);
    if (error.code === 'noent' || error.code === 'notdir' || error.code === 'loop') return null;
    throw error;
  }
}

function lstatAt(folder: number, name: string): Stat | null {
  try {
    const stats = lstatSync(`/proc/self/fd/${folder}/${name}`, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? null : toStat(stats);
  } catch (cause) {
    throw toFsError(cause);
  }
}

/** Opens what must be a regular file; anything else is closed again at once. */
export function openRegular(path: string, flags: number): { fd: number; stat: Stat } {
  let fd: number;
  try {
    fd = openSync(path, flags);
  } catch (cause) {
    throw toFsError(cause);
  }
  const stat = toStat(fstatSync(fd, { bigint: true }));
  if (stat.kind === 'file') return { fd, stat };
  closeSync(fd);
  throw fsError('acces');
}

export function toListing(found: Parameters<typeof kindOfDirent>[0][]): LowerListing {
  const entries: LowerEntry[] = [];
  let unnameable = false;
  for (const entry of found) {
    if (entry.name.includes('\uFFFD')) unnameable = true;
    else if (!isCommitDirectory(entry.name)) entries.push({ name: entry.name, kind: kindOfDirent(entry) });
  }
  return { entries, unnameable };
}
