import { fsError } from '../../staging/errno';
import type { Accessor, OpenFile, SetTimes, Stat } from '../../staging/vfs';
import { Description, fdflag, filetype, type Readiness } from './description';
import { fileRights } from './rights';

/** The largest offset: what a double still counts exactly. */
const maxOffset = Number.MAX_SAFE_INTEGER;

export class RegularFile extends Description {
  readonly filetype = filetype.regularFile;
  readonly rights = fileRights;
  #offset = 0;

  constructor(private readonly file: OpenFile) {
    super();
  }

  override stat(): Stat {
    return this.file.stat();
  }

  override read(cx: Accessor, views: readonly Uint8Array[]): number {
    const bytes = this.pread(cx, views, this.#offset);
    this.#offset += bytes;
    return bytes;
  }

  override write(cx: Accessor, views: readonly Uint8Array[], total: number): number {
    if (total === 0) return 0;
    if (this.flags & fdflag.append) this.#offset = this.file.stat().size;
    const bytes = this.#writeAt(cx, views, this.#offset);
    this.#offset += bytes;
    return bytes;
  }

  override pread(cx: Accessor, views: readonly Uint8Array[], offset: number): number {
    if (offset > maxOffset) throw fsError('inval');
    let done = 0;
    for (const view of views) {
      const bytes = this.file.read(cx, view, offset + done);
      done += bytes;
      if (bytes < view.length) break;
    }
    return done;
  }

  override pwrite(cx: Accessor, views: readonly Uint8Array[], offset: number): number {
    if (offset > maxOffset) throw fsError('inval');
    return this.#writeAt(cx, views, this.flags & fdflag.append ? this.file.stat().size : offset);
  }

  #writeAt(cx: Accessor, views: readonly Uint8Array[], offset: number): number {
    let done = 0;
    for (const view of views) {
      if (offset + done + view.length > maxOffset) throw fsError('fbig');
      try {
        done += this.file.write(cx, view, offset + done);
      } catch (error) {
        if (done > 0) break;
        throw error;
      }
    }
    if (this.flags & (fdflag.sync | fdflag.dsync)) this.file.sync();
    return done;
  }

  override seek(delta: number, whence: number): number {
    const base = whence === 0 ? 0 : whence === 1 ? this.#offset : this.file.stat().size;
    const offset = base + delta;
    if (offset < 0) throw fsError('inval');
    if (offset > maxOffset) throw fsError('overflow');
    this.#offset = offset;
    return offset;
  }

  override setSize(cx: Accessor, size: number): void {
    if (size > maxOffset) throw fsError('fbig');
    this.file.truncate(cx, size);
  }

  override allocate(cx: Accessor, offset: number, length: number): void {
    if (length === 0) throw fsError('inval');
    if (offset + length > maxOffset) throw fsError('fbig');
    this.file.allocate(cx, offset, length);
  }

  override setTimes(cx: Accessor, times: SetTimes): void {
    this.file.setTimes(cx, times);
  }

  override chmod(cx: Accessor, mode: number): void {
    this.file.chmod(cx, mode);
  }

  override sync(): void {
    this.file.sync();
  }

  override readable(): Readiness {
    return { bytes: Math.max(0, this.file.stat().size - this.#offset), hangup: false };
  }

  protected override close(): void {
    this.file.close();
  }
}
