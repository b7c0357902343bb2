import { createHash, hash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';

const chunkBytes = 1024 * 1024;

export function hashOfText(text: string | Uint8Array): string {
  return hash('sha256', text, 'hex');
}

/** SHA-256 of an open file from its start, a chunk at a time. `size` is a hint. */
export function hashOfFd(fd: number, size: number, close = false): string {
  try {
    const whole = createHash('sha256');
    const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(chunkBytes, size + 1)));
    for (let at = 0; ;) {
      const read = readSync(fd, chunk, 0, chunk.length, at);
      if (read === 0) break;
      whole.update(chunk.subarray(0, read));
      at += read;
    }
    return whole.digest('hex');
  } finally {
    if (close) closeSync(fd);
  }
}

/** All bytes of an open file, for contents that are known to be small. */
export function readWhole(fd: number, size = fstatSync(fd).size): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  while (at < bytes.length) {
    const read = readSync(fd, bytes, at, bytes.length - at, at);
    if (read === 0) break;
    at += read;
  }
  return bytes.subarray(0, at);
}
