import { Buffer } from 'node:buffer';
import { fsError } from '../../staging/errno';
import type { Accessor, DirEntry, NodeKind, OpenDirectory, SetTimes, Stat } from '../../staging/vfs';
import { Description, filetype } from './description';
import { directoryRights } from './rights';

/** Bytes of a `dirent` before its name. */
const direntHead = 24;

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
    const entry = Buffer.alloc(direntHead + 3 * 255);
    let used = 0;
    for (let index = cookie; index < listing.length && used < into.length; index++) {
      const item = listing[index];
      if (!item) break;
      const name = Buffer.from(item.name, 'utf8');
      const bytes = direntHead + name.length;
      const record = bytes <= entry.length ? entry.subarray(0, bytes) : Buffer.alloc(bytes);
      record.writeBigUInt64LE(BigInt(index + 1), 0);
      record.writeBigUInt64LE(BigInt.asUintN(64, item.ino), 8);
      record.writeUInt32LE(name.length, 16);
      record.writeUInt32LE(toFiletype(item.kind), 20);
      name.copy(record, direntHead);
      const fits = Math.min(bytes, into.length - used);
      into.set(record.subarray(0, fits), used);
      used += fits;
    }
    return used;
  }

  protected override close(): void {
    this.directory.close();
  }
}
