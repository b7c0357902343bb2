import { closeSync, fstatSync, readSync } from 'node:fs';
import { hashOfFd, hashOfText, readWhole } from '../contentHash';
import { splitLower } from '../lower/lower';
import type { OverlayContext } from '../overlay/context';
import type { CoveringNode } from '../overlay/directory';
import type { Base } from '../overlay/records';
import type { Stat } from '../vfs';

/** Files up to this size are read whole where their text is looked at. */
const textBytes = 1024 * 1024;
/** Files below this size are read into memory that is there already. */
const readAtOnceBytes = 64 * 1024;

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

/**
 * Reads one side of changes, one after the other. Files are read into the same memory: `bytes` hold until the next one
 * is read.
 */
export class SideReader {
  private readonly memory = Buffer.allocUnsafeSlow(readAtOnceBytes);

  constructor(private readonly context: OverlayContext) {}

  /** The contents of what the folder has; null where it went away meanwhile. */
  lower(path: string, stat: Stat): Contents | null {
    const [directory, name] = splitLower(path);
    try {
      switch (stat.kind) {
        case 'directory':
          return directoryContents;
        case 'symlink':
          return linkContents(this.context.lower.readlink(directory, name));
        case 'file': {
          const { fd } = this.context.lower.openFile(directory, name);
          try {
            return this.file(fd, stat.size);
          } finally {
            closeSync(fd);
          }
        }
        default:
          return { hash: hashOfText(stat.kind), size: 0, bytes: null };
      }
    } catch {
      return null;
    }
  }

  staged(node: CoveringNode): Contents {
    switch (node.kind) {
      case 'directory':
        return directoryContents;
      case 'symlink':
        return linkContents(node.readlink());
      case 'file':
        return node.withDescriptor((fd) => this.file(fd, node.blobBytes));
    }
  }

  /** Most files are small: they are read into the memory that is there. What has `expectedBytes` ends there. */
  private file(fd: number, expectedBytes: number | null): Contents {
    const { memory } = this;
    for (let size = 0; size < memory.length;) {
      const read = readSync(fd, memory, size, memory.length - size, size);
      size += read;
      if (read === 0 || size === expectedBytes) return toContents(memory.subarray(0, size));
    }
    const { size } = fstatSync(fd);
    return size > textBytes ? { hash: hashOfFd(fd, size), size, bytes: null } : toContents(readWhole(fd, size));
  }
}

function toContents(bytes: Buffer): Contents {
  return { hash: hashOfText(bytes), size: bytes.length, bytes };
}

function linkContents(target: string): Contents {
  return { hash: hashOfText(target), size: Buffer.byteLength(target), bytes: null, target };
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
