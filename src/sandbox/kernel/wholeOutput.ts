import type { Accessor, Namespace, OpenFile } from '../../staging/vfs';

/** The file below /tmp that holds the whole output of a run whose output is kept only in part. */
export class WholeOutput {
  #file: OpenFile | null = null;
  #started = false;
  #written = 0;

  /** `path`: where the file is to be, null where this sandbox has no /tmp. */
  constructor(
    private readonly namespace: Namespace,
    private readonly accessor: Accessor,
    private readonly candidate: string | null,
    private readonly maxBytes: number,
  ) {}

  /** Where the file is; null where nothing had to be put aside, or there was no room for it. */
  get path(): string | null {
    return this.#started && this.#written > 0 ? this.candidate : null;
  }

  /** Begins the file, once, with what was written so far. */
  start(before: Uint8Array): void {
    if (this.#started || this.candidate === null) return;
    this.#started = true;
    try {
      const slash = this.candidate.lastIndexOf('/');
      const base = this.namespace.openRoot(this.candidate.slice(0, slash));
      const opened = this.namespace.open(this.accessor, base, this.candidate.slice(slash + 1), {
        read: false,
        write: true,
        create: true,
        exclusive: false,
        truncate: true,
        directory: false,
        follow: false,
        mode: 0o600,
      });
      base.close();
      if (opened.kind === 'file') this.#file = opened;
      this.add(before);
    } catch {
      this.close();
    }
  }

  add(chunk: Uint8Array): void {
    if (!this.#file) return;
    const part = chunk.subarray(0, Math.max(0, this.maxBytes - this.#written));
    try {
      this.#file.write(this.accessor, part, this.#written);
      this.#written += part.length;
    } catch {
      // No room for the rest: what is in the file stays, the kept head and tail are there anyway.
      this.close();
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }
}
