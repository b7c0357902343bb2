import { fsError } from '../../staging/errno';
import type { Accessor, SetTimes, Stat } from '../../staging/vfs';

/** `filetype` of preview1. */
export const filetype = {
  unknown: 0,
  blockDevice: 1,
  characterDevice: 2,
  directory: 3,
  regularFile: 4,
  socketDgram: 5,
  socketStream: 6,
  symbolicLink: 7,
} as const;

/** `fdflags` of preview1. */
export const fdflag = { append: 1, dsync: 2, nonblock: 4, rsync: 8, sync: 16 } as const;

/** What `read` and `write` give where nothing can be moved now. */
export const WOULD_BLOCK = -1;

/** A read that waits: bytes go into `views`, then `settle` is called once with their number. 0 is the end of the stream. */
export interface PendingRead {
  readonly views: readonly Uint8Array[];
  /** Nothing behind the first byte of this value is taken. */
  readonly until?: number;
  settle(bytes: number): void;
}

/** A write that waits; `settle` is called once with all that was written, or with -1 where nobody reads any more. */
export interface PendingWrite {
  readonly views: readonly Uint8Array[];
  readonly total: number;
  written: number;
  settle(bytes: number): void;
}

/** Takes a waiting request out of its queue again; it will not be settled. */
export type Cancel = () => void;

export interface Readiness {
  readonly bytes: number;
  readonly hangup: boolean;
}

/**
 * An open file description: shared by every descriptor that `dup` or a child made of it, with its offset and flags. Each
 * kind says what it can do; all else is refused here.
 */
export abstract class Description {
  /** Of `fdflag`. */
  flags = 0;
  #descriptors = 0;

  abstract readonly filetype: number;
  /** What applies to a descriptor of this kind; see rights.ts. */
  abstract readonly rights: number;

  abstract stat(): Stat;

  retain(): void {
    this.#descriptors++;
  }

  release(): void {
    if (--this.#descriptors === 0) this.close();
  }

  /** The last descriptor is gone. */
  protected close(): void {}

  /** Bytes moved, 0 at the end, or `WOULD_BLOCK`. */
  read(_cx: Accessor, _views: readonly Uint8Array[]): number {
    throw fsError('badf');
  }

  /** As `read`, but takes nothing behind the first byte `until`. For streams alone. */
  readUntil(_view: Uint8Array, _until: number): number {
    throw fsError('notsup');
  }

  queueRead(_request: PendingRead): Cancel {
    throw fsError('again');
  }

  /** Bytes moved, fewer than `total` where the rest has to wait, or `WOULD_BLOCK`. */
  write(_cx: Accessor, _views: readonly Uint8Array[], _total: number): number {
    throw fsError('badf');
  }

  queueWrite(_request: PendingWrite): Cancel {
    throw fsError('again');
  }

  pread(_cx: Accessor, _views: readonly Uint8Array[], _offset: number): number {
    throw fsError('spipe');
  }

  pwrite(_cx: Accessor, _views: readonly Uint8Array[], _offset: number): number {
    throw fsError('spipe');
  }

  /** The new offset. */
  seek(_delta: number, _whence: number): number {
    throw fsError('spipe');
  }

  setFlags(flags: number): void {
    this.flags = flags;
  }

  setSize(_cx: Accessor, _size: number): void {
    throw fsError('inval');
  }

  allocate(_cx: Accessor, _offset: number, _length: number): void {
    throw fsError('nodev');
  }

  setTimes(_cx: Accessor, _times: SetTimes): void {
    throw fsError('inval');
  }

  chmod(_cx: Accessor, _mode: number): void {
    throw fsError('inval');
  }

  sync(): void {
    throw fsError('inval');
  }

  /** What can be read now; null: nothing yet. */
  readable(): Readiness | null {
    return { bytes: 1, hangup: false };
  }

  writable(): Readiness | null {
    return { bytes: 65_536, hangup: false };
  }

  /** Calls `changed` whenever readiness may have changed, until cancelled. */
  watch(_changed: () => void): Cancel {
    return () => {};
  }
}
