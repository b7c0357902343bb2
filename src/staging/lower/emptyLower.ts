import { fsError } from '../errno';
import type { Stat } from '../vfs';
import type { LowerEntryStat, LowerListing } from './lower';
import type { NamedLower } from './spelledLower';

/** A folder with nothing in it: what lies under the scratch of a conversation. */
export class EmptyLower implements NamedLower {
  private readonly top: Stat;

  constructor(madeAtMs: number) {
    const madeAtNs = BigInt(madeAtMs) * 1_000_000n;
    this.top = {
      dev: 0x746dn,
      ino: 1n,
      kind: 'directory',
      nlink: 1,
      size: 4096,
      mode: 0o777,
      atimeNs: madeAtNs,
      mtimeNs: madeAtNs,
      ctimeNs: madeAtNs,
    };
  }
  stat(): Stat | null {
    return null;
  }
  lookup(): null {
    return null;
  }
  folds(): boolean {
    return false;
  }
  statDirectory(directory: string): Stat | null {
    return directory === '' ? this.top : null;
  }
  isKnownDirectory(): boolean {
    return false;
  }
  wasFile(): boolean {
    return false;
  }
  list(directory: string): LowerListing | null {
    return directory === '' ? { entries: [], unnameable: false } : null;
  }
  listStats(): readonly LowerEntryStat[] {
    return [];
  }
  openFile(): never {
    throw fsError('noent');
  }
  readlink(): never {
    throw fsError('noent');
  }
  dispose(): void {
    // Holds nothing open.
  }
}
