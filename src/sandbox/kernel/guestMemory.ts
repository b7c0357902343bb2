import { Buffer, isUtf8 } from 'node:buffer';
import { fsError } from '../../staging/errno';
import { mailboxBytes } from '../mailbox';

/** The most buffers one call may name (IOV_MAX). */
const maxIovs = 1024;
/** The most one call reads or writes; what is left is a short count, as POSIX allows. Keeps one call short. */
export const maxTransfer = 16 * 1024 * 1024;
/** PATH_MAX, as on Linux. */
const maxPathBytes = 4096;

/**
 * A guest's memory, looked at from outside. Every access checks its bounds (EFAULT), and looks again whether the memory
 * has grown before it says so.
 */
export class GuestMemory {
  bytes: Uint8Array;
  view: DataView;
  /** The mailbox alone. */
  readonly ints: Int32Array;
  readonly #scratch = Buffer.alloc(maxPathBytes);

  constructor(
    private readonly memory: WebAssembly.Memory | SharedArrayBuffer,
    mailboxAddress: number,
  ) {
    const buffer = this.#buffer();
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.ints = new Int32Array(buffer, mailboxAddress, mailboxBytes / 4);
  }

  get byteLength(): number {
    return this.#buffer().byteLength;
  }

  /** The live bytes at `pointer`; what is read through it must be read once. */
  slice(pointer: number, length: number): Uint8Array {
    this.check(pointer, length);
    return this.bytes.subarray(pointer, pointer + length);
  }

  check(pointer: number, length: number): void {
    if (pointer + length <= this.bytes.length) return;
    const buffer = this.#buffer();
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    if (pointer + length > this.bytes.length) throw fsError('fault');
  }

  /** A copy, so that it stays what it was. */
  copy(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.slice(pointer, length));
  }

  u32(pointer: number): number {
    this.check(pointer, 4);
    return this.view.getUint32(pointer, true);
  }

  setU32(pointer: number, value: number): void {
    this.check(pointer, 4);
    this.view.setUint32(pointer, value, true);
  }

  setU64(pointer: number, value: bigint): void {
    this.check(pointer, 8);
    this.view.setBigUint64(pointer, value, true);
  }

  write(pointer: number, bytes: Uint8Array): void {
    this.slice(pointer, bytes.length).set(bytes);
  }

  /** The buffers of a scatter or gather list; empty ones left out, cut where one call's most is reached. */
  iovs(pointer: number, count: number): Uint8Array[] {
    if (count > maxIovs) throw fsError('inval');
    this.check(pointer, count * 8);
    const views: Uint8Array[] = [];
    let total = 0;
    for (let i = 0; i < count; i++) {
      const start = this.view.getUint32(pointer + 8 * i, true);
      const length = this.view.getUint32(pointer + 8 * i + 4, true);
      this.check(start, length);
      const taken = Math.min(length, maxTransfer - total);
      if (taken > 0) views.push(this.bytes.subarray(start, start + taken));
      total += taken;
    }
    return views;
  }

  /** A path or link text: EILSEQ where it is not UTF-8, EINVAL where it holds NUL, ENAMETOOLONG. */
  path(pointer: number, length: number): string {
    if (length > maxPathBytes) throw fsError('nametoolong');
    const scratch = this.#scratch;
    scratch.set(this.slice(pointer, length));
    const text = scratch.toString('utf8', 0, length);
    if (text.includes('\0')) throw fsError('inval');
    // What is no UTF-8 comes out with a sign that a name may hold too.
    if (text.includes('\uFFFD') && !isUtf8(scratch.subarray(0, length))) throw fsError('ilseq');
    return text;
  }

  #buffer(): ArrayBuffer | SharedArrayBuffer {
    return 'buffer' in this.memory ? this.memory.buffer : this.memory;
  }
}

export function totalLength(views: readonly Uint8Array[]): number {
  let total = 0;
  for (const view of views) total += view.length;
  return total;
}
