import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { GivenUpCheckpoints } from '../../shared/changeSet';
import { english as l10n } from '../../shared/texts';
import { UserError } from '../../shared/userError';
import { hashOfText } from '../contentHash';
import { makePrivateDirectory, syncDirectory } from '../privateFile';
import { acquireProcessLock, tryProcessLock, type ProcessLock } from '../processLock';
import { CheckpointBudget } from './checkpointBudget';
import { CommitRun, describeFailure, type StepObserver } from './commitRun';
import type { HostFolder } from './hostFolder';
import { hasJournal, readJournal, type Journal } from './journal';

/**
 * Where the journals and originals of one folder's commits are, for every window and the command line alike: a private
 * directory below `state`, named after the folder's real path.
 */
export class CommitStore {
  private readonly directory: string;
  private readonly commits: string;
  private readonly budget: CheckpointBudget;

  /** `checkpointsMib`: disk space for the originals of all folders' commits. */
  constructor(
    state: string,
    private readonly folder: HostFolder,
    private readonly observe: StepObserver,
    checkpointsMib: number | undefined,
  ) {
    this.budget = new CheckpointBudget(state, checkpointsMib);
    this.directory = join(state, hashOfText(folder.realPath).slice(0, 32));
    this.commits = join(this.directory, 'commits');
  }

  lock(): ProcessLock {
    makePrivateDirectory(this.commits);
    return acquireProcessLock(join(this.directory, 'lock'));
  }

  /**
   * Where no other process holds the lock, finishes what a former one left. A living committer is left alone, and so is,
   * until the next commit, what cannot be finished now: guests can work all the same.
   */
  recoverIfFree(): void {
    if (!existsSync(this.commits)) return;
    const lock = tryProcessLock(join(this.directory, 'lock'));
    if (lock === null) return;
    try {
      this.recoverAll();
    } finally {
      lock.release();
    }
  }

  /** With the lock held: every commit that was stopped is finished or taken back. A UserError where one cannot be. */
  recover(): void {
    const [failure] = this.recoverAll();
    if (failure === undefined) return;
    const message = l10n.t('An earlier commit was stopped and cannot be taken back yet. {0}', describeFailure(failure));
    throw new UserError('sandboxFailed', message, { cause: failure });
  }

  /** Sees to each commit; gives what went wrong. */
  private recoverAll(): unknown[] {
    const failures: unknown[] = [];
    for (const commitId of this.ids()) {
      const directory = join(this.commits, commitId);
      const journal = readJournal(directory);
      if (journal === null) {
        // Stopped before anything was written to the folder; a journal that is there and cannot be read is not ours to drop.
        if (!hasJournal(directory)) rmSync(directory, { recursive: true, force: true });
        continue;
      }
      const run = new CommitRun(this.folder, directory, journal, this.observe);
      try {
        recoverOne(run, directory);
      } catch (cause) {
        // Of one that had not begun, or is over, only its own files are still in the folder.
        if (journal.state !== 'preparing' && !run.isOver) failures.push(cause);
      }
    }
    return failures;
  }

  /** Commits that are over and can be taken back, oldest first; without those of `known`, whose journals are not read. */
  done(known: ReadonlySet<string> = new Set()): Journal[] {
    return this.ids()
      .filter((commitId) => !known.has(commitId))
      .map((commitId) => readJournal(join(this.commits, commitId)))
      .filter((journal): journal is Journal => journal?.state === 'done')
      .sort((a, b) => a.atMs - b.atMs);
  }

  /** Begins a commit; the lock is held. */
  begin(journal: Omit<Journal, 'version' | 'commitId' | 'asides' | 'state'>, asidesAbove: readonly string[]): CommitRun {
    const commitId = randomBytes(8).toString('hex');
    const directory = join(this.commits, commitId);
    mkdirSync(directory, { mode: 0o700 });
    syncDirectory(this.commits);
    const asides = asidesAbove.map((above) => `${above === '' ? '' : `${above}/`}.sunaba-commit-${commitId}`);
    return new CommitRun(this.folder, directory, { ...journal, version: 1, commitId, asides, state: 'preparing' }, this.observe);
  }

  originalPath(commitId: string, original: number): string {
    return join(this.commits, commitId, `original-${original}`);
  }

  /** With the lock held: gives up the oldest commits' originals where all together take too much. Not those of `inUse`. */
  keepWithinBudget(inUse: readonly string[]): GivenUpCheckpoints | null {
    return this.budget.enforce(this.directory, new Set(inUse.map((commitId) => join(this.commits, commitId))));
  }

  /** The journal of one commit that is over; null where it is not kept (any more). */
  doneOne(commitId: string): Journal | null {
    const journal = this.ids().includes(commitId) ? readJournal(join(this.commits, commitId)) : null;
    return journal?.state === 'done' ? journal : null;
  }

  private ids(): string[] {
    if (!existsSync(this.commits)) return [];
    return readdirSync(this.commits).filter((name) => /^[0-9a-f]{16}$/.test(name));
  }
}

function recoverOne(run: CommitRun, directory: string): void {
  switch (run.journal.state) {
    case 'preparing':
      run.clearAsides();
      rmSync(directory, { recursive: true, force: true });
      break;
    case 'prepared':
      try {
        run.resume();
        run.confirmApplied();
        run.finish();
      } catch (cause) {
        if (run.isOver) throw cause; // only its originals could not be moved

        run.undo();
      }
      break;
    case 'undoing':
      run.undo();
      break;
    case 'done':
      run.keepOriginals();
      break;
    case 'undone':
      rmSync(directory, { recursive: true, force: true });
      break;
  }
}
