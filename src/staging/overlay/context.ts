import type { FilePolicy } from '../../permissions/filePolicy';
import { fsError, toFsError } from '../errno';
import { hashOfFd, hashOfText, readWhole } from '../contentHash';
import { joinLower, type Lower } from '../lower/lower';
import type { NamedLower } from '../lower/spelledLower';
import type { Stat } from '../vfs';
import type { BlobStore } from './blobStore';
import type { OverlayFile } from './file';
import type { KeptBases } from './keptBases';
import type { MetadataLog } from './metadataLog';
import type { Attributes, Base, LogRecord } from './records';

/** Inode numbers of what guests make begin here, far above those of usual file systems. */
const firstOwnInode = 1n << 52n;

/** Files up to this size are hashed when they are first covered; larger ones when the change set is asked for. */
const hashedAtOnceBytes = 256 * 1024;

/** What all nodes of one overlay share. */
export class OverlayContext {
  /** What each covered path of the folder was, by its path there. */
  readonly bases = new Map<string, Base>();
  /** Files of the folder that are open and not covered, by path: the same file is the same node while it is open. */
  readonly opened = new Map<string, OverlayFile>();
  /** Grows with every directory that is renamed or removed; what nodes keep of their path is void then. */
  moves = 0;
  private lastId = 0;

  constructor(
    readonly lower: NamedLower,
    readonly log: MetadataLog,
    readonly blobs: BlobStore,
    readonly kept: KeptBases,
    readonly policy: FilePolicy,
    /** The guest's path of the root. */
    readonly guestPath: string,
    readonly dev: bigint,
  ) {}

  nextId(): number {
    return ++this.lastId;
  }

  idsFrom(highest: number): void {
    this.lastId = Math.max(this.lastId, highest);
  }

  ownInode(id: number): bigint {
    return firstOwnInode + BigInt(id);
  }

  newAttributes(id: number, mode: number): Attributes {
    return { mode, ino: this.ownInode(id), atimeNs: null, mtimeNs: null };
  }

  /** Runs `plan`, writes its records as one line, and then does what they mean; where anything throws, nothing has happened. */
  transact<T>(plan: (tx: Transaction) => T): T {
    const tx = new Transaction(this.log);
    try {
      const result = plan(tx);
      tx.write();
      tx.apply();
      return result;
    } catch (cause) {
      tx.undo();
      throw toFsError(cause);
    }
  }

  /** Notes what the folder has at a path, once, before the overlay covers it. `withHash` reads small contents. */
  cover(tx: Transaction, directory: string, name: string, stat: Stat, withHash: boolean): void {
    const path = joinLower(directory, name);
    if (this.bases.has(path) || tx.covered.has(path)) return;
    tx.covered.add(path);
    const base = toBase(stat, withHash ? this.hash(directory, name, stat) : null);
    tx.add({ t: 'base', path, base }, () => void this.bases.set(path, base));
  }

  /** Keeps what an open file of the folder holds, where that is what its base tells of and it is small. */
  keepBase(path: string, fd: number): void {
    const base = this.bases.get(path);
    if (base?.kind !== 'file' || base.hash === null || base.size > hashedAtOnceBytes) return;
    const bytes = readWhole(fd);
    this.kept.keep(bytes, base.hash);
  }

  /** Gives up what was kept of bases that are no more. */
  dropOldBases(): void {
    const hashes = new Set<string>();
    for (const { hash } of this.bases.values()) if (hash !== null) hashes.add(hash);
    this.kept.keepOnly(hashes);
  }

  private hash(directory: string, name: string, stat: Stat): string | null {
    if (stat.kind === 'symlink') return hashOfText(this.lower.readlink(directory, name));
    if (stat.kind !== 'file' || stat.size > hashedAtOnceBytes) return null;
    return hashOfLower(this.lower, directory, name);
  }
}

export function hashOfLower(lower: Lower, directory: string, name: string): string | null {
  try {
    const opened = lower.openFile(directory, name);
    return hashOfFd(opened.fd, opened.stat.size, true);
  } catch {
    return null;
  }
}

export function toBase(stat: Stat, hash: string | null): Base {
  return {
    kind: stat.kind,
    dev: stat.dev,
    ino: stat.ino,
    size: stat.size,
    mode: stat.mode,
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    hash,
  };
}

/** Records and what they do to the nodes in memory: written to the log first, and only then done. */
export class Transaction {
  /** Paths whose bases are among the records. */
  readonly covered = new Set<string>();
  private readonly records: LogRecord[] = [];
  private readonly effects: (() => void)[] = [];
  private readonly undoes: (() => void)[] = [];

  constructor(private readonly log: MetadataLog) {}

  add(record: LogRecord, effect: () => void): void {
    this.records.push(record);
    this.effects.push(effect);
  }

  /** For effects that need no record of their own. */
  after(effect: () => void): void {
    this.effects.push(effect);
  }

  /** For what had to be done already while planning. */
  onFailure(undo: () => void): void {
    this.undoes.push(undo);
  }

  write(): void {
    if (this.records.length > 0) this.log.append(this.records);
  }

  apply(): void {
    this.undoes.length = 0;
    for (const effect of this.effects) effect();
  }

  undo(): void {
    for (const undo of this.undoes.reverse()) undo();
  }
}

export function nowNs(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
}

/** ENOENT as a value's absence. */
export function existing<T>(value: T | null): T {
  if (value === null) throw fsError('noent');
  return value;
}
