import { FsError, fsError } from './errno';
import type { DirectoryNode, Node } from './node';
import { silent } from './silentAccessor';
import type {
  Accessor,
  Mount,
  Namespace,
  NamespaceOptions,
  OpenDevice,
  OpenDirectory,
  Opened,
  OpenFile,
  OpenOptions,
  SetTimes,
  Stat,
} from './vfs';
import {
  createDescriptorsDirectory,
  createDevice,
  createInodeNumbers,
  createProgramsDirectory,
  createVirtualDirectory,
} from './virtualNodes';
import { checkPath, walk, walkOr, walkToNode, type FollowLast, type Place, type WalkSpace } from './walk';

/** Puts the mounts together to what a process can name. The namespace does not own the trees. */
export function createNamespace(options: NamespaceOptions): Namespace {
  const onWindows = (options.platform ?? process.platform) === 'win32';
  return new MountedNamespace({ ...createSpace(options.mounts), onWindows });
}

function createSpace(mounts: ReadonlyMap<string, Mount>): WalkSpace {
  const only = mounts.get('/');
  if (only !== undefined) {
    if (mounts.size > 1 || only.kind !== 'tree') throw new Error('a mount at / must be a tree and the only mount');
    const root = treeRoot(only.tree.root);
    return { root, parentOf: (directory) => directory.parent() };
  }
  const numbers = createInodeNumbers();
  const root = createVirtualDirectory(numbers, null, '');
  const above = new Map<DirectoryNode, DirectoryNode>();
  const folders = new Map([['', root]]);
  for (const [path, mount] of mounts) {
    const cut = path.lastIndexOf('/');
    const folderPath = path.slice(0, cut);
    const name = path.slice(cut + 1);
    let folder = folders.get(folderPath);
    if (folder === undefined) {
      folder = createVirtualDirectory(numbers, root, folderPath.slice(1));
      root.add(folderPath.slice(1), folder);
      folders.set(folderPath, folder);
    }
    if (mount.kind === 'tree') {
      const top = treeRoot(mount.tree.root);
      above.set(top, folder);
      folder.add(name, top);
    } else if (mount.kind === 'programs') {
      folder.add(name, createProgramsDirectory(numbers, folder, name, mount.names));
    } else {
      const devices = createVirtualDirectory(numbers, folder, name);
      for (const device of mount.names) devices.add(device, createDevice(numbers, device));
      devices.add('fd', createDescriptorsDirectory(numbers, devices));
      folder.add(name, devices);
    }
  }
  return { root, parentOf: (directory) => directory.parent() ?? above.get(directory) ?? null };
}

function treeRoot(node: Node): DirectoryNode {
  if (node.kind !== 'directory') throw new Error('the top of a mounted tree must be a directory');
  return node;
}

class DirectoryHandle implements OpenDirectory {
  readonly kind = 'directory';
  constructor(
    readonly node: DirectoryNode,
    private readonly space: WalkSpace,
    private readonly cx: Accessor,
  ) {}
  stat(): Stat {
    return this.node.stat(this.cx);
  }
  entries(cx: Accessor): ReturnType<DirectoryNode['entries']> {
    return this.node.entries(cx);
  }
  setTimes(cx: Accessor, times: SetTimes): void {
    this.node.setTimes(cx, times);
  }
  chmod(cx: Accessor, mode: number): void {
    this.node.chmod(cx, mode);
  }
  path(): string {
    return guestPath(this.space, this.node);
  }
  close(): void {
    // A directory node is an identity and holds nothing open for its handles.
  }
}

function guestPath(space: WalkSpace, directory: DirectoryNode): string {
  const names: string[] = [];
  for (let node = directory; node !== space.root;) {
    const above = space.parentOf(node);
    if (above === null) break;
    const name = node.parent() === null ? mountName(above, node) : node.name();
    names.push(name);
    node = above;
  }
  return `/${names.reverse().join('/')}`;
}

function mountName(above: DirectoryNode, top: DirectoryNode): string {
  return (
    above.entries(silent).find((entry) => entry.name !== '.' && entry.name !== '..' && above.lookup(silent, entry.name) === top)?.name ?? ''
  );
}

type EntryPlace = Extract<Place, { kind: 'entry' }>;

class MountedNamespace implements Namespace {
  constructor(private readonly space: WalkSpace) {}

  openRoot(path: string): OpenDirectory {
    const node = walkToNode(this.space, silent, this.space.root, path, true);
    if (node.kind !== 'directory') throw fsError('notdir');
    return new DirectoryHandle(node, this.space, silent);
  }

  open(cx: Accessor, base: OpenDirectory, path: string, options: OpenOptions): Opened {
    const follow = options.follow && !(options.create && options.exclusive);
    const place = this.walkToOpen(cx, base, path, options, follow ? 'always' : options.create ? 'never' : 'slash');
    if (place.kind === 'file') return place;
    if (place.kind === 'itself') {
      if (options.create && options.exclusive) throw fsError('exist');
      return this.openNode(cx, place.node, options);
    }
    if (place.node !== null) {
      if (options.create && options.exclusive) throw fsError('exist');
      if (place.slash && place.node.kind !== 'directory') throw fsError('notdir');
      return this.openNode(cx, place.node, options);
    }
    if (!options.create) throw fsError('noent');
    if (place.slash) throw fsError('isdir');
    if (options.directory) throw fsError('inval');
    this.mayWrite(cx);
    const node = place.parent.create(cx, place.name, options.mode ?? 0o644);
    return node.open(cx, { read: options.read, write: options.write, truncate: false });
  }

  stat(cx: Accessor, base: OpenDirectory, path: string, follow: boolean): Stat {
    return this.node(cx, base, path, follow).stat(cx);
  }

  setTimes(cx: Accessor, base: OpenDirectory, path: string, follow: boolean, times: SetTimes): void {
    const node = this.node(cx, base, path, follow);
    this.mayWrite(cx);
    node.setTimes(cx, times);
  }

  chmod(cx: Accessor, base: OpenDirectory, path: string, follow: boolean, mode: number): void {
    const node = this.node(cx, base, path, follow);
    this.mayWrite(cx);
    node.chmod(cx, mode & 0o7777);
  }

  mkdir(cx: Accessor, base: OpenDirectory, path: string, mode?: number): void {
    const place = this.walk(cx, base, path, 'never');
    if (place.kind === 'itself' || place.node !== null) throw fsError('exist');
    this.mayWrite(cx);
    place.parent.mkdir(cx, place.name, mode ?? 0o755);
  }

  rmdir(cx: Accessor, base: OpenDirectory, path: string): void {
    const place = this.walk(cx, base, path, 'never');
    if (place.kind === 'itself') throw fsError(place.last === '.' ? 'inval' : place.last === '..' ? 'notempty' : 'busy');
    const node = this.existing(place);
    if (node.kind !== 'directory') throw fsError('notdir');
    this.mayMove(cx, node);
    place.parent.rmdir(cx, place.name);
  }

  unlink(cx: Accessor, base: OpenDirectory, path: string): void {
    const place = this.walk(cx, base, path, 'never');
    if (place.kind === 'itself') throw fsError('isdir');
    const node = this.existing(place);
    if (node.kind === 'directory') throw fsError('isdir');
    if (place.slash) throw fsError('notdir');
    this.mayWrite(cx);
    place.parent.unlink(cx, place.name);
  }

  rename(cx: Accessor, fromBase: OpenDirectory, from: string, toBase: OpenDirectory, to: string): void {
    const source = this.walk(cx, fromBase, from, 'never');
    const target = this.walk(cx, toBase, to, 'never');
    if (source.kind === 'itself' || target.kind === 'itself') throw fsError('busy');
    const node = this.existing(source);
    if (node.kind !== 'directory' && (source.slash || target.slash)) throw fsError('notdir');
    if (topOf(source.parent) !== topOf(target.parent)) throw fsError('xdev');
    if (target.node !== null && target.node === node && source.parent === target.parent && source.name === target.name) return;
    this.mayMove(cx, node);
    if (isWithin(target.parent, node)) throw fsError('inval');
    if (target.node !== null && isWithin(source.parent, target.node)) throw fsError('notempty');
    if (target.node !== null) {
      if (node.kind === 'directory' && target.node.kind !== 'directory') throw fsError('notdir');
      if (target.node.kind === 'directory' && node.kind !== 'directory') throw fsError('isdir');
      this.mayMove(cx, target.node);
    }
    source.parent.rename(cx, source.name, target.parent, target.name);
  }

  link(cx: Accessor, fromBase: OpenDirectory, from: string, follow: boolean, toBase: OpenDirectory, to: string): void {
    const node = this.node(cx, fromBase, from, follow);
    const target = this.walk(cx, toBase, to, 'never');
    if (target.kind === 'itself' || target.node !== null) throw fsError('exist');
    if (node.kind === 'directory') throw fsError('perm');
    if (target.slash) throw fsError('noent');
    this.mayWrite(cx);
    target.parent.link(cx, target.name, node);
  }

  symlink(cx: Accessor, target: string, base: OpenDirectory, path: string): void {
    checkPath(target);
    const place = this.walk(cx, base, path, 'never');
    if (place.kind === 'itself' || place.node !== null) throw fsError('exist');
    if (place.slash) throw fsError('noent');
    this.mayWrite(cx);
    place.parent.symlink(cx, place.name, target);
  }

  readlink(cx: Accessor, base: OpenDirectory, path: string): string {
    const node = this.node(cx, base, path, false);
    if (node.kind !== 'symlink') throw fsError('inval');
    return node.readlink(cx);
  }

  private openNode(cx: Accessor, node: Node, options: OpenOptions): Opened {
    switch (node.kind) {
      case 'directory':
        if (options.write || options.create || options.truncate) throw fsError('isdir');
        return new DirectoryHandle(node, this.space, cx);
      case 'symlink':
        throw fsError(options.directory ? 'notdir' : 'loop');
      case 'unsupported':
        throw fsError(options.directory ? 'notdir' : 'acces');
      case 'device': {
        if (options.directory) throw fsError('notdir');
        const device: OpenDevice = { kind: 'device', name: node.device, stat: () => node.stat(cx) };
        return device;
      }
      case 'file':
        if (options.directory) throw fsError('notdir');
        if (options.write || options.truncate) this.mayWrite(cx);
        return node.open(cx, { read: options.read, write: options.write, truncate: options.truncate });
    }
  }

  private node(cx: Accessor, base: OpenDirectory, path: string, follow: boolean): Node {
    try {
      return walkToNode(this.space, cx, nodeOf(base), path, follow);
    } catch (cause) {
      throw noted(cx, path, cause);
    }
  }

  private walk(cx: Accessor, base: OpenDirectory, path: string, follow: FollowLast): Place {
    try {
      return walk(this.space, cx, nodeOf(base), path, follow);
    } catch (cause) {
      throw noted(cx, path, cause);
    }
  }

  /** What is only read, and was a plain file a moment ago, is opened at once. */
  private walkToOpen(cx: Accessor, base: OpenDirectory, path: string, options: OpenOptions, follow: FollowLast): Place | OpenFile {
    if (options.write || options.create || options.truncate || options.directory) return this.walk(cx, base, path, follow);
    try {
      return walkOr(this.space, cx, nodeOf(base), path, follow, (parent, name) => parent.openSeen?.(cx, name) ?? null);
    } catch (cause) {
      throw noted(cx, path, cause);
    }
  }

  private existing(place: EntryPlace): Node {
    if (place.node === null) throw fsError('noent');
    return place.node;
  }

  private mayWrite(cx: Accessor): void {
    if (cx.readOnly) throw fsError('rofs');
  }

  /** The top of a mounted tree is in use by the namespace. */
  private mayMove(cx: Accessor, node: Node): void {
    if (node.kind === 'directory' && node.parent() === null) throw fsError('busy');
    this.mayWrite(cx);
  }
}

function nodeOf(base: OpenDirectory): DirectoryNode {
  if (base instanceof DirectoryHandle) return base.node;
  throw new Error('a base directory must come from a namespace');
}

function isWithin(directory: DirectoryNode, top: Node): boolean {
  if (top.kind !== 'directory') return false;
  for (let above: DirectoryNode | null = directory; above !== null; above = above.parent()) if (above === top) return true;
  return false;
}

function topOf(directory: DirectoryNode): DirectoryNode {
  let top = directory;
  for (let above = top.parent(); above !== null; above = top.parent()) top = above;
  return top;
}

function noted(cx: Accessor, path: string, cause: unknown): unknown {
  if (cause instanceof FsError && cause.code === 'notcapable') cx.ledger.refused(path, 'leads out of the folder');
  return cause;
}
