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

/** Directories that git would take for a bare repository, whose `config` can name programs to run. */
export class BareRepositories {
  private readonly known = new Map<string, boolean>();
  constructor(private readonly root: OverlayDirectory) {}

  /** Whether a path lies in such a directory, as staged or as the folder has it. */
  holds(path: string): boolean {
    for (let directory = splitLower(path)[0]; ; directory = splitLower(directory)[0]) {
      if (this.isOne(directory)) return true;
      if (directory === '') return false;
    }
  }

  private isOne(directory: string): boolean {
    let found = this.known.get(directory);
    if (found === undefined) {
      const staged = findStaged(this.root, directory);
      found = ['HEAD', 'objects', 'refs'].every((name) => {
        const inStaged = staged?.kind === 'directory' && staged.find(name) !== null;
        return inStaged || this.root.context.lower.stat(directory, name) !== null;
      });
      this.known.set(directory, found);
    }
    return found;
  }
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
