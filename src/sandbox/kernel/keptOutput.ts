import type { KeptOutput } from '../sandbox';

/** Keeps the head and the tail of a stream in at most `maxBytes`, in two flat buffers that grow as they are needed. */
export class Kept {
  #head = new Uint8Array(0);
  #headBytes = 0;
  #tail = new Uint8Array(0);
  /** All bytes that ever went to the tail; where it wraps they are written round and round. */
  #tailWritten = 0;
  readonly #half: number;

  constructor(maxBytes: number) {
    this.#half = Math.max(0, Math.floor(maxBytes / 2));
  }

  get totalBytes(): number {
    return this.#headBytes + this.#tailWritten;
  }

  get droppedBytes(): number {
    return Math.max(0, this.#tailWritten - this.#half);
  }

  /** Whether so many more bytes would make it drop some. */
  wouldDrop(bytes: number): boolean {
    return this.totalBytes + bytes > 2 * this.#half;
  }

  /** Copies what it keeps. */
  add(chunk: Uint8Array): void {
    const first = Math.min(chunk.length, this.#half - this.#headBytes);
    if (first > 0) {
      this.#head = grown(this.#head, this.#headBytes + first, this.#half);
      this.#head.set(chunk.subarray(0, first), this.#headBytes);
      this.#headBytes += first;
    }
    if (first < chunk.length) this.#addToTail(chunk.subarray(first));
  }

  /** All that was added, in order; only while nothing was dropped. */
  all(): Uint8Array {
    const { head, tail } = this.result();
    const all = new Uint8Array(head.length + tail.length);
    all.set(head);
    all.set(tail, head.length);
    return all;
  }

  result(): KeptOutput {
    const kept = Math.min(this.#tailWritten, this.#half);
    const tail = new Uint8Array(kept);
    const start = this.#tailWritten <= this.#half || this.#half === 0 ? 0 : this.#tailWritten % this.#half;
    tail.set(this.#tail.subarray(start, kept));
    tail.set(this.#tail.subarray(0, start), kept - start);
    return { head: this.#head.slice(0, this.#headBytes), tail, droppedBytes: this.droppedBytes, totalBytes: this.totalBytes };
  }

  #addToTail(chunk: Uint8Array): void {
    const half = this.#half;
    const skipped = Math.max(0, chunk.length - half);
    let at = this.#tailWritten + skipped;
    this.#tailWritten += chunk.length;
    if (half === 0) return;
    this.#tail = grown(this.#tail, Math.min(half, this.#tailWritten), half);
    for (let rest = chunk.subarray(skipped); rest.length > 0;) {
      const part = rest.subarray(0, half - (at % half));
      this.#tail.set(part, at % half);
      at += part.length;
      rest = rest.subarray(part.length);
    }
  }
}

function grown(buffer: Uint8Array<ArrayBuffer>, needed: number, most: number): Uint8Array<ArrayBuffer> {
  if (needed <= buffer.length) return buffer;
  const larger = new Uint8Array(Math.min(most, Math.max(needed, 2 * buffer.length, 4096)));
  larger.set(buffer);
  return larger;
}
