import { splitLower } from '../lower/lower';
import type { SymlinkNode, UnsupportedNode } from '../node';
import type { Accessor, SetTimes, Stat } from '../vfs';
import { fsError } from '../errno';
import { existing, type OverlayContext, type Transaction } from './context';
import type { OverlayDirectory } from './directory';
import type { Attributes, LogRecord } from './records';

/** A symbolic link: of the folder, or made by a guest as metadata; never a real link in the upper layer. */
export class OverlayLink implements SymlinkNode {
  readonly kind = 'symlink';
  parent: OverlayDirectory | null;
  name: string;
  id: number | null = null;
  attributes: Attributes | null = null;
  links = 1;

  constructor(
    readonly context: OverlayContext,
    parent: OverlayDirectory,
    name: string,
    readonly origin: string | null,
    private readonly seen: Stat | null,
    private text: string | null,
  ) {
    this.parent = parent;
    this.name = name;
  }

  /** A link's text is kept once it is covered, so that it always exists. */
  exists(): boolean {
    return true;
  }

  readlink(): string {
    if (this.text === null) {
      const [directory, name] = splitLower(this.origin ?? '');
      this.text = this.context.lower.readlink(directory, name);
    }
    return this.text;
  }

  stat(): Stat {
    if (this.attributes === null) return existing(this.seen);
    const { mode, ino, atimeNs, mtimeNs } = this.attributes;
    const madeNs = mtimeNs ?? 0n;
    return {
      dev: this.context.dev,
      ino,
      kind: 'symlink',
      nlink: this.links,
      size: Buffer.byteLength(this.readlink()),
      mode,
      atimeNs: atimeNs ?? madeNs,
      mtimeNs: madeNs,
      ctimeNs: madeNs,
    };
  }

  setTimes(cx: Accessor, times: SetTimes): void {
    this.parent?.mayChange(cx, this.name);
    this.context.transact((tx) => {
      this.pin(tx);
      const before = this.attributes;
      if (before === null) throw fsError('io');
      const own = { ...before, atimeNs: times.atimeNs ?? before.atimeNs, mtimeNs: times.mtimeNs ?? before.mtimeNs };
      this.attributes = own;
      tx.onFailure(() => {
        this.attributes = before;
      });
      tx.add(this.record(), () => undefined);
    });
  }

  chmod(): never {
    throw fsError('notsup');
  }

  pin(tx: Transaction): number {
    if (this.id !== null) return this.id;
    const parent = existing(this.parent);
    const seen = existing(this.seen);
    this.readlink();
    parent.pin(tx);
    const id = this.context.nextId();
    if (this.origin !== null) {
      const [directory, name] = splitLower(this.origin);
      this.context.cover(tx, directory, name, seen, true);
    }
    this.id = id;
    this.attributes = { mode: seen.mode, ino: seen.ino, atimeNs: seen.atimeNs, mtimeNs: seen.mtimeNs };
    tx.onFailure(() => {
      this.id = null;
      this.attributes = null;
    });
    tx.add(this.record(), () => undefined);
    parent.cover(tx, this.name, this, id);
    return id;
  }

  record(): LogRecord {
    if (this.id === null || this.attributes === null) throw new Error('a link without id has no record');
    return { t: 'link', id: this.id, origin: this.origin, target: this.readlink(), attributes: this.attributes };
  }

  forget(): void {
    this.parent = null;
  }
}

/** A FIFO, socket or device of the user's: seen, and nothing else. */
export class OverlayUnsupported implements UnsupportedNode {
  readonly kind = 'unsupported';
  constructor(private readonly seen: Stat) {}
  stat(): Stat {
    return this.seen;
  }
  setTimes(): never {
    throw fsError('acces');
  }
  chmod(): never {
    throw fsError('acces');
  }
}
