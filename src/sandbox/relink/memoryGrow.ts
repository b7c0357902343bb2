import type { Reader } from './reader';
import { u32 } from './writer';
import { skipInstruction } from './instructions';

const memoryGrow = 0x40;
const call = 0x10;
/** `memory.grow` of the one memory there is. */
const growBytes = Uint8Array.of(memoryGrow, 0);

/**
 * The function bodies with each `memory.grow` made a call of `growFunction`, so that a growth that was refused can be
 * told. Bodies without one are taken as they are, as is a body with an instruction that is not known here. `code` are
 * the bodies, each with its length before it.
 */
export function callInsteadOfGrow(code: Reader, growFunction: number): Uint8Array[] {
  const { bytes, end } = code;
  const search = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [];
  let taken = code.offset;
  let next = search.indexOf(growBytes, code.offset);
  const reader = code.fork();
  while (next >= 0 && next < end && !reader.done) {
    const start = reader.offset;
    const body = reader.range(reader.u32('length of a function body'), 'function body');
    if (next >= body.end) continue;
    const grows = next >= body.offset ? growsOf(body) : [];
    if (grows.length > 0) {
      const changed = changedBody(body, grows, growFunction);
      pieces.push(bytes.subarray(taken, start), Uint8Array.from(u32(changed.length)), changed);
      taken = body.end;
    }
    next = search.indexOf(growBytes, body.end);
  }
  pieces.push(bytes.subarray(taken, end));
  return pieces;
}

/** Where in a body a `memory.grow` begins; none where the body is not understood to its end. */
function growsOf(body: Reader): number[] {
  const reader = body.fork();
  const grows: number[] = [];
  try {
    for (let groups = reader.u32('locals'); groups > 0; groups--) {
      reader.u32('locals');
      reader.skipLeb('type of locals', 5);
    }
    while (!reader.done) {
      const at = reader.offset;
      if (reader.bytes[at] === memoryGrow && reader.bytes[at + 1] === 0) grows.push(at);
      if (!skipInstruction(reader)) return [];
    }
  } catch {
    // The engine will say what is wrong with it.
    return [];
  }
  return grows;
}

function changedBody(body: Reader, grows: readonly number[], growFunction: number): Uint8Array {
  const replacement = [call, ...u32(growFunction)];
  const changed = new Uint8Array(body.end - body.offset + grows.length * (replacement.length - growBytes.length));
  let from = body.offset;
  let to = 0;
  for (const at of grows) {
    changed.set(body.bytes.subarray(from, at), to);
    to += at - from;
    changed.set(replacement, to);
    to += replacement.length;
    from = at + growBytes.length;
  }
  changed.set(body.bytes.subarray(from, body.end), to);
  return changed;
}
