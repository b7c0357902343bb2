import { runsOnBuild } from '../../permissions/buildFiles';
import type { Change, ChangeDetails, ChangeMark, ChangeSet, EntryKind } from '../../shared/changeSet';
import { hashOfText } from '../contentHash';
import type { OverlayContext } from '../overlay/context';
import type { OverlayDirectory } from '../overlay/directory';
import type { Base } from '../overlay/records';
import type { Stat } from '../vfs';
import { isSameAs, lowerContents, stagedContents, type Contents } from './contents';
import { collectDifferences, hasModeOf, type Difference } from './difference';
import { countLines, type LineCounts } from './lineCounts';
import { ProtectedPlaces, leavesFolder } from './placeMarks';
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
  private readonly kept = new Map<string, { readonly look: Look; readonly described: DescribedChange | null }>();

  constructor(
    private readonly root: OverlayDirectory,
    private readonly context: OverlayContext = root.context,
  ) {}

  describe(): DescribedChange[] {
    const differences = collectDifferences(this.root);
    const places = new ProtectedPlaces(this.root);
    const described: DescribedChange[] = [];
    const seen = new Set<string>();
    for (const difference of differences) {
      seen.add(difference.path);
      const { staged } = difference;
      // What is read for the first time is opened once for all that is asked of it.
      const isNew = staged?.kind === 'file' && !this.kept.has(difference.path);
      const found = isNew ? staged.withDescriptor(() => this.look(difference, places)) : this.look(difference, places);
      if (found !== null) described.push(found.difference === difference ? found : { ...found, difference });
    }
    if (this.kept.size > seen.size) for (const path of this.kept.keys()) if (!seen.has(path)) this.kept.delete(path);
    return described;
  }

  private look(difference: Difference, places: ProtectedPlaces): DescribedChange | null {
    const stat = difference.staged?.stat() ?? null;
    const isInProtectedPlace = places.holds(difference.path);
    const look = lookAt(difference, stat, isInProtectedPlace);
    const kept = this.kept.get(difference.path);
    if (kept !== undefined && isSameLook(kept.look, look)) return kept.described;
    const described = this.one(difference, stat, places, isInProtectedPlace);
    this.kept.set(difference.path, { look, described });
    return described;
  }

  private one(
    difference: Difference,
    stagedStat: Stat | null,
    places: ProtectedPlaces,
    isInProtectedPlace: boolean,
  ): DescribedChange | null {
    const { path, staged, from } = difference;
    const lowerStat = from === null ? difference.lower : difference.fromLower;
    const lower = lowerStat === null ? null : lowerContents(this.context, from ?? path, lowerStat);
    const after = staged === null ? null : stagedContents(staged, stagedStat?.size ?? 0);
    const mode = stagedStat?.mode;
    const kind = this.kindOf(difference, mode, lower, after);
    if (kind === null) return null;
    const baseHash = this.baseHash(difference, lower);
    const isProtected = isInProtectedPlace || this.isProtected(path) || (from !== null && (places.holds(from) || this.isProtected(from)));
    const marks = this.marks(difference, mode ?? 0, after, isProtected);
    const lines = linesOf(difference, lower, after);
    const entry: EntryKind = staged?.kind ?? entryOf(lowerStat);
    const target = staged?.kind === 'symlink' ? staged.readlink() : '';
    const id = hashOfText(JSON.stringify([kind, path, from, entry, baseHash, after?.hash ?? null, mode ?? null, target]));
    const details: ChangeDetails = {
      id,
      baseHash,
      stagedHash: after?.hash ?? null,
      size: (after ?? lower)?.size ?? 0,
      ...(mode === undefined ? {} : { mode }),
      marks,
      ...(lines === null ? {} : { lines }),
    };
    return {
      change: toChange(kind, path, from, entry, target, details),
      difference,
      lowerHash: lower?.hash ?? null,
      lowerTarget: lower?.target ?? null,
    };
  }

  /** Null where the two sides are the same after all. */
  private kindOf(difference: Difference, mode: number | undefined, lower: Contents | null, after: Contents | null): Change['kind'] | null {
    const { staged, lower: stat, from } = difference;
    if (from !== null) return 'renamed';
    if (staged === null) return stat === null ? null : 'deleted';
    if (staged.kind === 'symlink') return stat?.kind === 'symlink' && lower?.hash === after?.hash ? null : 'linked';
    if (stat === null) return 'created';
    if (stat.kind !== staged.kind || lower?.hash !== after?.hash) return 'modified';
    return mode === undefined || hasModeOf(mode, stat, difference.expected) ? null : 'mode changed';
  }

  private baseHash(difference: Difference, lower: Contents | null): string | null {
    const expected = difference.from === null ? difference.expected : difference.fromExpected;
    const stat = difference.from === null ? difference.lower : difference.fromLower;
    if (expected === 'absent' || expected === null) return null;
    if (expected === 'as seen') return lower?.hash ?? null;
    if (expected.hash !== null) return expected.hash;
    if (stat !== null && lower !== null && isSameAs(expected, stat, () => lower.hash)) return lower.hash;
    return unreadHash(expected);
  }

  private isProtected(path: string): boolean {
    return this.context.policy.classify(path).protected;
  }

  private marks(difference: Difference, mode: number, after: Contents | null, isProtected: boolean): ChangeMark[] {
    const { path, staged } = difference;
    const marks: ChangeMark[] = [];
    if (isProtected) marks.push('protected');
    if (staged?.kind === 'symlink' && leavesFolder(this.root, path, staged.readlink())) marks.push('link leaves the folder');
    if (staged?.kind !== 'directory' && runsOnBuild(path)) marks.push('runs on build');
    if (staged?.kind === 'file') {
      const wasExecutable = ((difference.lower ?? difference.fromLower)?.mode ?? 0) & 0o111;
      if ((mode & 0o111) !== 0 && wasExecutable === 0) marks.push('executable');
      if ((after?.size ?? 0) >= largeBytes) marks.push('large');
      if (after?.bytes && isBinary(after.bytes)) marks.push('binary');
      else if (after?.bytes && hasDeceptiveCharacters(after.bytes)) marks.push('bidirectional or invisible characters');
    }
    return marks;
  }
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

function linesOf(difference: Difference, lower: Contents | null, after: Contents | null): LineCounts | null {
  const isText = (side: Contents | null, kind: string | undefined): boolean =>
    side === null || kind !== 'file' || (side.bytes !== null && side.size <= countedBytes && !isBinary(side.bytes));
  const lowerKind = (difference.lower ?? difference.fromLower)?.kind;
  if (difference.staged?.kind !== 'file' && lowerKind !== 'file') return null;
  if (!isText(lower, lowerKind) || !isText(after, difference.staged?.kind)) return null;
  return countLines(lower?.bytes ?? null, after?.bytes ?? null);
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

/** Everything that a description is made from, but for contents. */
interface Look {
  readonly difference: Difference;
  readonly staged: Stat | null;
  readonly id: number | null;
  /** The staged file's version, or the staged link's text. */
  readonly state: number | string;
  readonly isProtectedPlace: boolean;
}

function lookAt(difference: Difference, stat: Stat | null, isProtectedPlace: boolean): Look {
  const { staged } = difference;
  const state = staged?.kind === 'file' ? staged.version : staged?.kind === 'symlink' ? staged.readlink() : 0;
  return { difference, staged: stat, id: staged?.id ?? null, state, isProtectedPlace };
}

/** What a stat and a base both tell. */
type Seen = Omit<Base, 'hash'>;

function isSameLook(a: Look, b: Look): boolean {
  return (
    a.id === b.id &&
    a.state === b.state &&
    a.isProtectedPlace === b.isProtectedPlace &&
    a.difference.from === b.difference.from &&
    isSameStat(a.staged, b.staged) &&
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
