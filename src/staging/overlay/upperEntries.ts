import { spellingKey } from '../lower/spelling';
import type { CoveringNode } from './directory';

/** What stands in the upper layer of a directory, by name; null for a removed entry of the folder. */
export class UpperEntries extends Map<string, CoveringNode | null> {
  /** Names of what stands, by what all their spellings share. Made by `set`, which runs in no constructor here. */
  private readonly spellings = new Map<string, string>();

  override set(name: string, node: CoveringNode | null): this {
    const key = spellingKey(name);
    if (node !== null) this.spellings.set(key, name);
    else if (this.spellings.get(key) === name) this.spellings.delete(key);
    return super.set(name, node);
  }

  override delete(name: string): boolean {
    const key = spellingKey(name);
    if (this.spellings.get(key) === name) this.spellings.delete(key);
    return super.delete(name);
  }

  override clear(): void {
    this.spellings.clear();
    super.clear();
  }

  /** The name of what stands here under another spelling; null where nothing does. */
  otherSpellingOf(name: string): string | null {
    if (this.size === 0) return null;
    const spelled = this.spellings.get(spellingKey(name));
    return spelled === undefined || spelled === name ? null : spelled;
  }
}
