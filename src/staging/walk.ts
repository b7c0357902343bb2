import { isRefusedOnWindows } from '../permissions/nameIdentity';
import { FsError, fsError } from './errno';
import type { DirectoryNode, Node } from './node';
import type { Accessor } from './vfs';

/** Links followed in one walk before it is given up as a loop, as Linux has it. */
const usualLinks = 40;
/** Bytes of one name, and of one path, as Linux has them. */
const maxNameBytes = 255;
const maxPathBytes = 4095;

/** What the walk must know beyond nodes: the top, and what stands above the top of a mounted tree. */
export interface WalkSpace {
  readonly root: DirectoryNode;
  parentOf(directory: DirectoryNode): DirectoryNode | null;
  /** Names that mean something else than a plain file on Windows are refused before anything is looked at (EACCES). */
  readonly onWindows?: boolean;
  /** Links followed before a walk is given up as a loop; `usualLinks` where absent. */
  readonly maxLinks?: number;
}

/** Where a path ends. */
export type Place =
  /** An entry of `parent`, there or not. `slash`: the path ended in `/` and so means a directory. */
  | { readonly kind: 'entry'; readonly parent: DirectoryNode; readonly name: string; readonly node: Node | null; readonly slash: boolean }
  /** A directory reached by `.`, `..` or `/`: it has no name of its own to create, remove or rename. */
  | { readonly kind: 'itself'; readonly node: DirectoryNode; readonly last: '.' | '..' | '/' };

/** `never`: a link at the end is the place itself, even before a slash (unlink, rmdir, rename, mkdir). `slash`: followed before a slash alone. */
export type FollowLast = 'always' | 'slash' | 'never';

/** What a caller may make of the last name, that no slash follows, before it is looked up; null: the walk goes on. */
export type Shortcut<T> = (parent: DirectoryNode, name: string) => T | null;

/**
 * The one walk there is: goes component by component over nodes, so that no comparison of strings decides about
 * confinement. Nothing above `base` is ever reached: `..` there, and absolute paths and links unless `base` is the
 * namespace's root, are ENOTCAPABLE, whatever exists outside.
 */
export function walk(space: WalkSpace, cx: Accessor, base: DirectoryNode, path: string, followLast: FollowLast): Place {
  return walkOr<never>(space, cx, base, path, followLast, () => null);
}

/** The walk, with a short cut for its last step. */
export function walkOr<T>(
  space: WalkSpace,
  cx: Accessor,
  base: DirectoryNode,
  path: string,
  followLast: FollowLast,
  shortcut: Shortcut<T>,
): Place | T {
  checkPath(path);
  let current = base;
  let itself: '.' | '..' | '/' = '.';
  if (path.startsWith('/')) {
    current = absoluteStart(space, base);
    itself = '/';
  }
  let slash = path.endsWith('/');
  let links = 0;
  const { maxLinks = usualLinks } = space;
  const pending = componentsReversed(path);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '.') {
      itself = '.';
      continue;
    }
    if (name === '..') {
      if (current === base) throw fsError('notcapable');
      const above = space.parentOf(current);
      if (above === null) throw fsError('notcapable');
      current = above;
      itself = '..';
      continue;
    }
    checkName(name);
    if (space.onWindows === true && isRefusedOnWindows(name)) throw fsError('acces');
    const isLast = pending.length === 0;
    if (isLast && !slash) {
      const found = shortcut(current, name);
      if (found !== null) return found;
    }
    const node = isLast ? lookupOrNull(cx, current, name) : current.lookup(cx, name);
    const follow = !isLast || followLast === 'always' || (followLast === 'slash' && slash);
    if (node?.kind === 'symlink' && follow) {
      if (++links > maxLinks) throw fsError('loop');
      const target = node.readlink(cx);
      checkPath(target);
      if (target.startsWith('/')) {
        current = absoluteStart(space, base);
        itself = '/';
      }
      if (isLast && target.endsWith('/')) slash = true;
      pending.push(...componentsReversed(target));
      continue;
    }
    if (isLast) return { kind: 'entry', parent: current, name, node, slash };
    if (node?.kind !== 'directory') throw fsError('notdir');
    current = node;
  }
  return { kind: 'itself', node: current, last: itself };
}

/** The node that a path names; ENOENT where there is none, ENOTDIR for `file/`. */
export function walkToNode(space: WalkSpace, cx: Accessor, base: DirectoryNode, path: string, follow: boolean): Node {
  const place = walk(space, cx, base, path, follow ? 'always' : 'slash');
  if (place.kind === 'itself') return place.node;
  if (place.node === null) throw fsError('noent');
  if (place.slash && place.node.kind !== 'directory') throw fsError('notdir');
  return place.node;
}

function absoluteStart(space: WalkSpace, base: DirectoryNode): DirectoryNode {
  if (base !== space.root) throw fsError('notcapable');
  return space.root;
}

function lookupOrNull(cx: Accessor, directory: DirectoryNode, name: string): Node | null {
  try {
    return directory.lookup(cx, name);
  } catch (cause) {
    if (cause instanceof FsError && cause.code === 'noent') return null;
    throw cause;
  }
}

function componentsReversed(path: string): string[] {
  const names: string[] = [];
  for (let end = path.length; end > 0;) {
    const slash = path.lastIndexOf('/', end - 1);
    if (slash + 1 < end) names.push(path.slice(slash + 1, end));
    end = slash;
  }
  return names;
}

export function checkPath(path: string): void {
  if (path === '') throw fsError('noent');
  if (path.includes('\0')) throw fsError('inval');
  if (isLonger(path, maxPathBytes)) throw fsError('nametoolong');
}

function checkName(name: string): void {
  if (isLonger(name, maxNameBytes)) throw fsError('nametoolong');
}

function isLonger(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}
