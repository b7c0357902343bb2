import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hashOfText, readWhole } from '../contentHash';
import { createPrivateFile, makePrivateDirectory, writeFully } from '../privateFile';

/**
 * What files of the folder held when the overlay first changed them, so that a conflict can be shown with all three
 * sides. Small files alone, one file of the host a content, named by its SHA-256. It is for a reader: where something
 * cannot be kept (no space), nothing else fails.
 */
export class KeptBases {
  private isMade = false;

  constructor(private readonly directory: string) {}

  /** Nothing is kept where the bytes have another hash than `hash`. */
  keep(bytes: Uint8Array, hash: string): void {
    if (hashOfText(bytes) !== hash) return;
    try {
      if (!this.isMade) makePrivateDirectory(this.directory);
      this.isMade = true;
      const fd = createPrivateFile(join(this.directory, hash));
      try {
        writeFully(fd, bytes);
      } finally {
        closeSync(fd);
      }
    } catch {
      // Kept already, or no space.
    }
  }

  /** Null where these contents were not kept, or not wholly. */
  read(hash: string): Buffer | null {
    let fd: number;
    try {
      fd = openSync(join(this.directory, hash), 'r');
    } catch {
      return null;
    }
    try {
      const bytes = readWhole(fd);
      return hashOfText(bytes) === hash ? bytes : null;
    } finally {
      closeSync(fd);
    }
  }

  /** Gives up all but these. */
  keepOnly(hashes: ReadonlySet<string>): void {
    let names: string[];
    try {
      names = readdirSync(this.directory);
    } catch {
      return; // nothing was ever kept
    }
    for (const name of names) if (!hashes.has(name)) rmSync(join(this.directory, name), { force: true });
  }
}
