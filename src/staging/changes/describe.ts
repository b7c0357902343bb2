import type { Change, ChangeDetails, ChangeMark, ChangeSet, EntryKind } from '../../shared/changeSet';
import { hashOfText } from '../contentHash';
import { splitLower } from '../lower/lower';
import type { OverlayDirectory } from '../overlay/directory';
import type { Base } from '../overlay/records';
import type { Stat } from '../vfs';
import { isSameAs, SideReader, type Contents } from './contents';
import { collectDifferences, hasModeOf, type Difference } from './difference';
import { countLines, type LineCounts } from './lineCounts';
import { isProtectedByPlace, leavesFolder, Places, type Place } from './placeMarks';
import { hasDeceptiveCharacters, isBinary } from './textMarks';

/** Files from this size on are marked as large. */
const largeBytes = 1024 * 1024;
/** Texts up to this size have their lines counted. */
const countedBytes = 512 * 1024;

/** A change as the review shows it, with the difference that it describes. */
export interface DescribedChange {
  readonly change: Change;
  readonly difference: Difference;
  /** Hash of what the folder has at the path now (at `from` for a move); null where nothing. */
  readonly lowerHash: string | null;
  /** The text of the folder's link there; null for what is no link. */
  readonly lowerTarget: string | null;
}

/** Describes what is staged; keeps what it read of a file until the file changes. */
export class ChangeDescriber {
  private readonly kept = new Map<string, Kept>();
  private readonly lowerSide: SideReader;
  private readonly stagedSide: SideReader;
  /** How often `describe` was asked. */
  private times = 0;

  constructor(private readonly root: OverlayDirectory) {
    this.lowerSide = new SideReader(root.context);
    this.stagedSide = new SideReader(root.context);
  }

  describe(): DescribedChange[] {
    this.times++;
    const differences = collectDifferences(this.root);
    const places = new Places(this.root);
    const described: DescribedChange[] = [];
    for (const difference of differences) {
      const found = this.look(difference, places);
      if (found !== null) described.push(found.difference === difference ? found : { ...found, difference });
    }
    if (this.kept.size > differences.length) this.dropOthers();
    return described;
  }

  private dropOthers(): void {
    for (const [path, { askedAt }] of this.kept) if (askedAt !== this.times) this.kept.delete(path);
  }

  private look(difference: Difference, places: Places): DescribedChange | null {
    const { path, from, staged } = difference;
    const place = places.of(splitLower(path)[0]);
    const isProtected =
      difference.isProtected ||
      isProtectedByPlace(place, path) ||
      (from !== null && isProtectedByPlace(places.of(splitLower(from)[0]), from));
    const look = lookAt(difference, isProtected);
    const kept = this.kept.get(path);
    if (kept !== undefined && isSameLook(kept.look, look)) {
      kept.askedAt = this.times;
      return kept.described;
    }
    const described = this.one(look, place);
    // Where a link leads to depends on more than itself.
    if (staged?.kind !== 'symlink') this.kept.set(path, { look, described, askedAt: this.times });
    return described;
  }

  private one(look: Look, place: Place): DescribedChange | null {
    const { difference, mode } = look;
    const { path, staged, from } = difference;
    const lowerStat = from === null ? difference.lower : difference.fromLower;
    const lower = lowerStat === null ? null : this.lowerSide.lower(from ?? path, lowerStat);
    const after = staged === null ? null : this.stagedSide.staged(staged);
    const kind = kindOf(difference, mode, lower, after);
    if (kind === null) return null;
    const baseHash = baseHashOf(difference, lower);
    const stagedHash = after === null ? null : after.hash;
    const entry: EntryKind = staged?.kind ?? entryOf(lowerStat);
    const target = staged?.kind === 'symlink' ? staged.readlink() : '';
    // No path and no link's text holds a NUL.
    const identity = `${kind}\0${path}\0${from}\0${entry}\0${baseHash}\0${stagedHash}\0${mode}\0${target}`;
    const lowerIsBinary = lower?.bytes != null && isBinary(lower.bytes);
    const stagedIsBinary = after?.bytes != null && isBinary(after.bytes);
    const marks = this.marks(look, after, stagedIsBinary, place);
    const lines = lowerIsBinary || stagedIsBinary ? null : linesOf(difference, lower, after);
    const details: Writable<ChangeDetails> = {
      id: hashOfText(identity),
      baseHash,
      stagedHash,
      size: (after ?? lower)?.size ?? 0,
      marks,
    };
    if (mode !== null) details.mode = mode;
    if (lines !== null) details.lines = lines;
    return {
      change: toChange(kind, path, from, entry, target, details),
      difference,
      lowerHash: lower === null ? null : lower.hash,
      lowerTarget: lower?.target ?? null,
    };
  }

  private marks({ difference, mode, isProtected }: Look, after: Contents | null, isBinary: boolean, place: Place): ChangeMark[] {
    const { path, staged } = difference;
    const marks: ChangeMark[] = [];
    if (isProtected) marks.push('protected');
    if (staged?.kind === 'symlink' && leavesFolder(this.root, path, staged.readlink())) marks.push('link leaves the folder');
    if (staged?.kind !== 'directory' && place.runsOnBuild(splitLower(path)[1])) marks.push('runs on build');
    if (staged?.kind === 'file') {
      const wasExecutable = ((difference.lower ?? difference.fromLower)?.mode ?? 0) & 0o111;
      if (((mode ?? 0) & 0o111) !== 0 && wasExecutable === 0) marks.push('executable');
      if ((after?.size ?? 0) >= largeBytes) marks.push('large');
      if (isBinary) marks.push('binary');
      else if (after?.bytes && hasDeceptiveCharacters(after.bytes)) marks.push('bidirectional or invisible characters');
    }
    return marks;
  }
}

/** Null where the two sides are the same after all. */
function kindOf(difference: Difference, mode: number | null, lower: Contents | null, after: Contents | null): Change['kind'] | null {
  const { staged, lower: stat, from } = difference;
  if (from !== null) return 'renamed';
  if (staged === null) return stat === null ? null : 'deleted';
  if (staged.kind === 'symlink') return stat?.kind === 'symlink' && lower?.hash === after?.hash ? null : 'linked';
  if (stat === null) return 'created';
  if (stat.kind !== staged.kind || lower?.hash !== after?.hash) return 'modified';
  return mode === null || hasModeOf(mode, stat, difference.expected) ? null : 'mode changed';
}

function baseHashOf(difference: Difference, lower: Contents | null): string | null {
  const expected = difference.from === null ? difference.expected : difference.fromExpected;
  const stat = difference.from === null ? difference.lower : difference.fromLower;
  if (expected === 'absent' || expected === null) return null;
  if (expected === 'as seen') return lower?.hash ?? null;
  if (expected.hash !== null) return expected.hash;
  if (stat !== null && lower !== null && isSameAs(expected, stat, () => lower.hash)) return lower.hash;
  return unreadHash(expected);
}

export function toChangeSet(described: readonly DescribedChange[]): ChangeSet {
  const changes = described.map((each) => each.change);
  return { id: hashOfText(changes.map((change) => change.details.id).join('\n')), changes };
}

/** Stands for contents that changed before anybody read them. */
function unreadHash(base: Base): string {
  return hashOfText(`unread ${base.size} ${base.mtimeNs}`);
}

function entryOf(stat: Stat | null): EntryKind {
  return stat?.kind === 'directory' || stat?.kind === 'symlink' ? stat.kind : 'file';
}

/** Of two sides that are not binary. */
function linesOf(difference: Difference, lower: Contents | null, after: Contents | null): LineCounts | null {
  const lowerKind = (difference.lower ?? difference.fromLower)?.kind;
  const stagedKind = difference.staged?.kind;
  if (stagedKind !== 'file' && lowerKind !== 'file') return null;
  if (lowerKind === 'file' && !isCounted(lower)) return null;
  if (stagedKind === 'file' && !isCounted(after)) return null;
  return countLines(lower?.bytes ?? null, after?.bytes ?? null);
}

function isCounted(side: Contents | null): boolean {
  return side === null || (side.bytes !== null && side.size <= countedBytes);
}

function toChange(
  kind: Change['kind'],
  path: string,
  from: string | null,
  entry: EntryKind,
  target: string,
  details: ChangeDetails,
): Change {
  switch (kind) {
    case 'renamed':
      return { kind, from: from ?? path, path, entry, details };
    case 'linked':
      return { kind, path, target, entry: 'symlink', details };
    default:
      return { kind, path, entry, details };
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Kept {
  readonly look: Look;
  readonly described: DescribedChange | null;
  /** The last time of `describe` that told it. */
  askedAt: number;
}

/** Everything that a description is made from, but for contents. */
interface Look {
  readonly difference: Difference;
  /** The staged entry's; null where there is none. */
  readonly mode: number | null;
  readonly id: number | null;
  /** Tells the staged file's contents from those that it had: what is its own changes by its version, what it still has of the folder by its stat. */
  readonly version: number;
  readonly held: Stat | null;
  readonly isProtected: boolean;
}

function lookAt(difference: Difference, isProtected: boolean): Look {
  const { staged } = difference;
  const isFile = staged?.kind === 'file';
  const held = isFile && !staged.blob ? staged.stat() : null;
  const mode = staged === null ? null : isFile ? staged.mode : staged.stat().mode;
  return { difference, mode, id: staged?.id ?? null, version: isFile ? staged.version : 0, held, isProtected };
}

/** What a stat and a base both tell. */
type Seen = Omit<Base, 'hash'>;

function isSameLook(a: Look, b: Look): boolean {
  return (
    a.id === b.id &&
    a.difference.staged === b.difference.staged &&
    a.version === b.version &&
    a.mode === b.mode &&
    a.isProtected === b.isProtected &&
    a.difference.from === b.difference.from &&
    isSameStat(a.held, b.held) &&
    isSameStat(a.difference.lower, b.difference.lower) &&
    isSameStat(a.difference.fromLower, b.difference.fromLower) &&
    isSameExpected(a.difference.expected, b.difference.expected) &&
    isSameExpected(a.difference.fromExpected, b.difference.fromExpected)
  );
}

function isSameStat(a: Seen | null, b: Seen | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.kind === b.kind &&
    a.dev === b.dev &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mode === b.mode &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

function isSameExpected(a: Difference['fromExpected'] | 'absent', b: Difference['fromExpected'] | 'absent'): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return a === b || (isSameStat(a, b) && a.hash === b.hash);
}
