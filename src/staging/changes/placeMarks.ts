import { runsOnBuildIn } from '../../permissions/buildFiles';
import { FsError } from '../errno';
import { lookFromAbove } from '../lower/lookFromAbove';
import { joinLower, splitLower } from '../lower/lower';
import type { OverlayDirectory } from '../overlay/directory';
import type { DirectoryNode } from '../node';
import { silent } from '../silentAccessor';
import { walk } from '../walk';

/** More links in a row than any system follows: what needs more of them, as a loop does, leads nowhere at all. */
const beyondAnySystem = 255;

/**
 * Whether a link staged at `path` leads out of the folder: absolute, by too many `..`, or through other links. A link
 * to itself, or to where nothing is, stays in the folder.
 */
export function leavesFolder(root: OverlayDirectory, path: string, target: string): boolean {
  if (/^[/\\]|^[a-zA-Z]:/.test(target)) return true;
  const directory = splitLower(path)[0];
  let depth = directory === '' ? 0 : directory.split('/').length;
  // Windows takes `\` in a link's text for `/`, and a folder may be seen from both systems.
  for (const name of target.split(/[/\\]/)) {
    if (name === '..') depth--;
    else if (name !== '' && name !== '.') depth++;
    if (depth < 0) return true;
  }
  try {
    const space = { root, parentOf: (node: DirectoryNode) => node.parent(), maxLinks: beyondAnySystem };
    walk(space, silent, root, joinLower(directory, target), 'always');
    return false;
  } catch (cause) {
    // A path too long for the walk may be short enough from where the link stands: nobody knows where it leads.
    if (cause instanceof FsError) return cause.code === 'notcapable' || cause.code === 'nametoolong';
    throw cause;
  }
}

/** What is known of a directory: it is looked at once, from above. */
export interface Place {
  /** It or one above it is what git would take for a bare repository (its `config` can name programs to run), as staged or as the folder has it. */
  readonly inRepository: boolean;
  /** Where links of the user's with protected names, in it and above it, lead to. */
  readonly aliases: readonly string[];
  readonly staged: ReturnType<OverlayDirectory['find']>;
  /** Whether the folder has a directory there. */
  readonly isThere: boolean;
  /** Whether what has this name in it runs on a build. */
  readonly runsOnBuild: (name: string) => boolean;
}

/** Whether a path in a place is protected for what that place is, not for its name. */
export function isProtectedByPlace({ inRepository, aliases }: Place, path: string): boolean {
  return inRepository || aliases.some((target) => path === target || path.startsWith(`${target}/`));
}

/** The places of a change set. */
export class Places {
  readonly of: (directory: string) => Place;
  constructor(private readonly root: OverlayDirectory) {
    const top = this.look('', root, true, { inRepository: false, aliases: [] });
    this.of = lookFromAbove(top, (path, above) => {
      const [directory, name] = splitLower(path);
      const staged = above.staged?.kind === 'directory' ? above.staged.at(name) : null;
      const isThere = above.isThere && root.context.lower.stat(directory, name)?.kind === 'directory';
      return this.look(path, staged, isThere, above);
    });
  }

  private look(directory: string, staged: Place['staged'], isThere: boolean, above: Pick<Place, 'inRepository' | 'aliases'>): Place {
    const { lower } = this.root.context;
    const isRepository = ['HEAD', 'objects', 'refs'].every(
      (name) => (staged?.kind === 'directory' && staged.find(name) !== null) || (isThere && lower.lookup(directory, name) !== null),
    );
    const aliases = isThere ? this.aliasesIn(directory) : [];
    return {
      inRepository: above.inRepository || isRepository,
      aliases: aliases.length === 0 ? above.aliases : [...above.aliases, ...aliases],
      staged,
      isThere,
      runsOnBuild: runsOnBuildIn(directory),
    };
  }

  /** Where links with protected names in a directory of the folder lead to, within the folder. */
  private aliasesIn(directory: string): readonly string[] {
    const { lower, policy } = this.root.context;
    const links = (lower.list(directory)?.entries ?? []).filter(
      ({ name, kind }) => kind === 'symlink' && policy.classify(joinLower(directory, name)).protected,
    );
    return links.flatMap(({ name }) => {
      try {
        return normalized(joinLower(directory, lower.readlink(directory, name))) ?? [];
      } catch {
        return []; // gone meanwhile
      }
    });
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
    node = node.at(name);
  }
  return node;
}
