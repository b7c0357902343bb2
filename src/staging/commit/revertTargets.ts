import { closeSync, constants, openSync } from 'node:fs';
import type { ConflictReason } from '../../shared/changeSet';
import { comparePaths } from '../changes/difference';
import { spellingKey } from '../lower/spelling';
import type { CommitStore } from './commitStore';
import { isSameState, type EntryState } from './entryState';
import type { HostFolder } from './hostFolder';
import type { Applied, Journal } from './journal';
import type { ContentSource, Target } from './plan';

/** What takes a commit back: every path as it was, where the folder still has what the commit left there. */
export function revertTargets(
  journal: Journal,
  folder: HostFolder,
  store: CommitStore,
): { readonly targets: Target[]; readonly conflicts: { path: string; reason: ConflictReason }[] } {
  const targets: Target[] = [];
  const conflicts: { path: string; reason: ConflictReason }[] = [];
  const paths = new Set(journal.applied.map((each) => each.path));
  // Where case does not matter, a path's former spelling leads to what stands there now; should it be another file, its step fails.
  const made = new Set(journal.applied.flatMap(({ path, after }) => (after === null ? [] : [spellingKey(path)])));
  for (const each of journal.applied) {
    const isRespelled = each.after === null && made.has(spellingKey(each.path));
    const now = isRespelled ? null : folder.state(each.path);
    const leftPath = each.from === null || paths.has(each.from) || spellingKey(each.from) === spellingKey(each.path) ? null : each.from;
    const reason = conflictOf(now, each, leftPath === null ? null : folder.state(leftPath));
    if (reason !== null) conflicts.push({ path: each.path, reason });
    else targets.push(...toTargets(journal, each, folder, store).map((target) => (isRespelled ? { ...target, seen: null } : target)));
  }
  return { targets: targets.sort((a, b) => comparePaths(a.path, b.path)), conflicts };
}

function conflictOf(now: EntryState | null, { after }: Applied, atSource: EntryState | null): ConflictReason | null {
  if (atSource !== null) return 'created on disk';
  if (isSameState(now, after)) return null;
  return now === null ? 'removed on disk' : after === null ? 'created on disk' : 'changed on disk';
}

function toTargets(journal: Journal, { path, from, before, after, original }: Applied, folder: HostFolder, store: CommitStore): Target[] {
  const seen = folder.stat(path);
  const source = original === null ? null : originalOf(store.originalPath(journal.commitId, original));
  if (from === null) return [{ path, before: after, after: before, seen, source, from: null, movedAway: false }];
  const former = journal.steps.find((step) => (step.op === 'remove' && step.path === from) || (step.op === 'move' && step.from === from));
  const formerState: EntryState | null =
    former?.op === 'remove' || former?.op === 'move' ? former.before : after?.kind === 'directory' ? after : null;
  return [
    { path, before: after, after: null, seen, source: null, from: null, movedAway: formerState?.kind === 'file' },
    {
      path: from,
      before: null,
      after: formerState,
      seen: null,
      source: source ?? hostSource(folder, path),
      from: formerState?.kind === 'file' ? path : null,
      movedAway: false,
    },
  ];
}

function originalOf(path: string): ContentSource {
  return {
    mtimeNs: null,
    with: (use) => {
      const fd = openSync(path, constants.O_RDONLY);
      try {
        return use(fd);
      } finally {
        closeSync(fd);
      }
    },
  };
}

function hostSource(folder: HostFolder, path: string): ContentSource {
  return {
    mtimeNs: null,
    with: (use) => {
      const fd = folder.openFile(path);
      try {
        return use(fd);
      } finally {
        closeSync(fd);
      }
    },
  };
}
