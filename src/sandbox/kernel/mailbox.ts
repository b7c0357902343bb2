import { mailbox, mailboxState, refusedGrowth } from '../mailbox';

/*
 * The mailbox in a guest's memory, as docs/kernel.md lays it down. Indexes count i32 words of the mailbox.
 * Everything here was, or may be, written by the guest: read a value once and believe none of it.
 */

const at = (field: keyof typeof mailbox): number => mailbox[field] / 4;

export const STATE = at('state');
export const ARMED = at('armed');
export const SLEEPING = at('sleeping');
export const SPIN = at('spin');
export const CALL = at('call');
export const RESULT = at('result');
const ARGS = at('args');
/** Pages that the last growth of the memory asked for where it was refused. */
export const REFUSED = refusedGrowth / 4;

export const { asked: ASKED, answered: ANSWERED, die: DIE } = mailboxState;

/** Gives the guest the call's result; true where it slept and had to be woken. */
export function answer(ints: Int32Array, result: number): boolean {
  ints[RESULT] = result;
  Atomics.store(ints, STATE, ANSWERED);
  if (Atomics.load(ints, SLEEPING) === 0) return false;
  Atomics.notify(ints, STATE);
  return true;
}

/** Makes the guest trap: in the call it waits in, or as soon as it asks for the next one. */
export function die(ints: Int32Array): void {
  Atomics.store(ints, STATE, DIE);
  Atomics.notify(ints, STATE);
}

/** A call's arguments; each is to be read once. */
export class Args {
  constructor(private readonly ints: Int32Array) {}

  i32(index: number): number {
    return this.ints[ARGS + 2 * index] ?? 0;
  }

  u32(index: number): number {
    return this.i32(index) >>> 0;
  }

  u64(index: number): bigint {
    return (BigInt(this.high(index) >>> 0) << 32n) | BigInt(this.u32(index));
  }

  i64(index: number): bigint {
    return (BigInt(this.high(index)) << 32n) | BigInt(this.u32(index));
  }

  /** A u64 as a number: exact up to 2^53, and above it still larger than whatever it is compared with. */
  size(index: number): number {
    return (this.high(index) >>> 0) * 0x1_0000_0000 + this.u32(index);
  }

  /** An i64 as a number: exact up to 2^53 in both directions. */
  offset(index: number): number {
    return this.high(index) * 0x1_0000_0000 + this.u32(index);
  }

  private high(index: number): number {
    return this.ints[ARGS + 2 * index + 1] ?? 0;
  }
}
