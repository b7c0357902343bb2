import { Kept } from './keptOutput';
import { totalLength } from './guestMemory';
import { WOULD_BLOCK, type Cancel, type PendingWrite } from './description';
import type { WholeOutput } from './wholeOutput';

/** Output on its way to the host; guests that would write more wait. */
export const outputWindowBytes = 1024 * 1024;
/** Small writes are gathered up to here before they go to the host. */
const gatherBytes = 65_536;

export type OutputStream = 'stdout' | 'stderr';

export interface OutputOptions {
  readonly keptBytes: number;
  /** Past it `overflowed` is called, once. */
  readonly maxBytes: number;
  readonly overflowed: () => void;
  readonly deliver: (stream: OutputStream, chunk: Uint8Array) => void | Promise<void>;
  readonly whole: WholeOutput;
}

/** Where all output of a run goes, in the order of the writes: kept in part, whole to a file, and on to the host. */
export class Output {
  readonly stdout: Kept;
  readonly stderr: Kept;
  readonly combined: Kept;
  readonly #waiting: { readonly request: PendingWrite; readonly stream: OutputStream }[] = [];
  readonly #watchers = new Set<() => void>();
  #gathered: Uint8Array<ArrayBuffer> | null = null;
  #gatheredBytes = 0;
  #gatheredStream: OutputStream = 'stdout';
  #flushing = false;
  #inFlight = 0;
  #closed = false;

  constructor(private readonly options: OutputOptions) {
    this.stdout = new Kept(options.keptBytes);
    this.stderr = new Kept(options.keptBytes);
    this.combined = new Kept(options.keptBytes);
  }

  get hasRoom(): boolean {
    return this.#inFlight < outputWindowBytes;
  }

  write(stream: OutputStream, views: readonly Uint8Array[], total: number): number {
    if (total === 0) return 0;
    if (!this.hasRoom || this.#waiting.length > 0) return WOULD_BLOCK;
    this.#take(stream, views);
    return total;
  }

  queueWrite(stream: OutputStream, request: PendingWrite): Cancel {
    const entry = { request, stream };
    this.#waiting.push(entry);
    return () => {
      const index = this.#waiting.indexOf(entry);
      if (index >= 0) this.#waiting.splice(index, 1);
    };
  }

  watch(changed: () => void): Cancel {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  }

  /** Sends what was gathered; nothing is taken afterwards. */
  close(): void {
    this.#flush();
    this.#closed = true;
    this.options.whole.close();
  }

  #take(stream: OutputStream, views: readonly Uint8Array[]): void {
    if (this.#closed) return;
    if (this.#gatheredStream !== stream) this.#flush();
    this.#gatheredStream = stream;
    for (const view of views) {
      for (let rest = view; rest.length > 0;) {
        const buffer = (this.#gathered ??= new Uint8Array(gatherBytes));
        const part = rest.subarray(0, gatherBytes - this.#gatheredBytes);
        buffer.set(part, this.#gatheredBytes);
        this.#gatheredBytes += part.length;
        rest = rest.subarray(part.length);
        if (this.#gatheredBytes === gatherBytes) this.#flush();
      }
    }
    if (this.#gatheredBytes > 0 && !this.#flushing) {
      this.#flushing = true;
      setImmediate(() => {
        this.#flushing = false;
        this.#flush();
      });
    }
  }

  #flush(): void {
    const buffer = this.#gathered;
    const bytes = this.#gatheredBytes;
    if (!buffer || bytes === 0 || this.#closed) return;
    this.#gatheredBytes = 0;
    if (bytes === gatherBytes) this.#gathered = null;
    const chunk = bytes === gatherBytes ? buffer : buffer.slice(0, bytes);
    this[this.#gatheredStream].add(chunk);
    if (this.combined.droppedBytes === 0 && this.combined.wouldDrop(bytes)) this.options.whole.start(this.combined.all());
    this.combined.add(chunk);
    this.options.whole.add(chunk);
    this.#send(this.#gatheredStream, chunk);
    if (this.combined.totalBytes > this.options.maxBytes) this.options.overflowed();
  }

  #send(stream: OutputStream, chunk: Uint8Array): void {
    const bytes = chunk.length;
    const sent = this.options.deliver(stream, chunk);
    if (!sent) return;
    this.#inFlight += bytes;
    const through = (): void => {
      this.#inFlight -= bytes;
      this.#drain();
    };
    void sent.then(through, through);
  }

  #drain(): void {
    while (this.hasRoom) {
      const entry = this.#waiting.shift();
      if (!entry) break;
      this.#take(entry.stream, entry.request.views);
      entry.request.written = totalLength(entry.request.views);
      entry.request.settle(entry.request.written);
    }
    if (this.hasRoom) for (const changed of [...this.#watchers]) changed();
  }
}
