import type { NodeKind, Stat } from '../vfs';

/*
 * The user's folder as the guard reads it: never written, never followed out of. Directories are named by their path
 * relative to the folder ('' is the folder itself, no leading or trailing `/`); every component of such a path is
 * opened without following links, so that a directory swapped for a link gives "not there" and never bytes from outside.
 */
export interface Lower {
  /** Identity and attributes of an entry, links not followed; null where there is none. */
  stat(directory: string, name: string): Stat | null;
  /** The same of a directory by its path; null where no directory is there (any more). */
  statDirectory(directory: string): Stat | null;
  /** True where it is known without another look that a directory stands there now; where false, `stat` tells. */
  isKnownDirectory(directory: string): boolean;
  /**
   * True where a moment ago a regular file had that name, so that `openFile` needs no look before: it will most likely
   * find one, and never touch a FIFO or a device that has stood there for longer than that moment.
   */
  wasFile(directory: string, name: string): boolean;
  /** What a directory holds, in the order of the file system; null where no directory is there. */
  list(directory: string): LowerListing | null;
  /** The same with what `stat` tells of each entry, but of those that are gone meanwhile. */
  listStats(directory: string): readonly LowerEntryStat[];
  /** Opens a regular file read-only. ENOENT, ELOOP for a link, EACCES for what is no regular file. The caller closes `fd`. */
  openFile(directory: string, name: string): { readonly fd: number; readonly stat: Stat };
  readlink(directory: string, name: string): string;
  dispose(): void;
}

export interface LowerListing {
  readonly entries: readonly LowerEntry[];
  /** True where an entry's name is not valid UTF-8: it cannot be named by a guest, but the directory is not empty. */
  readonly unnameable: boolean;
}

export interface LowerEntry {
  readonly name: string;
  readonly kind: NodeKind;
}

export interface LowerEntryStat {
  readonly name: string;
  readonly stat: Stat;
}

/** Directories that commits keep their new files in while they run; nothing but a commit's recovery ever sees them. */
export const commitDirectoryPattern = /^\.sunaba-commit-[0-9a-f]{16}$/;

export function isCommitDirectory(name: string): boolean {
  return name.startsWith('.sunaba-') && commitDirectoryPattern.test(name);
}

export function joinLower(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** `a/b/c` → [`a/b`, `c`]. */
export function splitLower(path: string): readonly [directory: string, name: string] {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)];
}
