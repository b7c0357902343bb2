import { Buffer } from 'node:buffer';
import { fsError } from '../../staging/errno';
import type { Accessor, DirEntry, NodeKind, OpenDirectory, SetTimes, Stat } from '../../staging/vfs';
import { Description, filetype } from './description';
import { directoryRights } from './rights';

/** Bytes of a `dirent` before its name. */
const direntHead = 24;
/** The longest name in bytes: 255, or as many UTF-16 units where a system counts those. */
const maxDirent = direntHead + 3 * 255;
/** Entries on their way to a guest. */
const records = Buffer.alloc(32 * 1024);

export function toFiletype(kind: NodeKind): number {
  switch (kind) {
    case 'file':
      return filetype.regularFile;
    case 'directory':
      return filetype.directory;
    case 'symlink':
      return filetype.symbolicLink;
    case 'device':
      return filetype.characterDevice;
    case 'unsupported':
      return filetype.unknown;
  }
}

export class Directory extends Description {
  readonly filetype = filetype.directory;
  readonly rights = directoryRights;
  /**
   * The listing that cookies count in, taken when a listing starts (cookie 0): an entry that is removed or made
   * meanwhile neither hides nor doubles another one.
   */
  #listing: readonly DirEntry[] | null = null;

  constructor(readonly directory: OpenDirectory) {
    super();
  }

  override stat(): Stat {
    return this.directory.stat();
  }

  override read(): number {
    throw fsError('isdir');
  }

  override write(): number {
    throw fsError('isdir');
  }

  override pread(): number {
    throw fsError('isdir');
  }

  override pwrite(): number {
    throw fsError('isdir');
  }

  override seek(): number {
    throw fsError('isdir');
  }

  override setSize(): void {
    throw fsError('isdir');
  }

  override allocate(): void {
    throw fsError('isdir');
  }

  override setTimes(cx: Accessor, times: SetTimes): void {
    this.directory.setTimes(cx, times);
  }

  override chmod(cx: Accessor, mode: number): void {
    this.directory.chmod(cx, mode);
  }

  override sync(): void {}

  /** Fills `into` with entries from `cookie` on, the last one cut where it does not fit; gives the bytes used. */
  list(cx: Accessor, into: Uint8Array, cookie: number): number {
    if (cookie === 0 || this.#listing === null) this.#listing = this.directory.entries(cx);
    const listing = this.#listing;
    let used = 0;
    for (let index = cookie; used < into.length && index < listing.length;) {
      let filled = 0;
      const room = Math.min(records.length - maxDirent, into.length - used);
      for (let item = listing[index]; item && filled < room; item = listing[++index]) {
        const nameBytes = records.write(item.name, filled + direntHead, 'utf8');
        records.writeUInt32LE(index + 1, filled);
        records.writeUInt32LE(0, filled + 4);
        records.writeBigUInt64LE(BigInt.asUintN(64, item.ino), filled + 8);
        records.writeUInt32LE(nameBytes, filled + 16);
        records.writeUInt32LE(toFiletype(item.kind), filled + 20);
        filled += direntHead + nameBytes;
      }
      const fits = Math.min(filled, into.length - used);
      into.set(records.subarray(0, fits), used);
      used += fits;
    }
    return used;
  }

  protected override close(): void {
    this.directory.close();
  }
}
