import { sameObject } from '../hostStat';
import type { Stat } from '../vfs';
import { fsError } from '../errno';
import { joinLower, splitLower, type Lower, type LowerEntryStat, type LowerListing } from './lower';
import { isAscii, otherSpelling, spellingKey } from './spelling';

/** A folder that also knows by which names it has what it has. Everything but `lookup` takes a name as it stands there. */
export interface NamedLower extends Lower {
  /** What a name leads to, with the name that it has there: another spelling leads to it where the folder takes no notice of that. */
  lookup(directory: string, name: string): { readonly name: string; readonly stat: Stat } | null;
  /** Whether a directory takes no notice of case. */
  folds(directory: string): boolean;
}

interface Known {
  /** Null until a name of the directory was tried in its other case. */
  folds: boolean | null;
  /** Names that were listed; looked at where spelling matters, and read anew for one that is not among them. */
  names: ReadonlySet<string> | null;
}

/**
 * Many systems lead several spellings of a name to one entry: case on macOS and Windows, Unicode form on macOS. Here a
 * name is there only if the directory lists it just so, so that whoever keeps notes by names keeps one for each entry.
 * Found out by trying, a directory at a time: where the other case of a name that is there leads to the very same
 * object, and the directory does not list both (they could be two links of one file), it takes no notice of case.
 */
export class SpelledLower implements NamedLower {
  private readonly known = new Map<string, Known>();
  /** True once a directory was found that takes no notice of case: paths of directories are checked only then. */
  private anyFolds = false;

  constructor(
    private readonly inner: Lower,
    /** Whether the directory takes no notice of case that the folder itself stands in: it tells of an empty one. */
    private readonly foldsAbove: () => boolean,
  ) {}

  lookup(directory: string, name: string): { name: string; stat: Stat } | null {
    const stat = this.inner.stat(directory, name);
    if (stat === null) return null;
    if (this.isListed(directory, name, stat)) return { name, stat };
    const key = spellingKey(name);
    for (const each of this.of(directory).names ?? []) {
      if (spellingKey(each) !== key) continue;
      const found = this.inner.stat(directory, each);
      if (found !== null && sameObject(found, stat)) return { name: each, stat: found };
    }
    return null; // a name that is no spelling of this one, such as a short one
  }

  folds(directory: string): boolean {
    const known = this.of(directory);
    if (known.folds === null) {
      for (const { name } of this.inner.list(directory)?.entries ?? []) {
        const stat = this.inner.stat(directory, name);
        if (stat !== null) this.probe(known, directory, name, stat);
        if (known.folds !== null) break;
      }
    }
    if (known.folds !== null) return known.folds;
    // An empty directory is as the one it was made in.
    return directory === '' ? this.foldsAbove() : this.folds(splitLower(directory)[0]);
  }

  stat(directory: string, name: string): Stat | null {
    const stat = this.inner.stat(directory, name);
    return stat !== null && this.isListed(directory, name, stat) && this.isPath(directory) ? stat : null;
  }

  statDirectory(directory: string): Stat | null {
    return this.isPath(directory) ? this.inner.statDirectory(directory) : null;
  }

  isKnownDirectory(directory: string): boolean {
    return this.inner.isKnownDirectory(directory);
  }

  wasFile(directory: string, name: string): boolean {
    if (!this.inner.wasFile(directory, name)) return false;
    const { folds, names } = this.of(directory);
    return (folds === false && isAscii(name)) || names?.has(name) === true;
  }

  list(directory: string): LowerListing | null {
    return this.isPath(directory) ? this.inner.list(directory) : null;
  }

  listStats(directory: string): readonly LowerEntryStat[] {
    if (!this.isPath(directory)) return [];
    const found = this.inner.listStats(directory);
    const known = this.of(directory);
    for (const { name, stat } of found) {
      if (known.folds !== null) break;
      this.probe(known, directory, name, stat);
    }
    return found;
  }

  openFile(directory: string, name: string): { fd: number; stat: Stat } {
    if (!this.isPath(joinLower(directory, name))) throw fsError('noent');
    return this.inner.openFile(directory, name);
  }

  readlink(directory: string, name: string): string {
    if (!this.isPath(joinLower(directory, name))) throw fsError('noent');
    return this.inner.readlink(directory, name);
  }

  dispose(): void {
    this.inner.dispose();
  }

  private of(directory: string): Known {
    let known = this.known.get(directory);
    if (known === undefined) {
      known = { folds: null, names: null };
      this.known.set(directory, known);
    }
    return known;
  }

  /** Whether every name of a path is spelled as it stands there; true where nothing is there either. */
  private isPath(path: string): boolean {
    if (!this.anyFolds || path === '') return true;
    const [directory, name] = splitLower(path);
    if (this.known.get(directory)?.names?.has(name) !== true) {
      const stat = this.inner.stat(directory, name);
      if (stat !== null && !this.isListed(directory, name, stat)) return false;
    }
    return this.isPath(directory);
  }

  /** Whether what a name led to has that very name. */
  private isListed(directory: string, name: string, stat: Stat): boolean {
    const known = this.of(directory);
    if (known.folds === null) this.probe(known, directory, name, stat);
    // Of what is no ASCII the Unicode form may not matter though case does.
    if (known.folds !== true && isAscii(name)) return true;
    return known.names?.has(name) === true || this.read(known, directory).has(name);
  }

  private probe(known: Known, directory: string, name: string, stat: Stat): void {
    const other = otherSpelling(name);
    if (other === null) return;
    const there = this.inner.stat(directory, other);
    if (there !== null && sameObject(there, stat)) {
      const names = this.read(known, directory);
      known.folds = !(names.has(name) && names.has(other));
      this.anyFolds ||= known.folds;
      return;
    }
    // It tells only if what was tried is still there.
    const again = this.inner.stat(directory, name);
    if (again !== null && sameObject(again, stat)) known.folds = false;
  }

  private read(known: Known, directory: string): ReadonlySet<string> {
    const names = new Set(this.inner.list(directory)?.entries.map((entry) => entry.name));
    known.names = names;
    return names;
  }
}
