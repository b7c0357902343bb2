import { lookFromAbove } from '../lower/lookFromAbove';
import { splitLower } from '../lower/lower';
import { english as l10n } from '../../shared/texts';
import { UserError } from '../../shared/userError';
import type { Stat } from '../vfs';
import { describeFailure, PathChanged } from './commitRun';
import type { CommitStore } from './commitStore';
import type { HostFolder } from './hostFolder';
import type { Journal } from './journal';
import { planSteps, type Target } from './plan';

/**
 * Carries targets out as one commit: all of them, or, where anything fails, none. Throws PathChanged where a path is
 * not as it was planned for, else a UserError. The lock is held.
 */
export function performCommit(
  store: CommitStore,
  folder: HostFolder,
  targets: readonly Target[],
  about: { readonly overlayId: string; readonly reverts: string | null },
): Journal {
  const plan = planSteps(targets);
  const run = store.begin({ ...about, atMs: Date.now(), steps: plan.steps, applied: plan.applied }, asidesAbove(folder, targets));
  try {
    run.prepare(plan.sources);
    run.apply(new Map<string, Stat | null>(targets.map((each) => [each.path, each.seen])));
    run.finish();
    return run.journal;
  } catch (cause) {
    if (run.isOver) return run.journal; // applied; only originals could not be moved
    undo(run);
    if (cause instanceof PathChanged) throw cause;
    throw new UserError('sandboxFailed', l10n.t('{0} Nothing was changed; the changes stay staged.', describeFailure(cause)), { cause });
  }
}

function undo(run: ReturnType<CommitStore['begin']>): void {
  try {
    run.undo();
  } catch (cause) {
    throw new UserError('sandboxFailed', l10n.t('A commit failed and could not be taken back yet. It is taken back at the next start.'), {
      cause,
    });
  }
}

interface Place {
  readonly dev: bigint | undefined;
  /** The top of the file system that the directory is on, as far as the folder goes. */
  readonly top: string;
  readonly isThere: boolean;
}

/** The folder's own top and, where it holds other file systems, the top of each that is written to: renames do not cross them. */
function asidesAbove(folder: HostFolder, targets: readonly Target[]): string[] {
  const dev = folder.stat('.')?.dev;
  const placeOf = lookFromAbove<Place>({ dev, top: '', isThere: true }, (path, above) => {
    // What is below a directory that is not there is not there either.
    const stat = above.isThere ? folder.stat(path) : null;
    if (stat?.kind !== 'directory') return { ...above, isThere: false };
    return { dev: stat.dev, top: stat.dev === above.dev ? above.top : path, isThere: true };
  });
  const asides = new Set(['']);
  for (const { path } of targets) {
    const place = placeOf(splitLower(path)[0]);
    if (place.dev !== dev) asides.add(place.top);
  }
  return [...asides];
}
