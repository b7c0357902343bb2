import { fsError } from '../../staging/errno';
import type { Accessor, Stat } from '../../staging/vfs';
import { copyViews } from './copyViews';
import {
  Description,
  fdflag,
  filetype,
  WOULD_BLOCK,
  type Cancel,
  type PendingRead,
  type PendingWrite,
  type Readiness,
} from './description';
import { totalLength } from './guestMemory';
import { streamRights } from './rights';
import { streamStat } from './streamStat';

/** What a pipe holds, as on Linux. */
export const pipeBytes = 65_536;
/** Writes up to here are never torn apart (PIPE_BUF). */
export const atomicBytes = 4096;

/** Writes from here on go straight to a reader that waits. */
const directBytes = 16_384;
/** With so many bytes in the ring a reader that waits is woken at once. */
const wakeBytes = 32_768;

/** Calls back as soon as no call has come for a few microseconds. */
export type WhenQuiet = (callback: () => void) => void;

/**
 * The bytes between two ends. Where a reader waits, the bytes of a large write go straight from memory to memory; else
 * they go through the ring. Small ones gather there while the writer goes on, since to wake a reader costs more than they
 * do. The ring is made with the first byte that has to wait, so idle pipes cost nothing.
 */
export class Pipe {
  #ring: Uint8Array | null = null;
  #start = 0;
  #used = 0;
  readonly #reads: PendingRead[] = [];
  readonly #writes: PendingWrite[] = [];
  readonly #watchers = new Set<() => void>();
  #readers = 0;
  #writers = 0;
  #feeding = false;

  constructor(private readonly whenQuiet: WhenQuiet) {}

  get used(): number {
    return this.#used;
  }

  get free(): number {
    return pipeBytes - this.#used;
  }

  get hasReaders(): boolean {
    return this.#readers > 0;
  }

  get hasWriters(): boolean {
    return this.#writers > 0;
  }

  openReader(): void {
    this.#readers++;
  }

  openWriter(): void {
    this.#writers++;
  }

  closeReader(): void {
    if (--this.#readers > 0) return;
    this.settleAll();
    this.#changed();
  }

  /** Nobody will read any more: drops what it holds, and whoever waits to write learns it. */
  settleAll(): void {
    this.#used = 0;
    this.#ring = null;
    for (const request of this.#writes.splice(0)) request.settle(request.written > 0 ? request.written : -1);
  }

  closeWriter(): void {
    if (--this.#writers > 0) return;
    this.#feed();
    for (const request of this.#reads.splice(0)) request.settle(0);
    this.#changed();
  }

  /**
   * `linger`: with little in the ring and a writer that may give more, the read is to wait for a quiet moment, so that a
   * reader as fast as its writer does not take each small write by itself.
   */
  read(views: readonly Uint8Array[], linger: boolean): number {
    if (views.length === 0) return 0;
    this.#feed();
    if (linger && this.#used > 0 && this.#used < wakeBytes && this.hasWriters && totalLength(views) > this.#used) return WOULD_BLOCK;
    let bytes = this.#take(views, 0);
    // A writer that waits gives the rest from its own memory.
    for (let request = this.#writes[0]; request && this.#used === 0; request = this.#writes[0]) {
      const moved = copyViews(request.views, request.written, views, bytes);
      if (moved === 0) break;
      bytes += moved;
      request.written += moved;
      if (request.written < request.total) break;
      this.#writes.shift();
      request.settle(request.total);
    }
    if (bytes > 0) {
      this.#refill();
      this.#changed();
      return bytes;
    }
    return this.hasWriters ? WOULD_BLOCK : 0;
  }

  /** What there is, but nothing behind the first byte `until`: whoever reads line by line asks once a line, not once a byte. */
  readUntil(view: Uint8Array, until: number): number {
    if (view.length === 0) return 0;
    this.#feed();
    if (this.#used === 0) this.#refill();
    const bytes = this.#takeUntil(view, until);
    if (bytes > 0) {
      this.#refill();
      this.#changed();
      return bytes;
    }
    return this.hasWriters ? WOULD_BLOCK : 0;
  }

  queueRead(request: PendingRead): Cancel {
    this.#reads.push(request);
    if (this.#used > 0) this.#feedSoon();
    return () => remove(this.#reads, request);
  }

  /** Bytes taken from `from` on, or `WOULD_BLOCK`; EPIPE where nobody reads. */
  write(views: readonly Uint8Array[], total: number): number {
    if (!this.hasReaders) throw fsError('pipe');
    if (total === 0) return 0;
    if (this.#writes.length > 0) return WOULD_BLOCK;
    const written = this.#give(views, 0, total);
    if (written > 0) this.#changed();
    return written > 0 ? written : WOULD_BLOCK;
  }

  queueWrite(request: PendingWrite): Cancel {
    this.#writes.push(request);
    return () => {
      remove(this.#writes, request);
      if (this.#writes.length > 0) this.#refill();
    };
  }

  watch(changed: () => void): Cancel {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** To waiting readers first, then into the ring, until neither takes more. Gives the bytes taken. */
  #give(views: readonly Uint8Array[], from: number, total: number): number {
    let done = from;
    for (;;) {
      for (let request = this.#reads[0]; request && this.#used === 0 && total - done >= directBytes; request = this.#reads[0]) {
        if (request.until !== undefined) break;
        const moved = copyViews(views, done, request.views, 0);
        done += moved;
        this.#reads.shift();
        request.settle(moved);
      }
      const room = this.free;
      if (done === total || room === 0 || (total <= atomicBytes && total - done > room)) return done - from;
      done += this.#fill(views, done, total);
      if (this.#reads.length === 0) return done - from;
      if (done === total && this.#used < wakeBytes) {
        this.#feedSoon();
        return done - from;
      }
      this.#feed();
    }
  }

  #fill(views: readonly Uint8Array[], from: number, total: number): number {
    const ring = (this.#ring ??= new Uint8Array(pipeBytes));
    let done = from;
    while (done < total && this.#used < pipeBytes) {
      const end = (this.#start + this.#used) % pipeBytes;
      const stretch = Math.min(pipeBytes - end, pipeBytes - this.#used);
      const moved = copyViews(views, done, [ring.subarray(end, end + stretch)], 0);
      done += moved;
      this.#used += moved;
    }
    return done - from;
  }

  #feedSoon(): void {
    if (this.#feeding) return;
    this.#feeding = true;
    this.whenQuiet(() => {
      this.#feeding = false;
      this.#feed();
      this.#refill();
    });
  }

  /** Gives waiting readers what is in the ring. */
  #feed(): void {
    for (let request = this.#reads[0]; request && this.#used > 0; request = this.#reads[0]) {
      this.#reads.shift();
      const [view] = request.views;
      request.settle(request.until !== undefined && view ? this.#takeUntil(view, request.until) : this.#take(request.views, 0));
    }
  }

  #takeUntil(view: Uint8Array, until: number): number {
    const ring = this.#ring;
    if (!ring) return 0;
    const stretch = Math.min(this.#used, pipeBytes - this.#start);
    let found = ring.subarray(this.#start, this.#start + stretch).indexOf(until);
    if (found < 0 && stretch < this.#used) {
      const wrapped = ring.subarray(0, this.#used - stretch).indexOf(until);
      if (wrapped >= 0) found = stretch + wrapped;
    }
    return this.#take([found < 0 ? view : view.subarray(0, found + 1)], 0);
  }

  #take(views: readonly Uint8Array[], skip: number): number {
    const ring = this.#ring;
    let bytes = skip;
    while (this.#used > 0 && ring) {
      const stretch = Math.min(this.#used, pipeBytes - this.#start);
      const moved = copyViews([ring.subarray(this.#start, this.#start + stretch)], 0, views, bytes);
      if (moved === 0) break;
      bytes += moved;
      this.#used -= moved;
      this.#start = this.#used === 0 ? 0 : (this.#start + moved) % pipeBytes;
    }
    return bytes - skip;
  }

  /** Takes from waiting writers what there is room for now, in their order. */
  #refill(): void {
    for (let request = this.#writes[0]; request; request = this.#writes[0]) {
      request.written += this.#give(request.views, request.written, request.total);
      if (request.written < request.total) return;
      this.#writes.shift();
      request.settle(request.total);
    }
  }

  #changed(): void {
    for (const changed of [...this.#watchers]) changed();
  }
}

export class PipeReader extends Description {
  readonly filetype: number;
  readonly rights = streamRights;

  /** `isTerminal`: a character device without the right to seek, by which libc knows a terminal. */
  constructor(
    private readonly pipe: Pipe,
    isTerminal = false,
  ) {
    super();
    this.filetype = isTerminal ? filetype.characterDevice : filetype.socketStream;
    pipe.openReader();
  }

  override stat(): Stat {
    return streamStat('unsupported', this.pipe.used);
  }

  override read(_cx: Accessor, views: readonly Uint8Array[]): number {
    return this.pipe.read(views, (this.flags & fdflag.nonblock) === 0);
  }

  override readUntil(view: Uint8Array, until: number): number {
    return this.pipe.readUntil(view, until);
  }

  override queueRead(request: PendingRead): Cancel {
    return this.pipe.queueRead(request);
  }

  override readable(): Readiness | null {
    const { used, hasWriters } = this.pipe;
    return used > 0 || !hasWriters ? { bytes: used, hangup: !hasWriters } : null;
  }

  override writable(): null {
    return null;
  }

  override watch(changed: () => void): Cancel {
    return this.pipe.watch(changed);
  }

  protected override close(): void {
    this.pipe.closeReader();
  }
}

export class PipeWriter extends Description {
  readonly filetype = filetype.socketStream;
  readonly rights = streamRights;

  constructor(private readonly pipe: Pipe) {
    super();
    pipe.openWriter();
  }

  override stat(): Stat {
    return streamStat('unsupported', 0);
  }

  override write(_cx: Accessor, views: readonly Uint8Array[], total: number): number {
    return this.pipe.write(views, total);
  }

  override queueWrite(request: PendingWrite): Cancel {
    return this.pipe.queueWrite(request);
  }

  override readable(): null {
    return null;
  }

  override writable(): Readiness | null {
    const { free, hasReaders } = this.pipe;
    return free >= atomicBytes || !hasReaders ? { bytes: free, hangup: !hasReaders } : null;
  }

  override watch(changed: () => void): Cancel {
    return this.pipe.watch(changed);
  }

  protected override close(): void {
    this.pipe.closeWriter();
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
