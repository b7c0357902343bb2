import type { FileClass } from '../../permissions/filePolicy';
import { FsError, fsError } from '../errno';
import { commitDirectoryPattern, joinLower } from '../lower/lower';
import type { DirectoryNode, Node } from '../node';
import type { Accessor, DirEntry, OpenFile, SetTimes, Stat } from '../vfs';
import { existing, nowNs, type OverlayContext, type Transaction } from './context';
import { DirectoryPlace } from './directoryPlace';
import { OverlayFile } from './file';
import { UpperEntries } from './upperEntries';
import { OverlayLink, OverlayUnsupported } from './link';
import type { Attributes, LogRecord } from './records';

/** What can stand in the upper layer. */
export type CoveringNode = OverlayDirectory | OverlayFile | OverlayLink;
export type OverlayNode = CoveringNode | OverlayUnsupported;

/**
 * A directory: what the folder has at `lowerPath` (null: nothing shows through), covered by `upper`, where null stands
 * for a removed entry. Renaming moves this object alone; what it shows stays where it is in the folder.
 */
export class OverlayDirectory implements DirectoryNode {
  readonly kind = 'directory';
  id: number | null = null;
  attributes: Attributes | null = null;
  removed = false;
  readonly upper = new UpperEntries();
  /** Directories of the folder that nothing covers: kept so that a directory is one node. */
  private readonly folders = new Map<string, OverlayDirectory>();
  /** When an entry was last added or removed here. */
  private touchedNs: bigint | null = null;
  private knownPlace: DirectoryPlace | null = null;

  constructor(
    readonly context: OverlayContext,
    public above: OverlayDirectory | null,
    public ownName: string,
    /** Changes only when staged changes were applied or given up (rearrange.ts). */
    public lowerPath: string | null,
  ) {}

  parent(): OverlayDirectory | null {
    return this.above;
  }

  name(): string {
    return this.ownName;
  }

  /** Relative to the folder, as guests see it now. */
  path(): string {
    return this.place().path;
  }

  guestPathOf(name: string): string {
    return this.place().guestPrefix + name;
  }

  stat(): Stat {
    const lower = this.lowerPath === null ? null : this.context.lower.statDirectory(this.lowerPath);
    const own = this.attributes;
    if (own === null) return this.touched(existing(lower));
    const mtimeNs = own.mtimeNs ?? lower?.mtimeNs ?? 0n;
    return this.touched({
      dev: this.context.dev,
      ino: own.ino,
      kind: 'directory',
      nlink: 1,
      size: lower?.size ?? 4096,
      mode: own.mode,
      atimeNs: own.atimeNs ?? lower?.atimeNs ?? mtimeNs,
      mtimeNs,
      ctimeNs: lower?.ctimeNs ?? mtimeNs,
    });
  }

  private touched(stat: Stat): Stat {
    return this.touchedNs === null ? stat : { ...stat, mtimeNs: this.touchedNs, ctimeNs: this.touchedNs };
  }

  setTimes(cx: Accessor, times: SetTimes): void {
    this.change(cx, (own) => ({ ...own, atimeNs: times.atimeNs ?? own.atimeNs, mtimeNs: times.mtimeNs ?? own.mtimeNs }));
    if (times.mtimeNs !== null) this.touchedNs = null;
  }

  chmod(cx: Accessor, mode: number): void {
    this.change(cx, (own) => ({ ...own, mode }));
  }

  private change(cx: Accessor, edit: (own: Attributes) => Attributes): void {
    if (cx.readOnly) throw fsError('rofs');
    this.above?.mayChange(cx, this.ownName);
    this.context.transact((tx) => {
      this.pin(tx);
      const before = this.attributes;
      const stat = this.stat();
      this.attributes = edit(before ?? { mode: stat.mode, ino: stat.ino, atimeNs: null, mtimeNs: null });
      tx.onFailure(() => {
        this.attributes = before;
      });
      tx.add(this.record(), () => undefined);
    });
  }

  lookup(_cx: Accessor, name: string): OverlayNode {
    return existing(this.find(name));
  }

  /** The entry as guests see it, by any spelling that leads to it; null where there is none for them. */
  find(name: string): OverlayNode | null {
    return this.resolve(name).node;
  }

  /** The entry of exactly this name, as guests see it. */
  at(name: string): OverlayNode | null {
    if (this.removed || this.classOf(name).hidden) return null;
    const covering = this.upper.get(name);
    if (covering !== undefined) return covering?.exists() === true ? covering : null;
    return this.findBelow(name);
  }

  /** What a name leads to, and the name that it has here. */
  private resolve(name: string): { readonly name: string; readonly node: OverlayNode | null } {
    const covering = this.upper.get(name);
    if (covering) return { name, node: this.at(name) };
    const other = this.upper.otherSpellingOf(name);
    if (other !== null && this.folds()) return { name: other, node: this.at(other) };
    if (covering === null || this.lowerPath === null || this.removed || this.classOf(name).hidden) return { name, node: null };
    const known = this.knownFolder(this.lowerPath, name);
    if (known !== null) return { name, node: known };
    const found = this.context.lower.lookup(this.lowerPath, name);
    if (found === null) return { name, node: null };
    if (found.name === name) return { name, node: this.toNode(this.lowerPath, name, found.stat) };
    const node = this.at(found.name);
    return node === null ? { name, node } : { name: found.name, node };
  }

  /** Whether names that differ in case alone are one name here. */
  private folds(): boolean {
    return this.lowerPath === null ? this.above?.folds() === true : this.context.lower.folds(this.lowerPath);
  }

  openSeen(cx: Accessor, name: string): OpenFile | null {
    if (this.lowerPath === null || this.removed || this.upper.has(name)) return null;
    try {
      if (!this.context.lower.wasFile(this.lowerPath, name) || this.classOf(name).hidden) return null;
      const path = joinLower(this.lowerPath, name);
      if (this.context.opened.has(path)) return null;
      return new OverlayFile(this.context, this, name, path, null).open(cx, { read: true, write: false, truncate: false });
    } catch (cause) {
      // It is something else by now, or gone.
      if (cause instanceof FsError) return null;
      throw cause;
    }
  }

  /** False where it only covered a directory of the folder that is not there any more. */
  exists(): boolean {
    const { lower } = this.context;
    if (this.lowerPath === null || lower.isKnownDirectory(this.lowerPath) || lower.statDirectory(this.lowerPath) !== null) return true;
    for (const node of this.upper.values()) if (node?.exists() === true) return true;
    return false;
  }

  private findBelow(name: string): OverlayNode | null {
    if (this.lowerPath === null) return null;
    const known = this.knownFolder(this.lowerPath, name);
    if (known !== null) return known;
    const stat = this.context.lower.stat(this.lowerPath, name);
    return stat === null ? null : this.toNode(this.lowerPath, name, stat);
  }

  /** A folder that is known without another look to stand there. */
  private knownFolder(lowerPath: string, name: string): OverlayDirectory | null {
    const known = this.folders.get(name);
    return known !== undefined && this.context.lower.isKnownDirectory(joinLower(lowerPath, name)) ? known : null;
  }

  private toNode(lowerPath: string, name: string, stat: Stat): OverlayNode {
    const path = joinLower(lowerPath, name);
    switch (stat.kind) {
      case 'directory': {
        let folder = this.folders.get(name);
        if (folder === undefined) {
          folder = new OverlayDirectory(this.context, this, name, path);
          this.folders.set(name, folder);
        }
        return folder;
      }
      case 'file': {
        const open = this.context.opened.get(path);
        if (open !== undefined) {
          const held = open.stat();
          if (held.ino === stat.ino && held.dev === stat.dev) return open;
        }
        return new OverlayFile(this.context, this, name, path, stat);
      }
      case 'symlink':
        return new OverlayLink(this.context, this, name, path, stat, null);
      default:
        return new OverlayUnsupported(stat);
    }
  }

  entries(_cx: Accessor): readonly DirEntry[] {
    const entries: DirEntry[] = [
      { name: '.', ino: this.inode(), kind: 'directory' },
      { name: '..', ino: (this.above ?? this).inode(), kind: 'directory' },
    ];
    if (this.removed) return entries;
    if (this.lowerPath !== null) {
      for (const { name, stat } of this.context.lower.listStats(this.lowerPath)) {
        if (!this.upper.has(name) && !this.classOf(name).hidden) entries.push({ name, ino: stat.ino, kind: stat.kind });
      }
    }
    for (const [name, node] of this.upper) {
      if (node?.exists() !== true || this.classOf(name).hidden) continue;
      entries.push({ name, ino: node.kind === 'directory' ? node.inode() : node.stat().ino, kind: node.kind });
    }
    return entries;
  }

  private inode(): bigint {
    return this.attributes?.ino ?? this.stat().ino;
  }

  /** Names that guests see here, and those that the policy hides from them. */
  names(): { readonly seen: string[]; readonly hidden: string[]; readonly unnameable: boolean } {
    const seen: string[] = [];
    const hidden: string[] = [];
    const listing = this.lowerPath === null || this.removed ? null : this.context.lower.list(this.lowerPath);
    for (const { name } of listing?.entries ?? []) if (!this.upper.has(name)) (this.classOf(name).hidden ? hidden : seen).push(name);
    for (const [name, node] of this.upper) if (node?.exists() === true) (this.classOf(name).hidden ? hidden : seen).push(name);
    return { seen, hidden, unnameable: listing?.unnameable ?? false };
  }

  create(cx: Accessor, name: string, mode: number): OverlayFile {
    this.mayAdd(cx, name);
    const id = this.context.nextId();
    const attributes = this.context.newAttributes(id, mode);
    const file = new OverlayFile(this.context, this, name, null, null);
    return this.context.transact((tx) => {
      const fd = this.context.blobs.create(id);
      file.adopt(id, fd, attributes);
      tx.onFailure(() => file.release());
      this.pin(tx);
      tx.add(file.record(), () => undefined);
      this.cover(tx, name, file, id);
      tx.after(() => cx.ledger.created(this.guestPathOf(name)));
      return file;
    });
  }

  mkdir(cx: Accessor, name: string, mode: number): OverlayDirectory {
    this.mayAdd(cx, name);
    const id = this.context.nextId();
    const now = nowNs();
    const directory = new OverlayDirectory(this.context, this, name, null);
    directory.id = id;
    directory.attributes = { ...this.context.newAttributes(id, mode), atimeNs: now, mtimeNs: now };
    this.context.transact((tx) => {
      this.pin(tx);
      tx.add(directory.record(), () => undefined);
      this.cover(tx, name, directory, id);
    });
    cx.ledger.created(this.guestPathOf(name));
    return directory;
  }

  symlink(cx: Accessor, name: string, target: string): void {
    this.mayAdd(cx, name);
    const id = this.context.nextId();
    const now = nowNs();
    const link = new OverlayLink(this.context, this, name, null, null, target);
    link.id = id;
    link.attributes = { ...this.context.newAttributes(id, 0o777), atimeNs: now, mtimeNs: now };
    this.context.transact((tx) => {
      this.pin(tx);
      tx.add(link.record(), () => undefined);
      this.cover(tx, name, link, id);
    });
    cx.ledger.created(this.guestPathOf(name));
  }

  link(cx: Accessor, name: string, node: Node): void {
    if (!(node instanceof OverlayFile || node instanceof OverlayLink)) throw fsError('acces');
    this.mayAdd(cx, name);
    this.context.transact((tx) => {
      const id = node.pin(tx);
      this.pin(tx);
      this.cover(tx, name, node, id);
      tx.after(() => node.links++);
    });
    cx.ledger.created(this.guestPathOf(name));
  }

  unlink(cx: Accessor, asked: string): void {
    const { name, node: found } = this.resolve(asked);
    const node = existing(found);
    if (node.kind === 'directory') throw fsError('isdir');
    if (node.kind === 'unsupported') throw fsError('acces');
    this.mayChange(cx, name);
    this.context.transact((tx) => {
      this.pin(tx);
      this.uncover(tx, name, node);
    });
    cx.ledger.removed(this.guestPathOf(name));
  }

  rmdir(cx: Accessor, asked: string): void {
    const { name, node: found } = this.resolve(asked);
    const node = existing(found);
    if (node.kind !== 'directory') throw fsError('notdir');
    this.mayChange(cx, name);
    this.mustBeEmpty(cx, node);
    this.context.transact((tx) => {
      this.pin(tx);
      this.uncover(tx, name, node);
    });
    cx.ledger.removed(this.guestPathOf(name));
  }

  rename(cx: Accessor, asked: string, to: DirectoryNode, toAsked: string): void {
    if (!(to instanceof OverlayDirectory)) throw fsError('xdev');
    const { name, node: found } = this.resolve(asked);
    const node = existing(found);
    const there = to.resolve(toAsked);
    // A name for itself in another spelling replaces nothing, and is the name that it has from then on.
    const isRespelled = to === this && there.node !== null && there.name === name && toAsked !== name;
    const target = isRespelled ? null : there.node;
    const toName = isRespelled ? toAsked : there.name;
    if (node === target) return;
    if (node.kind === 'unsupported' || target?.kind === 'unsupported') throw fsError('acces');
    this.mayChange(cx, name);
    to.mayChange(cx, toName);
    if (to.removed) throw fsError('noent');
    if (target?.kind === 'directory') this.mustBeEmpty(cx, target);
    if (node.kind === 'directory') this.mustBeMovable(cx, node, name);
    this.context.transact((tx) => {
      const id = node.pin(tx);
      to.pin(tx);
      this.uncover(tx, name, null);
      if (target !== null) to.uncover(tx, toName, target);
      to.coverBase(tx, toName);
      to.cover(tx, toName, node, id);
      tx.after(() => {
        if (node instanceof OverlayDirectory) {
          node.above = to;
          node.ownName = toName;
          this.context.moves++;
        } else {
          node.parent = to;
          node.name = toName;
        }
      });
    });
    cx.ledger.removed(this.guestPathOf(name));
    cx.ledger.created(to.guestPathOf(toName));
  }

  /** EACCES at hidden names, EROFS at read-only ones; told to the ledger. */
  mayChange(cx: Accessor, name: string): void {
    const found = this.classOf(name);
    if (found.hidden || commitDirectoryPattern.test(name)) {
      cx.ledger.refused(this.guestPathOf(name), 'hidden');
      throw fsError('acces');
    }
    if (found.readOnly) {
      cx.ledger.refused(this.guestPathOf(name), 'read-only');
      throw fsError('rofs');
    }
  }

  private mayAdd(cx: Accessor, name: string): void {
    this.mayChange(cx, name);
    if (this.removed) throw fsError('noent');
    cx.quota.create();
  }

  private mustBeEmpty(cx: Accessor, directory: OverlayDirectory): void {
    const { seen, hidden, unnameable } = directory.names();
    if (hidden.length > 0) cx.ledger.refused(directory.guestPathOf(hidden[0] ?? ''), 'hidden');
    if (seen.length > 0 || hidden.length > 0 || unnameable) throw fsError('notempty');
  }

  /** What is hidden or read-only is not carried elsewhere, where its name may say something else. */
  private mustBeMovable(cx: Accessor, directory: OverlayDirectory, name: string): void {
    const waiting = [directory];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { seen, hidden, unnameable } = next.names();
      if (hidden.length > 0 || unnameable || seen.some((entry) => next?.classOf(entry).readOnly === true)) {
        cx.ledger.refused(this.guestPathOf(name), 'holds hidden or read-only files');
        throw fsError('acces');
      }
      for (const entry of seen) {
        const child = next.at(entry);
        if (child?.kind === 'directory') waiting.push(child);
      }
    }
  }

  pin(tx: Transaction): number {
    if (this.id !== null) return this.id;
    const above = existing(this.above);
    above.pin(tx);
    const stat = this.stat();
    const id = this.context.nextId();
    this.id = id;
    this.attributes = { mode: stat.mode, ino: stat.ino, atimeNs: null, mtimeNs: null };
    tx.onFailure(() => {
      this.id = null;
      this.attributes = null;
    });
    above.coverBase(tx, this.ownName);
    tx.add(this.record(), () => undefined);
    above.cover(tx, this.ownName, this, id);
    return id;
  }

  /** Puts `node` at a name. */
  cover(tx: Transaction, name: string, node: CoveringNode, id: number): void {
    tx.add({ t: 'entry', directory: this.ownId(), name, node: id }, () => {
      this.upper.set(name, node);
      this.folders.delete(name);
      this.touchedNs = nowNs();
    });
  }

  /** Takes a name away: a mark of removal where the folder has something there, else nothing is left of it. */
  private uncover(tx: Transaction, name: string, node: CoveringNode | null): void {
    const directory = this.ownId();
    if (this.coverBase(tx, name)) {
      tx.add({ t: 'entry', directory, name, node: null }, () => void this.upper.set(name, null));
    } else {
      tx.add({ t: 'clear', directory, name }, () => void this.upper.delete(name));
    }
    tx.after(() => {
      this.folders.delete(name);
      this.touchedNs = nowNs();
      if (node === null) return;
      if (node instanceof OverlayDirectory) {
        node.removed = true;
        this.context.moves++;
      } else if (--node.links === 0) node.forget();
    });
  }

  /** Notes what the folder has at a name before it is covered; false where it has nothing. */
  coverBase(tx: Transaction, name: string): boolean {
    if (this.lowerPath === null) return false;
    const stat = this.context.lower.stat(this.lowerPath, name);
    if (stat === null) return false;
    this.context.cover(tx, this.lowerPath, name, stat, false);
    return true;
  }

  /** From now on a directory has the name that the disk has given it. */
  respell(tx: Transaction, name: string, spelled: string, node: OverlayDirectory): void {
    tx.add({ t: 'clear', directory: this.ownId(), name }, () => void this.upper.delete(name));
    this.cover(tx, spelled, node, node.ownId());
    tx.after(() => {
      node.ownName = spelled;
      this.context.moves++;
    });
  }

  /** What the folder has at a name shows again. */
  reveal(tx: Transaction, name: string): void {
    const node = this.upper.get(name);
    if (node === undefined) return;
    tx.add({ t: 'clear', directory: this.ownId(), name }, () => {
      this.upper.delete(name);
      this.touchedNs = nowNs();
      if (node instanceof OverlayDirectory) node.forget();
      else if (node !== null && --node.links === 0) node.forget();
    });
  }

  /** Marks what the folder has at a name as removed. */
  hide(tx: Transaction, name: string): void {
    if (!this.coverBase(tx, name)) return;
    tx.add({ t: 'entry', directory: this.ownId(), name, node: null }, () => {
      this.upper.set(name, null);
      this.folders.delete(name);
    });
  }

  /** Lets what the folder has at `lowerPath` show through (null: nothing), under what covers it. */
  showThrough(tx: Transaction, lowerPath: string | null): void {
    const record = this.record();
    if (record.t !== 'directory') return;
    tx.add({ ...record, lower: lowerPath }, () => {
      this.lowerPath = lowerPath;
      this.folders.clear();
      this.context.moves++;
    });
  }

  /** The last name is gone, and with it all that is staged below. */
  forget(): void {
    this.removed = true;
    this.context.moves++;
    for (const node of this.upper.values()) {
      if (node instanceof OverlayDirectory) node.forget();
      else if (node !== null && --node.links === 0) node.forget();
    }
    this.upper.clear();
  }

  record(): LogRecord {
    if (this.attributes === null) throw new Error('a directory that is not covered has no record');
    return { t: 'directory', id: this.ownId(), lower: this.lowerPath, attributes: this.attributes };
  }

  ownId(): number {
    if (this.id === null) throw new Error('a directory must be pinned before it is changed');
    return this.id;
  }

  /** What the policy says of an entry, by its name here and by its name in the folder. */
  classOf(name: string): FileClass {
    return this.place().classOf(name);
  }

  private place(): DirectoryPlace {
    if (this.knownPlace?.moves !== this.context.moves) {
      this.knownPlace = new DirectoryPlace(this.context, this.above?.place() ?? null, this.ownName, this.lowerPath);
    }
    return this.knownPlace;
  }
}
