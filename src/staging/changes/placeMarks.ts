import { FsError } from '../errno';
import { silent } from '../namespace';
import { joinLower, splitLower } from '../lower/lower';
import type { OverlayDirectory } from '../overlay/directory';
import { walk } from '../walk';

/** Whether a link staged at `path` leads out of the folder: absolute, by too many `..`, or through other links. */
export function leavesFolder(root: OverlayDirectory, path: string, target: string): boolean {
  if (target.startsWith('/') || /^[a-zA-Z]:|^\\/.test(target)) return true;
  const directory = splitLower(path)[0];
  let depth = directory === '' ? 0 : directory.split('/').length;
  for (const name of target.split('/')) {
    if (name === '..') depth--;
    else if (name !== '' && name !== '.') depth++;
    if (depth < 0) return true;
  }
  try {
    walk({ root, parentOf: (node) => node.parent() }, silent, root, joinLower(directory, target), 'always');
    return false;
  } catch (cause) {
    if (cause instanceof FsError) return cause.code === 'notcapable' || cause.code === 'loop';
    throw cause;
  }
}

/** Places that are protected for what they are, not for their name. */
export class ProtectedPlaces {
  private readonly repositories = new Map<string, boolean>();
  private readonly aliases = new Map<string, readonly string[]>();
  constructor(private readonly root: OverlayDirectory) {}

  /**
   * Whether a path lies in what git would take for a bare repository (its `config` can name programs to run), as staged
   * or as the folder has it, or in what a link of the user's with a protected name leads to.
   */
  holds(path: string): boolean {
    for (let directory = splitLower(path)[0]; ; directory = splitLower(directory)[0]) {
      if (this.isRepository(directory)) return true;
      if (this.aliasesIn(directory).some((target) => path === target || path.startsWith(`${target}/`))) return true;
      if (directory === '') return false;
    }
  }

  private isRepository(directory: string): boolean {
    let found = this.repositories.get(directory);
    if (found === undefined) {
      const staged = findStaged(this.root, directory);
      found = ['HEAD', 'objects', 'refs'].every((name) => {
        const inStaged = staged?.kind === 'directory' && staged.find(name) !== null;
        return inStaged || this.root.context.lower.stat(directory, name) !== null;
      });
      this.repositories.set(directory, found);
    }
    return found;
  }

  /** Where links with protected names in a directory of the folder lead to, within the folder. */
  private aliasesIn(directory: string): readonly string[] {
    let found = this.aliases.get(directory);
    if (found === undefined) {
      const { lower, policy } = this.root.context;
      const links = (lower.list(directory)?.entries ?? []).filter(
        ({ name, kind }) => kind === 'symlink' && policy.classify(joinLower(directory, name)).protected,
      );
      found = links.flatMap(({ name }) => {
        try {
          return normalized(joinLower(directory, lower.readlink(directory, name))) ?? [];
        } catch {
          return []; // gone meanwhile
        }
      });
      this.aliases.set(directory, found);
    }
    return found;
  }
}

/** A path without `.` and `..`; null where it leads out of the folder or to its top. */
function normalized(path: string): string | null {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') {
      if (names.pop() === undefined) return null;
    } else if (name !== '' && name !== '.') names.push(name);
  }
  return names.length === 0 ? null : names.join('/');
}

/** The staged node at a path, links not followed. */
export function findStaged(root: OverlayDirectory, path: string): ReturnType<OverlayDirectory['find']> {
  if (path === '') return root;
  let node: ReturnType<OverlayDirectory['find']> = root;
  for (const name of path.split('/')) {
    if (node?.kind !== 'directory') return null;
    node = node.find(name);
  }
  return node;
}
