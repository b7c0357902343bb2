import type { ChangeMark, CommitRequest, ConflictReason } from '../../shared/changeSet';
import type { DescribedChange } from '../changes/describe';
import { isSameAs } from '../changes/contents';
import { comparePaths } from '../changes/difference';
import { lookFromAbove } from '../lower/lookFromAbove';
import { splitLower } from '../lower/lower';
import type { CoveringNode } from '../overlay/directory';
import type { Base } from '../overlay/records';
import type { Stat } from '../vfs';
import type { EntryState } from './entryState';
import type { HostFolder } from './hostFolder';
import type { ContentSource, Target } from './plan';

export interface Selection {
  readonly targets: Target[];
  /** The changes that the targets carry out. */
  readonly chosen: DescribedChange[];
  readonly held: { path: string; reason: ChangeMark }[];
  readonly conflicts: { path: string; reason: ConflictReason }[];
}

/** Decides which staged changes may be applied now, and what that means for each path of the folder. */
export function selectTargets(
  described: readonly DescribedChange[],
  request: CommitRequest,
  folder: HostFolder,
  /** Paths of ids that were handed out. */
  shown: ReadonlyMap<string, string>,
): Selection {
  const selection: Selection = { targets: [], chosen: [], held: [], conflicts: [] };
  const wanted = new Set(request.ids === 'all' ? described.map((each) => each.change.details.id) : request.ids);
  const approved = new Set(request.approvedProtected);
  const dirty = new Set(request.dirtyPaths);
  for (const each of described) {
    const { change } = each;
    const { path } = change;
    if (!wanted.has(change.details.id)) continue;
    const reason = heldReason(each, approved);
    const conflict = conflictOf(each, dirty);
    if (reason !== null) selection.held.push({ path, reason });
    else if (conflict !== null) selection.conflicts.push({ path, reason: conflict });
    else selection.chosen.push(each);
  }
  noteStaleIds(described, request, selection, shown);
  dropImpossible(described, selection, folder);
  for (const each of selection.chosen) selection.targets.push(...toTargets(each));
  addMissingParents(selection, described, folder);
  selection.targets.sort((a, b) => comparePaths(a.path, b.path));
  return selection;
}

function heldReason({ change }: DescribedChange, approved: ReadonlySet<string>): ChangeMark | null {
  const { marks } = change.details;
  if (marks.includes('link leaves the folder')) return 'link leaves the folder';
  if (marks.includes('protected') && !approved.has(change.path)) return 'protected';
  return null;
}

function conflictOf({ difference, lowerHash }: DescribedChange, dirty: ReadonlySet<string>): ConflictReason | null {
  const { path, from, lower, expected, fromExpected, fromLower } = difference;
  if (dirty.has(path) || (from !== null && dirty.has(from))) return 'unsaved in an editor';
  const here = compare(expected, lower, from === null ? lowerHash : null);
  if (here !== null) return here;
  return from === null || fromExpected === null ? null : compare(fromExpected, fromLower, lowerHash);
}

function compare(expected: Base | 'absent' | 'as seen', now: Stat | null, hashNow: string | null): ConflictReason | null {
  if (expected === 'as seen') return null;
  if (expected === 'absent') return now === null ? null : 'created on disk';
  if (now === null) return 'removed on disk';
  return isSameAs(expected, now, () => hashNow) ? null : 'changed on disk';
}

/** An id that stands for nothing any more was of a change that has been staged anew since. */
function noteStaleIds(
  described: readonly DescribedChange[],
  request: CommitRequest,
  selection: Selection,
  shown: ReadonlyMap<string, string>,
): void {
  if (request.ids === 'all') return;
  const known = new Set(described.map((each) => each.change.details.id));
  for (const id of request.ids) {
    if (!known.has(id)) selection.conflicts.push({ path: shown.get(id) ?? '', reason: 'changed since it was shown' });
  }
}

/** Takes out what cannot be done without something else that is not chosen, until nothing more falls. */
function dropImpossible(described: readonly DescribedChange[], selection: Selection, folder: HostFolder): void {
  while (dropWithoutParent(described, selection, folder) || dropUnemptied(described, selection, folder)) {
    // Each round takes at least one change out.
  }
}

/** A path below something that is no directory, and stays. */
function dropWithoutParent(described: readonly DescribedChange[], selection: Selection, folder: HostFolder): boolean {
  const chosen = new Set(selection.chosen.map((each) => each.change.path));
  /** What is no directory and stands on the way to a path, itself counted. */
  const causeAt = lookFromAbove<string | null>(null, (path, above) => {
    if (above !== null) return above;
    const stat = chosen.has(path) ? null : folder.stat(path);
    return stat !== null && stat.kind !== 'directory' ? path : null;
  });
  const paths = new Set(described.map(({ change }) => change.path));
  const dropped = new Set<DescribedChange>();
  for (const each of selection.chosen) {
    const cause = each.difference.staged === null ? null : causeAt(splitLower(each.change.path)[0]);
    if (cause === null) continue;
    dropped.add(each);
    if (!paths.has(cause)) selection.conflicts.push({ path: each.change.path, reason: 'created on disk' });
  }
  if (dropped.size > 0) selection.chosen.splice(0, selection.chosen.length, ...selection.chosen.filter((each) => !dropped.has(each)));
  return dropped.size > 0;
}

/** A directory can only go, or make way, when everything in it goes too; a move out of it counts. */
function dropUnemptied(described: readonly DescribedChange[], selection: Selection, folder: HostFolder): boolean {
  const going = new Set<string>();
  for (const { difference } of selection.chosen) {
    if (difference.staged?.kind !== 'directory') going.add(difference.path);
    if (difference.from !== null) going.add(difference.from);
  }
  const refused = new Map(selection.held.map((each) => [each.path, each.reason]));
  const dropped: DescribedChange[] = [];
  for (const each of [...selection.chosen].sort((a, b) => comparePaths(b.difference.path, a.difference.path))) {
    const path = directoryToGo(each);
    if (path === null) continue;
    const staying = folder.list(path).filter((name) => !going.has(`${path}/${name}`));
    if (staying.length === 0) continue;
    dropped.push(each);
    going.delete(path);
    const below = described.find(({ change }) => change.path.startsWith(`${path}/`) && refused.has(change.path));
    const reason = below === undefined ? undefined : refused.get(below.change.path);
    if (reason !== undefined) selection.held.push({ path: each.change.path, reason });
    else if (!described.some(({ difference }) => staying.some((name) => [difference.path, difference.from].includes(`${path}/${name}`)))) {
      selection.conflicts.push({ path: each.change.path, reason: 'created on disk' });
    }
  }
  const gone = new Set(dropped);
  if (gone.size > 0) selection.chosen.splice(0, selection.chosen.length, ...selection.chosen.filter((each) => !gone.has(each)));
  return gone.size > 0;
}

/** The directory of the folder that a change wants gone: its own path, or the one that it was renamed from. */
function directoryToGo({ difference }: DescribedChange): string | null {
  if (difference.from !== null) return difference.fromLower?.kind === 'directory' ? difference.from : null;
  return difference.lower?.kind === 'directory' && difference.staged?.kind !== 'directory' ? difference.path : null;
}

function toTargets({ change, difference, lowerHash, lowerTarget }: DescribedChange): Target[] {
  const { path, from, staged, lower, fromLower } = difference;
  const after = staged === null ? null : toState(staged, change.details.stagedHash);
  const source = staged?.kind === 'file' ? sourceOf(staged) : null;
  const stateOf = (stat: Stat | null): EntryState | null => lowerState(stat, lowerHash, lowerTarget);
  if (from === null) return [{ path, before: stateOf(lower), after, seen: lower, source, from, movedAway: false }];
  return [
    { path, before: null, after, seen: lower, source, from, movedAway: false },
    { path: from, before: stateOf(fromLower), after: null, seen: fromLower, source: null, from: null, movedAway: true },
  ];
}

export function toState(node: CoveringNode, hash: string | null): EntryState {
  switch (node.kind) {
    case 'file':
      return { kind: 'file', hash: hash ?? '', mode: node.stat().mode };
    case 'directory':
      return { kind: 'directory', mode: node.stat().mode };
    case 'symlink':
      return { kind: 'symlink', target: node.readlink() };
  }
}

function lowerState(stat: Stat | null, hash: string | null, target: string | null): EntryState | null {
  if (stat === null) return null;
  if (stat.kind === 'directory') return { kind: 'directory', mode: stat.mode };
  if (stat.kind === 'symlink') return { kind: 'symlink', target: target ?? '' };
  return { kind: 'file', hash: hash ?? stat.kind, mode: stat.mode };
}

function sourceOf(node: Extract<CoveringNode, { kind: 'file' }>): ContentSource {
  return { with: (use) => node.withDescriptor(use), mtimeNs: node.attributes?.mtimeNs ?? null };
}

/** Directories that a chosen change needs and that are staged but not chosen. */
function addMissingParents(selection: Selection, described: readonly DescribedChange[], folder: HostFolder): void {
  const planned = new Map(selection.targets.map((each) => [each.path, each]));
  const byPath = new Map(described.map((each) => [each.change.path, each]));
  for (const target of [...selection.targets]) {
    if (target.after === null) continue;
    for (let above = splitLower(target.path)[0]; above !== ''; above = splitLower(above)[0]) {
      const known = planned.get(above);
      // What is above a directory that is planned or there has been seen to, or is there.
      if (known?.after?.kind === 'directory' || (known === undefined && folder.stat(above)?.kind === 'directory')) break;
      if (known !== undefined) continue;
      const mode = byPath.get(above)?.change.details.mode ?? 0o755;
      const parent: Target = {
        path: above,
        before: null,
        after: { kind: 'directory', mode },
        seen: null,
        source: null,
        from: null,
        movedAway: false,
      };
      planned.set(above, parent);
      selection.targets.push(parent);
    }
  }
}
