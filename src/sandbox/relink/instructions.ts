import type { Reader } from './reader';

/*
 * How long instructions are: enough to go from one to the next. Names of immediates are those of the standard.
 */

/** The longest LEB128 number there is, of 64 bits. */
const lebBytes = 10;
const leb = (reader: Reader): void => reader.skipLeb('immediate', lebBytes);

function memarg(reader: Reader): void {
  // With bit 6 of the alignment set, a memory's index follows.
  const align = reader.u32('alignment');
  if (align & 0x40) leb(reader);
  leb(reader);
}

function vector(reader: Reader): void {
  for (let count = reader.u32('vector'); count > 0; count--) leb(reader);
}

/** Numbers, one after another, that instructions of one byte take; null: unknown here. Those without any are not listed. */
function lebsOf(code: number): number | null {
  if (code >= 0x02 && code <= 0x04) return 1; // block, loop, if
  if (code <= 0x01 || code === 0x05 || code === 0x0b || code === 0x0f) return 0; // unreachable, nop, else, end, return
  if (code >= 0x06 && code <= 0x09) return 1; // try, catch, throw, rethrow
  if (code === 0x0a || code === 0x19) return 0; // throw_ref, catch_all
  if (code === 0x0c || code === 0x0d || code === 0x18) return 1; // br, br_if, delegate
  if (code === 0x10 || code === 0x12 || code === 0x14 || code === 0x15) return 1; // call, return_call, …_ref
  if (code === 0x11 || code === 0x13) return 2; // call_indirect, return_call_indirect
  if (code === 0x1a || code === 0x1b) return 0; // drop, select
  if (code >= 0x20 && code <= 0x26) return 1; // locals, globals, tables
  if (code >= 0x3f && code <= 0x42) return 1; // memory.size, memory.grow, i32.const, i64.const
  if (code >= 0x45 && code <= 0xc4) return 0; // numeric
  if (code === 0xd0 || code === 0xd2) return 1; // ref.null, ref.func
  return code === 0xd1 ? 0 : null; // ref.is_null
}

/** Skips one instruction; false where it is unknown here. Throws where it is cut off. */
export function skipInstruction(reader: Reader): boolean {
  const code = reader.byte('instruction');
  const lebs = lebsOf(code);
  if (lebs !== null) {
    for (let count = lebs; count > 0; count--) leb(reader);
    return true;
  }
  if (code >= 0x28 && code <= 0x3e) memarg(reader);
  else if (code === 0x0e) {
    vector(reader); // br_table
    leb(reader);
  } else if (code === 0x1c)
    vector(reader); // select with types
  else if (code === 0x43) reader.skip(4, 'f32');
  else if (code === 0x44) reader.skip(8, 'f64');
  else if (code === 0xfc) return skipBulk(reader);
  else if (code === 0xfd) return skipVector(reader);
  else if (code === 0xfe) return skipAtomic(reader);
  else return false;
  return true;
}

/** Saturating conversions, and bulk operations on memories and tables. */
function skipBulk(reader: Reader): boolean {
  const code = reader.u32('instruction');
  if (code > 17) return false;
  const lebs = code <= 7 ? 0 : code === 8 || code === 10 || code === 12 || code === 14 ? 2 : 1;
  for (let count = lebs; count > 0; count--) leb(reader);
  return true;
}

function skipVector(reader: Reader): boolean {
  const code = reader.u32('instruction');
  if (code > 0x113) return false;
  if (code <= 11 || code === 92 || code === 93) memarg(reader);
  else if (code === 12 || code === 13)
    reader.skip(16, 'v128'); // v128.const, i8x16.shuffle
  else if (code >= 21 && code <= 34) reader.skip(1, 'lane');
  else if (code >= 84 && code <= 91) {
    memarg(reader);
    reader.skip(1, 'lane');
  }
  return true;
}

function skipAtomic(reader: Reader): boolean {
  const code = reader.u32('instruction');
  if (code === 3)
    reader.skip(1, 'fence'); // atomic.fence
  else if (code <= 2 || (code >= 0x10 && code <= 0x4e)) memarg(reader);
  else return false;
  return true;
}
