import { createHash } from 'node:crypto';
import { fstatSync, fsyncSync, ftruncateSync, futimesSync, readSync } from 'node:fs';
import { writeFully } from '../privateFile';

const chunkBytes = 1024 * 1024;
const zeros = Buffer.alloc(chunkBytes);

/** Copies an open file into another one that is empty, holes left out, and makes it last; gives the SHA-256 of what was copied. */
export function writeContents(source: number, target: number, mtimeNs: bigint | null): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, fstatSync(source).size + 1));
  let at = 0;
  let hasHole = false;
  for (;;) {
    const read = readSync(source, chunk, 0, chunk.length, at);
    if (read === 0) break;
    const bytes = chunk.subarray(0, read);
    hash.update(bytes);
    hasHole = read === chunkBytes && bytes.equals(zeros);
    if (!hasHole) writeFully(target, bytes, at);
    at += read;
  }
  if (hasHole) ftruncateSync(target, at);
  if (mtimeNs !== null) futimesSync(target, Number(mtimeNs) / 1e9, Number(mtimeNs) / 1e9);
  fsyncSync(target);
  return hash.digest('hex');
}
