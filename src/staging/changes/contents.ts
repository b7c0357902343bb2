import { closeSync } from 'node:fs';
import { hashOfFd, hashOfText, readWhole } from '../contentHash';
import { splitLower } from '../lower/lower';
import type { OverlayContext } from '../overlay/context';
import type { CoveringNode } from '../overlay/directory';
import type { Base } from '../overlay/records';
import type { Stat } from '../vfs';

/** Files up to this size are read whole where their text is looked at. */
export const textBytes = 1024 * 1024;

/** One side of a change: what identifies it, and its bytes where they are few. */
export interface Contents {
  readonly hash: string;
  readonly size: number;
  /** Null for directories, links and large files. */
  readonly bytes: Buffer | null;
  /** A link's text. */
  readonly target?: string;
}

const directoryContents: Contents = { hash: hashOfText('directory'), size: 0, bytes: null };

/** The contents of what the folder has; null where it went away meanwhile. */
export function lowerContents(context: OverlayContext, path: string, stat: Stat): Contents | null {
  const [directory, name] = splitLower(path);
  try {
    switch (stat.kind) {
      case 'directory':
        return directoryContents;
      case 'symlink': {
        const text = context.lower.readlink(directory, name);
        return { hash: hashOfText(text), size: Buffer.byteLength(text), bytes: null, target: text };
      }
      case 'file':
        return fdContents(context.lower.openFile(directory, name));
      default:
        return { hash: hashOfText(stat.kind), size: 0, bytes: null };
    }
  } catch {
    return null;
  }
}

/** `size`: of the node now, as its `stat` tells. */
export function stagedContents(node: CoveringNode, size: number): Contents {
  switch (node.kind) {
    case 'directory':
      return directoryContents;
    case 'symlink': {
      const text = node.readlink();
      return { hash: hashOfText(text), size: Buffer.byteLength(text), bytes: null, target: text };
    }
    case 'file':
      return node.withDescriptor((fd) => readContents(fd, size));
  }
}

function fdContents({ fd, stat }: { readonly fd: number; readonly stat: Stat }): Contents {
  try {
    return readContents(fd, stat.size);
  } finally {
    closeSync(fd);
  }
}

function readContents(fd: number, size: number): Contents {
  if (size > textBytes) return { hash: hashOfFd(fd, size), size, bytes: null };
  const bytes = readWhole(fd, size);
  return { hash: hashOfText(bytes), size: bytes.length, bytes };
}

/**
 * Whether what is there now is what was there then. What was read then is compared by contents: a file can be saved
 * twice in one tick of the clock. Of what was never read, identity and time of modification tell; a change of the status
 * alone (a new name, a commit that was taken back) does not count.
 */
export function isSameAs(base: Base, now: Stat, hashNow: () => string | null): boolean {
  if (base.kind !== now.kind) return false;
  if (base.kind === 'directory') return true;
  if (base.mode !== now.mode || base.size !== now.size) return false;
  if (base.hash !== null) return base.hash === hashNow();
  return base.dev === now.dev && base.ino === now.ino && base.mtimeNs === now.mtimeNs;
}
