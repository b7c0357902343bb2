import type { Accessor, DirEntry, OpenDirectory, OpenFile, SetTimes, Stat } from './vfs';

/*
 * What the walk moves over. Each mounted tree implements these; names are single components, never `.`, `..`,
 * empty, or with `/` or NUL in them: the walk has checked. A node is an identity: it survives its renaming.
 */

export interface NodeBase {
  stat(cx: Accessor): Stat;
  setTimes(cx: Accessor, times: SetTimes): void;
  chmod(cx: Accessor, mode: number): void;
}

export interface DirectoryNode extends NodeBase {
  readonly kind: 'directory';
  /** The directory above, or null at the top of its tree. */
  parent(): DirectoryNode | null;
  /** The guest's name of it within its parent, as of now. */
  name(): string;
  /** ENOENT where there is no such entry, or the policy hides it. */
  lookup(cx: Accessor, name: string): Node;
  /**
   * Opens for reading what a moment ago was a plain file that nothing covers, without a look at it before. Null wherever
   * that is not so: `lookup` decides.
   */
  openSeen?(cx: Accessor, name: string): OpenFile | null;
  entries(cx: Accessor): readonly DirEntry[];
  create(cx: Accessor, name: string, mode: number): FileNode;
  mkdir(cx: Accessor, name: string, mode: number): DirectoryNode;
  symlink(cx: Accessor, name: string, target: string): void;
  link(cx: Accessor, name: string, node: Node): void;
  unlink(cx: Accessor, name: string): void;
  rmdir(cx: Accessor, name: string): void;
  /** Both directories are of one tree; EXDEV is the walk's. */
  rename(cx: Accessor, name: string, to: DirectoryNode, toName: string): void;
}

export interface FileNode extends NodeBase {
  readonly kind: 'file';
  open(cx: Accessor, options: { readonly read: boolean; readonly write: boolean; readonly truncate: boolean }): OpenFile;
}

export interface SymlinkNode extends NodeBase {
  readonly kind: 'symlink';
  readlink(cx: Accessor): string;
}

export interface DeviceNode extends NodeBase {
  readonly kind: 'device';
  readonly device: string;
}

/** A FIFO, socket or device of the user's: can be seen and statted, and nothing else (EACCES). */
export interface UnsupportedNode extends NodeBase {
  readonly kind: 'unsupported';
}

export type Node = DirectoryNode | FileNode | SymlinkNode | DeviceNode | UnsupportedNode;

export type { OpenDirectory };
