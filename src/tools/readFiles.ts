import path from 'node:path';

/** Which files a conversation has read or written, and what stood in them then. What it has not seen it cannot overwrite. */
export class ReadFiles {
  readonly #fingerprints = new Map<string, string>();

  /** Notes what a read or a write gave; a call that gave nothing changes nothing. */
  note(givenPath: string, fingerprint: string | undefined): void {
    if (fingerprint !== undefined) this.#fingerprints.set(keyOf(givenPath), fingerprint);
  }

  fingerprint(givenPath: string): string | undefined {
    return this.#fingerprints.get(keyOf(givenPath));
  }
}

/** `./a//b.txt`, `/workspace/a/b.txt` and `a/b.txt` are one file. */
function keyOf(givenPath: string): string {
  return path.posix.resolve('/workspace', givenPath.replace(/^file:\/\//, ''));
}
