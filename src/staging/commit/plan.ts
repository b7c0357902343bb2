import { splitLower } from '../lower/lower';
import { spellingKey } from '../lower/spelling';
import type { Stat } from '../vfs';
import type { EntryState } from './entryState';
import type { Applied, Step } from './journal';

/** One path of the folder and what a commit is to make of it. */
export interface Target {
  readonly path: string;
  readonly before: EntryState | null;
  readonly after: EntryState | null;
  /** As the path was when `before` was found out; a step is not taken when it is otherwise by then. */
  readonly seen: Stat | null;
  /** Where a file's new contents come from; null where none are needed. */
  readonly source: ContentSource | null;
  /** The path whose contents these were; that path's own target is `movedAway`. */
  readonly from: string | null;
  readonly movedAway: boolean;
}

export interface ContentSource {
  /** Runs `use` with the open contents. */
  with<T>(use: (fd: number) => T): T;
  /** The time of last modification to give the file; null: now. */
  readonly mtimeNs: bigint | null;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly applied: readonly Applied[];
  /** By number: where `new-n` of a `place` step comes from. */
  readonly sources: ReadonlyMap<number, ContentSource>;
}

/**
 * Puts the steps in order: what has to go first, then directories, then each file in one atomic rename, then
 * directories that are empty now.
 */
export function planSteps(targets: readonly Target[]): Plan {
  let last = 0;
  const sources = new Map<number, ContentSource>();
  const originals = new Map<string, number>();
  const steps: Record<'remove' | 'replacedDirectories' | 'mkdir' | 'place' | 'rmdir' | 'chmod', Step[]> = {
    remove: [],
    replacedDirectories: [],
    mkdir: [],
    place: [],
    rmdir: [],
    chmod: [],
  };
  const replaced = new Set(
    targets
      .filter((each) => each.before?.kind === 'directory' && each.after !== null && each.after.kind !== 'directory')
      .map((each) => each.path),
  );
  // Where case does not matter, what has a coming path's name in another spelling is in its place, and has to go before.
  const coming = new Set(targets.flatMap(({ path, before, after }) => (before === null && after !== null ? [spellingKey(path)] : [])));
  for (const { path, before, after } of targets) {
    if (before?.kind === 'directory' && after === null && coming.has(spellingKey(path))) replaced.add(path);
  }
  const moves = new Map<string, Target>();
  const byPath = new Map(targets.map((each) => [each.path, each]));
  for (const target of targets) if (target.from !== null && canMove(target, byPath, replaced, coming)) moves.set(target.from, target);
  const keep = (path: string): number => {
    originals.set(path, ++last);
    return last;
  };
  for (const { path, before, after, source, movedAway, from } of targets) {
    if (before !== null && before.kind !== 'directory' && (after === null || after.kind === 'directory')) {
      if (!(movedAway && moves.has(path))) steps.remove.push({ op: 'remove', path, n: keep(path), before });
    }
    if (before?.kind === 'directory' && after?.kind !== 'directory') {
      (after === null && !replaced.has(path) && !isBelow(path, replaced) ? steps.rmdir : steps.replacedDirectories).push({
        op: 'rmdir',
        path,
        before,
      });
    }
    if (after?.kind === 'directory') {
      if (before?.kind !== 'directory') steps.mkdir.push({ op: 'mkdir', path, mode: after.mode });
      else if (before.mode !== after.mode) steps.chmod.push({ op: 'chmod', path, before, mode: after.mode });
    } else if (after !== null) {
      if (from !== null && moves.get(from)?.path === path && before === null) {
        steps.place.push({ op: 'move', from, path, before: after });
      } else if (before?.kind === 'file' && after.kind === 'file' && before.hash === after.hash) {
        if (before.mode !== after.mode) steps.chmod.push({ op: 'chmod', path, before, mode: after.mode });
      } else {
        const over = before === null || before.kind === 'directory' ? null : before;
        const n = over === null ? ++last : keep(path);
        if (source !== null) sources.set(n, source);
        steps.place.push({ op: 'place', path, n, before: over, after });
      }
    }
  }
  return {
    steps: [
      ...steps.remove,
      ...deepestFirst(steps.replacedDirectories),
      ...shallowestFirst(steps.mkdir),
      ...steps.place,
      ...deepestFirst(steps.rmdir),
      ...deepestFirst(steps.chmod),
    ],
    applied: targets
      .filter((each) => !each.movedAway)
      .map(({ path, from, before, after }) => ({
        path,
        from,
        before,
        after,
        original: originals.get(path) ?? (from === null ? null : (originals.get(from) ?? null)),
      })),
    sources,
  };
}

/** A plain rename will do: nothing stands at the new path, contents and mode stay, and no directory on the way is replaced. */
function canMove(target: Target, byPath: ReadonlyMap<string, Target>, replaced: ReadonlySet<string>, coming: ReadonlySet<string>): boolean {
  if (target.before !== null || target.from === null || target.after?.kind !== 'file') return false;
  if (isBelow(target.from, replaced) || replaced.has(target.path)) return false;
  if (coming.has(spellingKey(target.from))) return false;
  const source = byPath.get(target.from);
  return (
    source?.before?.kind === 'file' &&
    source.after === null &&
    source.before.hash === target.after.hash &&
    source.before.mode === target.after.mode
  );
}

function isBelow(path: string, directories: ReadonlySet<string>): boolean {
  if (directories.size === 0) return false;
  for (let above = splitLower(path)[0]; above !== ''; above = splitLower(above)[0]) if (directories.has(above)) return true;
  return false;
}

function shallowestFirst(steps: readonly Step[]): Step[] {
  return steps
    .map((step) => ({ step, depth: step.path.split('/').length }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ step }) => step);
}

function deepestFirst(steps: readonly Step[]): Step[] {
  return shallowestFirst(steps).reverse();
}
