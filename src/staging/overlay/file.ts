import { closeSync, fstatSync, fsyncSync, ftruncateSync, readSync } from 'node:fs';
import { fsError, toFsError } from '../errno';
import { toStat } from '../hostStat';
import { splitLower } from '../lower/lower';
import type { FileNode } from '../node';
import { writeFully } from '../privateFile';
import type { Accessor, LedgerSink, OpenFile, SetTimes, Stat } from '../vfs';
import { hashOfFd } from '../contentHash';
import { existing, toBase, type OverlayContext, type Transaction } from './context';
import type { OverlayDirectory } from './directory';
import type { Attributes, LogRecord } from './records';

/** For so long what was seen of the folder's file when it was opened is what `stat` tells: most programs ask at once. */
const seenForMs = 1;

/** How often a copy is begun anew when the folder's file changes while it is copied. */
const copyAttempts = 3;

/**
 * A regular file. Its contents are the folder's until something is written, then a blob's; whoever has it open sees
 * the change. `id` is null while the overlay knows nothing of it.
 */
export class OverlayFile implements FileNode {
  readonly kind = 'file';
  /** Null once nothing but open handles knows it. */
  parent: OverlayDirectory | null;
  name: string;
  id: number | null = null;
  blob = false;
  attributes: Attributes | null = null;
  /** Names that lead to it. */
  links = 1;
  private fd: number | null = null;
  private seenAtMs = -Infinity;
  private handles = 0;
  /** Who was last told, since it is open, that it is written. */
  private notedIn: LedgerSink | null = null;
  /** Grows with every change of the contents; tells what was read of them from what is there now. */
  version = 0;
  /** How long a blob of its own is; null where that is not known without a look. */
  blobBytes: number | null = null;

  constructor(
    readonly context: OverlayContext,
    parent: OverlayDirectory,
    name: string,
    /** Where the folder has it, or had it when it was first covered; null for a file that a guest made. */
    readonly origin: string | null,
    private seen: Stat | null,
  ) {
    this.parent = parent;
    this.name = name;
  }

  guestPath(): string {
    return this.parent === null ? this.name : this.parent.guestPathOf(this.name);
  }

  get isOpen(): boolean {
    return this.handles > 0;
  }

  /** False where its contents were the folder's and are not there any more. */
  exists(): boolean {
    return this.blob || this.fd !== null || this.lowerStat()?.kind === 'file';
  }

  stat(): Stat {
    const held = this.recentStat() ?? this.contentStat();
    const own = this.attributes;
    if (own === null) return held;
    return {
      ...held,
      dev: this.context.dev,
      ino: own.ino,
      nlink: this.links,
      mode: own.mode,
      atimeNs: own.atimeNs ?? held.atimeNs,
      mtimeNs: own.mtimeNs ?? held.mtimeNs,
    };
  }

  get mode(): number {
    return this.attributes?.mode ?? this.stat().mode;
  }

  setTimes(cx: Accessor, times: SetTimes): void {
    this.change(cx, (own) => {
      if (times.atimeNs !== null) own.atimeNs = times.atimeNs;
      if (times.mtimeNs !== null) own.mtimeNs = times.mtimeNs;
    });
  }

  chmod(cx: Accessor, mode: number): void {
    this.change(cx, (own) => {
      own.mode = mode;
    });
  }

  open(cx: Accessor, options: { read: boolean; write: boolean; truncate: boolean }): OpenFile {
    if (options.write || options.truncate) this.parent?.mayChange(cx, this.name);
    this.handles++;
    try {
      if (options.truncate) this.truncate(cx, 0);
      else this.descriptor();
    } catch (cause) {
      this.release();
      throw cause;
    }
    if (options.read) cx.ledger.read(this.guestPath());
    return new OverlayHandle(this);
  }

  release(): void {
    if (--this.handles > 0) return;
    this.notedIn = null;
    this.closeFd();
    if (this.origin !== null && this.context.opened.get(this.origin) === this) this.context.opened.delete(this.origin);
  }

  /** The open contents; opened when first needed. */
  descriptor(): number {
    if (this.fd !== null) return this.fd;
    try {
      if (this.blob) {
        this.fd = this.context.blobs.open(this.id ?? -1);
      } else {
        const [directory, name] = splitLower(this.origin ?? '');
        const opened = this.context.lower.openFile(directory, name);
        this.fd = opened.fd;
        this.seen = opened.stat;
        this.seenAtMs = performance.now();
        if (this.id === null && this.origin !== null) this.context.opened.set(this.origin, this);
      }
    } catch (cause) {
      throw toFsError(cause);
    }
    return this.fd;
  }

  read(cx: Accessor, into: Uint8Array, offset: number): number {
    try {
      const bytes = readSync(this.descriptor(), into, 0, into.byteLength, offset);
      cx.ledger.bytesRead(bytes);
      return bytes;
    } catch (cause) {
      throw toFsError(cause);
    }
  }

  write(cx: Accessor, from: Uint8Array, offset: number): number {
    if (cx.readOnly) throw fsError('rofs');
    cx.quota.write(from.byteLength);
    cx.quota.fileSize(offset + from.byteLength);
    this.version++;
    this.toBlob(true);
    this.dropMtime();
    try {
      writeFully(this.descriptor(), from, offset);
    } catch (cause) {
      this.blobBytes = null;
      throw toFsError(cause);
    }
    if (this.blobBytes !== null) this.blobBytes = Math.max(this.blobBytes, offset + from.byteLength);
    this.noteWritten(cx);
    cx.ledger.bytesWritten(from.byteLength);
    return from.byteLength;
  }

  truncate(cx: Accessor, size: number): void {
    if (cx.readOnly) throw fsError('rofs');
    cx.quota.fileSize(size);
    this.version++;
    this.toBlob(size > 0);
    this.dropMtime();
    this.blobBytes = null;
    try {
      ftruncateSync(this.descriptor(), size);
    } catch (cause) {
      throw toFsError(cause);
    }
    this.blobBytes = size;
    this.noteWritten(cx);
  }

  sync(): void {
    if (!this.blob) return;
    try {
      fsyncSync(this.descriptor());
      this.context.log.sync();
    } catch (cause) {
      throw toFsError(cause);
    }
  }

  /** Runs `use` on the open contents. */
  withDescriptor<T>(use: (fd: number) => T): T {
    this.handles++;
    try {
      return use(this.descriptor());
    } finally {
      this.release();
    }
  }

  /** Makes the overlay know the file, with its contents still the folder's. */
  pin(tx: Transaction): number {
    if (this.id !== null) return this.id;
    const parent = existing(this.parent);
    const seen = this.contentStat();
    const id = this.context.nextId();
    parent.pin(tx);
    if (this.origin !== null) {
      const [directory, name] = splitLower(this.origin);
      this.context.cover(tx, directory, name, seen, true);
    }
    this.id = id;
    this.attributes = { mode: seen.mode, ino: seen.ino, atimeNs: null, mtimeNs: null };
    tx.onFailure(() => {
      this.id = null;
      this.attributes = null;
    });
    tx.add(this.record(), () => {
      if (this.origin !== null && this.context.opened.get(this.origin) === this) this.context.opened.delete(this.origin);
    });
    parent.cover(tx, this.name, this, id);
    return id;
  }

  record(): LogRecord {
    if (this.id === null || this.attributes === null) throw new Error('a file without id has no record');
    return { t: 'file', id: this.id, origin: this.origin, blob: this.blob, attributes: this.attributes };
  }

  /** The last name is gone: the blob lives on in what is open. */
  forget(): void {
    this.parent = null;
    if (this.origin !== null && this.context.opened.get(this.origin) === this) this.context.opened.delete(this.origin);
    if (!this.blob || this.id === null) return;
    if (this.handles > 0) this.descriptor();
    this.context.blobs.remove(this.id);
  }

  /** Takes the blob that `create` made. */
  adopt(id: number, fd: number, attributes: Attributes): void {
    this.id = id;
    this.blob = true;
    this.attributes = attributes;
    this.fd = fd;
    this.blobBytes = 0;
  }

  /** Copy-up: the contents become a blob of the upper layer, `withContents` or empty. */
  toBlob(withContents: boolean): void {
    if (this.blob) return;
    const orphan = this.parent === null;
    if (this.id === null && !orphan) this.context.transact((tx) => this.pin(tx));
    const id = (this.id ??= this.context.nextId());
    const source = this.descriptor();
    let fd: number;
    try {
      if (withContents) {
        this.blobBytes = this.copy(id, source);
        fd = this.context.blobs.open(id);
      } else {
        fd = this.context.blobs.create(id);
        this.blobBytes = 0;
      }
      if (this.origin !== null) this.context.keepBase(this.origin, source);
    } catch (cause) {
      this.context.blobs.remove(id);
      throw toFsError(cause);
    }
    this.blob = true;
    try {
      this.save();
    } catch (cause) {
      this.blob = false;
      closeSync(fd);
      throw cause;
    }
    this.fd = fd;
    closeSync(source);
    if (orphan) this.context.blobs.remove(id);
    if (this.handles === 0) this.closeFd();
  }

  /** Gives how many bytes were copied. */
  private copy(id: number, source: number): number {
    for (let attempt = 1; ; attempt++) {
      const before = toStat(fstatSync(source, { bigint: true }));
      this.context.blobs.copyFrom(id, source);
      const after = toStat(fstatSync(source, { bigint: true }));
      const known = this.origin === null ? undefined : this.context.bases.get(this.origin);
      if (before.mtimeNs === after.mtimeNs && before.size === after.size) {
        // What was copied is what the change is based on, also where the file changed since it was first covered.
        if (this.origin !== null && known !== undefined && (known.mtimeNs !== after.mtimeNs || known.size !== after.size)) {
          const base = toBase(after, hashOfFd(source, after.size));
          const path = this.origin;
          this.context.transact((tx) => tx.add({ t: 'base', path, base }, () => void this.context.bases.set(path, base)));
        }
        return after.size;
      }
      if (attempt === copyAttempts) throw fsError('again');
    }
  }

  /** Tells a ledger once: most files are written in many pieces. */
  private noteWritten(cx: Accessor): void {
    if (this.notedIn === cx.ledger) return;
    this.notedIn = cx.ledger;
    cx.ledger.written(this.guestPath());
  }

  private change(cx: Accessor, edit: (own: Attributes) => void): void {
    if (cx.readOnly) throw fsError('rofs');
    this.parent?.mayChange(cx, this.name);
    if (this.id === null && this.parent !== null) this.context.transact((tx) => this.pin(tx));
    const seen = this.contentStat();
    this.replaceAttributes(edit, this.attributes ?? { mode: seen.mode, ino: seen.ino, atimeNs: null, mtimeNs: null });
    cx.ledger.written(this.guestPath());
  }

  /** A time that was set holds until the next write. */
  private dropMtime(): void {
    const own = this.attributes;
    if (own === null || own.mtimeNs === null) return;
    this.replaceAttributes((edited) => {
      edited.mtimeNs = null;
    }, own);
  }

  private replaceAttributes(edit: (own: Attributes) => void, from: Attributes): void {
    const before = this.attributes;
    const own = { ...from };
    edit(own);
    this.attributes = own;
    try {
      this.save();
    } catch (cause) {
      this.attributes = before;
      throw cause;
    }
  }

  /** Tells the log what is held of this file; one that has no name any more ends with its handles. */
  private save(): void {
    if (this.parent === null) return;
    this.context.transact((tx) => tx.add(this.record(), () => undefined));
  }

  private recentStat(): Stat | null {
    if (this.blob || this.fd === null) return null;
    return performance.now() - this.seenAtMs < seenForMs ? this.seen : null;
  }

  private contentStat(): Stat {
    try {
      if (this.fd !== null) return toStat(fstatSync(this.fd, { bigint: true }));
      if (this.blob) return this.context.blobs.stat(this.id ?? -1);
    } catch (cause) {
      throw toFsError(cause);
    }
    if (this.id === null && this.seen !== null) return this.seen;
    return existing(this.lowerStat());
  }

  private lowerStat(): Stat | null {
    if (this.origin === null) return null;
    const [directory, name] = splitLower(this.origin);
    return this.context.lower.stat(directory, name);
  }

  private closeFd(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }
}

class OverlayHandle implements OpenFile {
  readonly kind = 'file';
  private closed = false;
  constructor(private readonly file: OverlayFile) {}
  stat(): Stat {
    return this.file.stat();
  }
  read(cx: Accessor, into: Uint8Array, offset: number): number {
    return this.file.read(cx, into, offset);
  }
  write(cx: Accessor, from: Uint8Array, offset: number): number {
    return this.file.write(cx, from, offset);
  }
  truncate(cx: Accessor, size: number): void {
    this.file.truncate(cx, size);
  }
  allocate(cx: Accessor, offset: number, length: number): void {
    cx.quota.fileSize(offset + length);
    if (offset + length > this.file.stat().size) this.file.truncate(cx, offset + length);
  }
  setTimes(cx: Accessor, times: SetTimes): void {
    this.file.setTimes(cx, times);
  }
  chmod(cx: Accessor, mode: number): void {
    this.file.chmod(cx, mode);
  }
  sync(): void {
    this.file.sync();
  }
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.file.release();
  }
}
