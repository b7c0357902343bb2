/*
 * The core makes a guest's memory on the extension host's own thread, whose heap then holds it until V8 collects that,
 * and V8 does not count shared memory as a reason to (collectMemory.ts has the same for the threads that are ours alone).
 * To collect at once would hold up every extension for as long as that takes. A large buffer that nobody writes to costs
 * nothing, but V8 counts it, and then collects bit by bit, most of it on other threads.
 */

/** Tell V8 when the memories let go of came to this many bytes, */
const worthBytes = 256 * 1024 * 1024;
/** or to this many. */
const worthCount = 128;
/** V8 begins to collect when 64 MiB outside its heap have come since the last time. */
const toldBytes = 96 * 1024 * 1024;

/** Counts memories that this thread has let go of; has V8 collect them when it is worth it. */
export class MemoryPressure {
  #bytes = 0;
  #count = 0;

  letGo(bytes: number): void {
    this.#bytes += bytes;
    this.#count++;
    if (this.#bytes < worthBytes && this.#count < worthCount) return;
    this.#bytes = 0;
    this.#count = 0;
    // After what runs now, which may still hold the memory. The buffer is dropped at once: it has been counted.
    setImmediate(() => void new ArrayBuffer(toldBytes));
  }
}
