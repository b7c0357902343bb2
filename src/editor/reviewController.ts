import { randomUUID } from 'node:crypto';
import type { StagingPort } from '../sandbox/sandbox';
import { checkpointNotice, keptAsideNotice, type Change, type ChangeSet, type CommitReport } from '../shared/changeSet';
import type { PanelEvent, PendingReview } from '../shared/panelEvent';
import type { Texts } from '../shared/texts';
import { UserError } from '../shared/userError';

export interface ReviewPorts {
  readonly l10n: Texts;
  /** The staging of the folder that is worked in; makes the sandbox where none stands. */
  staging(): Promise<StagingPort>;
  /** Paths below the folder that have unsaved edits in an editor. */
  dirtyPaths(): readonly string[];
  /** Whether anything may be written at all: false in Restricted Mode. */
  mayWrite(): boolean;
  show(review: PendingReview | null): void;
  emit(event: PanelEvent): void;
  /** The set or the contents of these paths have changed. */
  onChanged(changes: readonly Change[], paths: readonly string[]): void;
  warn(message: string): void;
}

/**
 * What is staged and not yet in the folder. Each time it is shown it gets an approval id that only the host knows and
 * that is good once, for exactly the states that were shown: an approval with any other id is not heard.
 */
export class ReviewController {
  private shown: PendingReview | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  /** Directories of what could not be read that the user was told of. */
  private readonly toldAside = new Set<string>();

  constructor(private readonly ports: ReviewPorts) {}

  get pending(): ChangeSet | null {
    return this.shown?.changeSet ?? null;
  }

  /** Reads what is staged and shows it under a new approval id. */
  refresh(conflicts: CommitReport['conflicts'] = []): Promise<void> {
    return this.inTurn(() => this.reload(conflicts));
  }

  /** Writes to the folder what the user approved: all but what is held, or the paths he clicked on. */
  apply(approvalId: string, paths: readonly string[] | undefined): Promise<void> {
    return this.inTurn(async () => {
      const { changes } = await this.take(approvalId);
      this.requireWrite();
      const chosen = paths === undefined ? changes.filter((change) => !isHeld(change)) : changes.filter(({ path }) => paths.includes(path));
      const single = paths?.length === 1 ? chosen.filter(({ details }) => details.marks.includes('protected')) : [];
      await this.commit(
        chosen.map(({ details }) => details.id),
        single.map(({ path }) => path),
      );
    });
  }

  /** Applies what is shown, by the palette: the user's own command needs no id. */
  async applyShown(): Promise<void> {
    if (this.shown === null) await this.refresh();
    if (this.shown !== null) await this.apply(this.shown.approvalId, undefined);
  }

  async discardShown(): Promise<void> {
    if (this.shown !== null) await this.discard(this.shown.approvalId, undefined);
  }

  /** Gives up what is proposed at one path, by a choice in a dialog of VS Code's. */
  async discardOne(path: string): Promise<void> {
    if (this.shown !== null) await this.discard(this.shown.approvalId, [path]);
  }

  conflictAt(path: string): CommitReport['conflicts'][number] | undefined {
    return this.shown?.conflicts.find((conflict) => conflict.path === path);
  }

  /** Whether it is still known what the change at a path was based on. */
  async hasAncestor(path: string): Promise<boolean> {
    return (await (await this.ports.staging()).read(path, 'ancestor')) !== null;
  }

  /** Commits what is staged and not held, without asking: the mode `auto`. Where some of it could not be read, the user looks first. */
  applyAll(): Promise<void> {
    return this.inTurn(async () => {
      this.requireWrite();
      const { changes, keptAside } = await (await this.ports.staging()).changes();
      const free = changes.filter((change) => !isHeld(change));
      if (free.length > 0 && keptAside === undefined)
        await this.commit(
          free.map(({ details }) => details.id),
          [],
        );
      else await this.reload([]);
    });
  }

  discard(approvalId: string, paths: readonly string[] | undefined): Promise<void> {
    return this.inTurn(async () => {
      const { changes } = await this.take(approvalId);
      const named =
        paths === undefined ? changes.map(({ path }) => path) : paths.filter((path) => changes.some((each) => each.path === path));
      await (await this.ports.staging()).discard(paths === undefined ? 'all' : named);
      this.ports.emit({ type: 'changes_discarded', paths: named });
      await this.reload(this.shown?.conflicts.filter(({ path }) => !named.includes(path)) ?? []);
    });
  }

  /** Takes a commit back, where the folder still has what it left there. */
  revert(commitId: string): Promise<CommitReport> {
    return this.inTurn(async () => {
      this.requireWrite();
      const report = await (await this.ports.staging()).revert(commitId);
      this.ports.emit({ type: 'changes_reverted', commitId, report });
      await this.reload([]);
      return report;
    });
  }

  /** Keeps what is proposed at a path and bases it on what the folder has there now. The user has seen both. */
  keepProposed(path: string): Promise<void> {
    return this.inTurn(async () => {
      const staging = await this.ports.staging();
      const proposed = await staging.read(path, 'staged');
      if (proposed !== null) await staging.edit(path, proposed);
      await this.reload(this.shown?.conflicts.filter((conflict) => conflict.path !== path) ?? []);
    });
  }

  private async commit(ids: readonly string[], approvedProtected: readonly string[]): Promise<void> {
    const staging = await this.ports.staging();
    const report = await staging.commit({ ids, approvedProtected, dirtyPaths: this.ports.dirtyPaths() });
    if (report.applied.length > 0 || report.conflicts.length > 0)
      this.ports.emit({ type: 'changes_committed', report, undoable: report.commitId !== null });
    if (report.givenUp !== undefined) {
      this.ports.emit({ type: 'notice_shown', level: 'info', message: checkpointNotice(report.givenUp), fixes: ['openSettings'] });
    }
    await this.reload(report.conflicts);
  }

  private async reload(conflicts: CommitReport['conflicts']): Promise<void> {
    const changeSet = await (await this.ports.staging()).changes();
    const paths = [...(this.shown?.changeSet.changes ?? []), ...changeSet.changes].map(({ path }) => path);
    this.shown =
      changeSet.changes.length === 0
        ? null
        : {
            approvalId: randomUUID(),
            changeSet,
            conflicts: conflicts.filter(({ path }) => changeSet.changes.some((change) => change.path === path)),
          };
    this.ports.show(this.shown);
    this.tellAside(changeSet);
    this.ports.onChanged(changeSet.changes, [...new Set(paths)]);
  }

  private tellAside({ keptAside }: ChangeSet): void {
    if (keptAside === undefined || this.toldAside.has(keptAside)) return;
    this.toldAside.add(keptAside);
    this.ports.emit({ type: 'notice_shown', level: 'warning', message: keptAsideNotice(keptAside), fixes: [] });
  }

  /** An approval id is spent by its use, whatever comes of it. */
  private async take(approvalId: string): Promise<ChangeSet> {
    const shown = this.shown;
    if (shown?.approvalId === approvalId) return shown.changeSet;
    this.ports.warn('an approval quoted an id that the host had not issued for what is shown now, and was not heard');
    await this.reload(shown?.conflicts ?? []);
    const { l10n } = this.ports;
    throw new UserError('reviewOutdated', l10n.t('The changes have moved on since they were shown. Look at them again.'));
  }

  private requireWrite(): void {
    if (!this.ports.mayWrite()) {
      const { l10n } = this.ports;
      throw new UserError(
        'untrustedWorkspace',
        l10n.t('This folder is not trusted, so nothing is written to it. Trust the folder to apply changes.'),
      );
    }
  }

  /** One step after the other: what a step shows is what the next one finds. */
  private inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const next = this.queue.then(step);
    this.queue = next.catch(() => undefined);
    return next;
  }
}

function isHeld(change: Change): boolean {
  return change.details.marks.some((mark) => mark === 'protected' || mark === 'link leaves the folder');
}
