import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * V8 does not count shared memory as pressure on its heap: without being told it keeps the memories of guests that ended
 * long ago, each with what the guest used and ten GiB of addresses. So whoever held one says when it let go, and the
 * heap is collected once that is worth it.
 */

/** Collect when the memories let go of came to this many bytes, */
const worthBytes = 64 * 1024 * 1024;
/** or to this many. */
const worthCount = 128;

/** Counts memories that this thread has let go of; collects its heap, a moment later, when it is worth it. */
export class MemoryCollector {
  #bytes = 0;
  #count = 0;
  #due = false;
  readonly #collect: () => void;

  constructor() {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    this.#collect = () => void (typeof collect === 'function' && Reflect.apply(collect, undefined, []));
  }

  letGo(bytes: number): void {
    this.#bytes += bytes;
    this.#count++;
    if (this.#due || (this.#bytes < worthBytes && this.#count < worthCount)) return;
    this.#due = true;
    // After what runs now, which may still hold the memory.
    setImmediate(() => {
      this.#due = false;
      this.#bytes = 0;
      this.#count = 0;
      this.#collect();
    });
  }
}
