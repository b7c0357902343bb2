import { joinLower, splitLower } from '../lower/lower';
import type { OverlayContext } from '../overlay/context';
import type { CoveringNode, OverlayDirectory } from '../overlay/directory';
import type { Base } from '../overlay/records';
import type { Stat } from '../vfs';

/**
 * One path where what is staged is not what the folder has, before contents are looked at: two files may still turn
 * out to be equal. What policy hides is no difference.
 */
export interface Difference {
  readonly path: string;
  /** Null where the path is to be absent. */
  readonly staged: CoveringNode | null;
  /** What the folder has there now. */
  readonly lower: Stat | null;
  /** What the folder had when the overlay first covered the path; `as seen`: whatever it has now was seen through the overlay. */
  readonly expected: Base | 'absent' | 'as seen';
  /** The path in the folder that this one was moved from. */
  readonly from: string | null;
  /** What was expected at `from`, and what is there. */
  readonly fromExpected: Base | 'as seen' | null;
  readonly fromLower: Stat | null;
  /** Whether the policy protects the path or the one that it was moved from. */
  readonly isProtected: boolean;
}

/** All differences of an overlay, by path; a directory stands before what is in it. */
export function collectDifferences(root: OverlayDirectory): Difference[] {
  const found: Difference[] = [];
  new Collector(root.context, found).directory(root, '', true);
  return pairMoves(found).sort((a, b) => comparePaths(a.path, b.path));
}

export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

class Collector {
  constructor(
    private readonly context: OverlayContext,
    private readonly found: Difference[],
  ) {}

  /**
   * `path`: where guests see the directory. Where the folder's own shows through there, only what covers it differs.
   * `isThere`: the folder has a directory there.
   */
  directory(directory: OverlayDirectory, path: string, isThere: boolean): void {
    const { lower } = this.context;
    const inPlace = directory.lowerPath === path;
    const names = new Set<string>(inPlace ? directory.upper.keys() : directory.names().seen);
    if (!inPlace && isThere) for (const { name } of lower.list(path)?.entries ?? []) names.add(name);
    for (const name of names) {
      const found = directory.classOf(name);
      if (found.hidden) continue;
      const staged = directory.at(name);
      if (staged?.kind === 'unsupported') continue;
      const there = isThere ? lower.stat(path, name) : null;
      this.entry(joinLower(path, name), staged, there, inPlace ? 'absent' : 'as seen', found.protected);
    }
  }

  private entry(
    path: string,
    staged: CoveringNode | null,
    lower: Stat | null,
    otherwise: 'absent' | 'as seen',
    isProtected: boolean,
  ): void {
    if (staged === null && lower === null) return;
    const expected = this.context.bases.get(path) ?? otherwise;
    if (lower?.kind === 'directory' && staged?.kind !== 'directory') this.removed(path);
    if (!isUntouched(path, staged, lower, expected)) {
      this.found.push({ path, staged, lower, expected, from: null, fromExpected: null, fromLower: null, isProtected });
    }
    if (staged?.kind === 'directory') this.directory(staged, path, lower?.kind === 'directory');
  }

  /** Everything below a directory that is to go. What was not there when it was removed is not expected. */
  private removed(path: string): void {
    for (const { name } of this.context.lower.list(path)?.entries ?? []) {
      const below = joinLower(path, name);
      const found = this.context.policy.classify(below);
      if (!found.hidden) this.entry(below, null, this.context.lower.stat(path, name), 'absent', found.protected);
    }
  }
}

/** What is certainly the same: the folder's own file where it was, or a directory whose mode no guest changed. */
function isUntouched(path: string, staged: CoveringNode | null, lower: Stat | null, expected: Difference['expected']): boolean {
  if (staged === null || lower === null || staged.kind !== lower.kind) return false;
  if (staged.kind === 'directory') return hasModeOf(staged.stat().mode, lower, expected);
  return staged.id === null && staged.origin === path;
}

/** Whether a mode is the folder's, or was when the path was first covered: then the user changed it, and no guest did. */
export function hasModeOf(mode: number, lower: Stat, expected: Difference['expected']): boolean {
  return mode === lower.mode || (typeof expected === 'object' && expected.kind === lower.kind && mode === expected.mode);
}

/** Where one path is to be absent and another one holds what was there, that is one move. */
function pairMoves(found: Difference[]): Difference[] {
  const gone = new Map<string, Difference>();
  for (const each of found) if (each.staged === null && each.lower !== null) gone.set(each.path, each);
  if (gone.size === 0) return found;
  const used = new Set<string>();
  const moved = found.map((each): Difference => {
    const origin = each.staged === null || each.lower !== null ? null : originOf(each.staged);
    const source = origin === null || used.has(origin) ? undefined : gone.get(origin);
    if (source === undefined || source.lower?.kind !== each.staged?.kind) return each;
    used.add(source.path);
    return {
      ...each,
      from: source.path,
      fromExpected: source.expected === 'absent' ? 'as seen' : source.expected,
      fromLower: source.lower,
      isProtected: each.isProtected || source.isProtected,
    };
  });
  return used.size === 0 ? moved : moved.filter((each) => !(each.staged === null && used.has(each.path)));
}

function originOf(node: CoveringNode): string | null {
  return node.kind === 'directory' ? node.lowerPath : node.origin;
}

export function parentOf(path: string): string {
  return splitLower(path)[0];
}
