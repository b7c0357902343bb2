import { closeSync, fstatSync } from 'node:fs';
import type { Change, ChangeSet, CommitReport, CommitRequest, ReviewSide } from '../shared/changeSet';
import { UserError } from '../shared/userError';
import { ChangeDescriber, toChangeSet, type DescribedChange } from './changes/describe';
import { isSameAs } from './changes/contents';
import { findStaged } from './changes/placeMarks';
import { PathChanged, type StepObserver } from './commit/commitRun';
import { CommitStore } from './commit/commitStore';
import { isSameState } from './commit/entryState';
import { HostFolder } from './commit/hostFolder';
import type { Journal } from './commit/journal';
import { performCommit } from './commit/perform';
import type { Target } from './commit/plan';
import { revertTargets } from './commit/revertTargets';
import { selectTargets, toState, type Selection } from './commit/targets';
import { hashOfFd, readWhole } from './contentHash';
import { splitLower } from './lower/lower';
import { spellingKey } from './lower/spelling';
import { silent, silentWriter } from './silentAccessor';
import type { OverlayTree } from './overlay/overlayTree';
import { flattenMoved, giveUp, giveUpAll, keepContents, settle } from './overlay/rearrange';
import { english as l10n } from '../shared/texts';

export interface StagingOptions {
  /** Host path of the user's folder. */
  readonly root: string;
  /** Host path of the directory where all windows and the command line keep journals and originals of commits. */
  readonly state: string;
  /** Names this overlay among those of the folder; the same after a restart. */
  readonly overlayId: string;
  /** Disk space for the originals of commits, in MiB; the default where absent. */
  readonly checkpointsMib?: number;
  /** Called after each thing a commit does to a disk. */
  readonly observe?: StepObserver;
}

/** The change set of one overlay and the one writer of the folder. Synchronous; belongs to the kernel's thread. */
export interface Staging {
  changes(): ChangeSet;
  /** Contents of one side, for the review; null where that side is no file. See `ReviewSide`. UserError `fileTooLarge` above 64 MiB. */
  read(path: string, side: ReviewSide): Uint8Array | null;
  /** Stages other contents at a path, based on what the folder has there now; null where that makes them equal. */
  edit(path: string, content: Uint8Array): Change | null;
  commit(request: CommitRequest): CommitReport;
  discard(paths: readonly string[] | 'all'): void;
  /** Undoes a commit where the folder still has what it left there; what has changed since is a conflict. */
  revert(commitId: string): CommitReport;
  /** Commits of this folder that can be taken back, oldest first. */
  commits(): readonly { readonly commitId: string; readonly atMs: number; readonly paths: readonly string[] }[];
  dispose(): void;
}

/** Recovers what a former process left, then gives the staging of an overlay. */
export function createStaging(tree: OverlayTree, options: StagingOptions): Staging {
  return new OverlayStaging(tree, options);
}

class OverlayStaging implements Staging {
  private readonly folder: HostFolder;
  private readonly store: CommitStore;
  private readonly describer: ChangeDescriber;
  private readonly shown = new Map<string, string>();
  /** Commits that this overlay has nothing to do with, so that their journals are read once. */
  private readonly ofOthers = new Set<string>();
  /** As the change set tells it. */
  private keptAside: string | null;

  constructor(
    private readonly tree: OverlayTree,
    private readonly options: StagingOptions,
  ) {
    this.folder = new HostFolder(options.root);
    this.store = new CommitStore(options.state, this.folder, options.observe ?? (() => undefined), options.checkpointsMib);
    this.describer = new ChangeDescriber(tree.root);
    this.keptAside = tree.keptAside;
    this.store.recoverIfFree();
    this.settleFormer();
  }

  changes(): ChangeSet {
    const set = toChangeSet(this.describer.describe());
    for (const change of set.changes) this.shown.set(change.details.id, change.path);
    return this.keptAside === null ? set : { ...set, keptAside: this.keptAside };
  }

  read(path: string, side: ReviewSide): Uint8Array | null {
    const { context, root } = this.tree;
    if (side === 'staged') {
      const node = findStaged(root, path);
      return node?.kind === 'file' ? node.withDescriptor(readForReview) : null;
    }
    const change = this.describer.describe().find((each) => each.change.path === path);
    const basePath = change?.difference.from ?? path;
    if (context.policy.classify(basePath).hidden) return null;
    if (side === 'ancestor') return this.ancestor(basePath);
    const [directory, name] = splitLower(basePath);
    if (context.lower.stat(directory, name)?.kind !== 'file') return null;
    const { fd } = context.lower.openFile(directory, name);
    try {
      return readForReview(fd);
    } finally {
      closeSync(fd);
    }
  }

  /** What the change at a path of the folder was based on. */
  private ancestor(path: string): Uint8Array | null {
    const { context } = this.tree;
    const base = context.bases.get(path);
    if (base?.kind !== 'file') return null;
    const kept = base.hash === null ? null : context.kept.read(base.hash);
    if (kept !== null) return kept;
    const [directory, name] = splitLower(path);
    const stat = context.lower.stat(directory, name);
    if (stat?.kind !== 'file') return null;
    const { fd } = context.lower.openFile(directory, name);
    try {
      return isSameAs(base, stat, () => hashOfFd(fd, stat.size)) ? readForReview(fd) : null;
    } finally {
      closeSync(fd);
    }
  }

  edit(path: string, content: Uint8Array): Change | null {
    const { root } = this.tree;
    const [directory, name] = splitLower(path);
    const parent = findStaged(root, directory);
    if (parent?.kind !== 'directory')
      throw new UserError('sandboxFailed', l10n.t('The folder of this file is not staged any more. Discard the change.'));
    const found = parent.at(name);
    const file = found ?? parent.create(silent, name, 0o644);
    if (file.kind !== 'file') throw new UserError('sandboxFailed', l10n.t('Only files can be edited in the review.'));
    const open = file.open(silentWriter, { read: false, write: true, truncate: true });
    try {
      if (content.byteLength > 0) open.write(silentWriter, content, 0);
    } finally {
      open.close();
    }
    const from = this.describer.describe().find((each) => each.change.path === path)?.difference.from ?? null;
    this.rebase(path);
    if (from !== null) this.rebase(from);
    return this.changes().changes.find((change) => change.path === path) ?? null;
  }

  /** From now on the change at a path of the folder is based on what the folder has there. */
  private rebase(path: string): void {
    const { context } = this.tree;
    const [directory, name] = splitLower(path);
    const stat = context.lower.stat(directory, name);
    context.transact((tx) => {
      if (context.bases.has(path)) tx.add({ t: 'base', path, base: null }, () => void context.bases.delete(path));
    });
    if (stat === null) return;
    context.transact((tx) => context.cover(tx, directory, name, stat, true));
    if (stat.kind !== 'file') return;
    const { fd } = context.lower.openFile(directory, name);
    try {
      context.keepBase(path, fd);
    } finally {
      closeSync(fd);
    }
  }

  commit(request: CommitRequest): CommitReport {
    const lock = this.store.lock();
    try {
      this.store.recover();
      this.settleFormer();
      return this.commitLocked(request, []);
    } finally {
      lock.release();
    }
  }

  /** `changed`: paths that turned out to be otherwise than planned while they were applied. */
  private commitLocked(request: CommitRequest, changed: readonly string[]): CommitReport {
    flattenMoved(this.tree.root);
    const described = this.describer.describe();
    const dirtyPaths = unsavedPaths(described, request.dirtyPaths);
    const selection = selectTargets(described, { ...request, dirtyPaths: [...dirtyPaths, ...changed] }, this.folder, this.shown);
    const conflicts = selection.conflicts.map((each) =>
      changed.includes(each.path) && !dirtyPaths.includes(each.path) ? { path: each.path, reason: 'changed on disk' as const } : each,
    );
    if (selection.targets.length === 0) return { commitId: null, applied: [], held: selection.held, conflicts };
    keepContents(this.tree.root, changingPaths(selection), new Set(selection.targets.map((each) => each.path)));
    let journal: Journal;
    try {
      const about = { overlayId: this.options.overlayId, reverts: null };
      journal = performCommit(this.store, this.folder, selection.targets, about);
    } catch (cause) {
      if (!(cause instanceof PathChanged)) throw cause;
      const path = ownerOf(selection.chosen, cause.path);
      if (changed.includes(path)) throw folderChanged(cause);
      return this.commitLocked(request, [...changed, path]);
    }
    this.settleCommit(journal);
    this.keptAside = null;
    return this.reportOf(journal, selection.held, conflicts);
  }

  discard(paths: readonly string[] | 'all'): void {
    if (paths === 'all') giveUpAll(this.tree.root);
    else this.discardSome(paths);
    this.keptAside = null;
    this.tree.context.dropOldBases();
  }

  private discardSome(paths: readonly string[]): void {
    flattenMoved(this.tree.root);
    const asked = new Set(paths);
    const chosen = this.describer.describe().filter(({ change }) => asked.has(change.path));
    for (const { change, difference } of chosen.reverse()) {
      giveUp(this.tree.root, change.path);
      if (difference.from !== null) giveUp(this.tree.root, difference.from);
    }
  }

  revert(commitId: string): CommitReport {
    const lock = this.store.lock();
    try {
      this.store.recover();
      const journal = this.store.doneOne(commitId);
      if (journal === null)
        throw new UserError('sandboxFailed', l10n.t('The originals of this commit are not kept any more. It cannot be taken back.'));
      const { targets, conflicts } = revertTargets(journal, this.folder, this.store);
      if (targets.length === 0) return { commitId: null, applied: [], held: [], conflicts };
      const about = { overlayId: this.options.overlayId, reverts: commitId };
      const done = this.performRevert(targets, about);
      return this.reportOf(done, [], conflicts);
    } finally {
      lock.release();
    }
  }

  /** What a commit did. The checkpoints are brought within their budget first: its own and the one it took back are kept. */
  private reportOf(journal: Journal, held: CommitReport['held'], conflicts: CommitReport['conflicts']): CommitReport {
    const givenUp = this.store.keepWithinBudget([journal.commitId, ...(journal.reverts === null ? [] : [journal.reverts])]);
    const applied = journal.applied.map((each) => each.path);
    return { commitId: journal.commitId, applied, held, conflicts, ...(givenUp === null ? {} : { givenUp }) };
  }

  private performRevert(targets: readonly Target[], about: { overlayId: string; reverts: string }): Journal {
    try {
      return performCommit(this.store, this.folder, targets, about);
    } catch (cause) {
      throw cause instanceof PathChanged ? folderChanged(cause) : cause;
    }
  }

  commits(): { commitId: string; atMs: number; paths: string[] }[] {
    return this.store.done().map(({ commitId, atMs, applied }) => ({ commitId, atMs, paths: applied.map((each) => each.path) }));
  }

  dispose(): void {
    this.folder.dispose();
  }

  /** Commits of this overlay that were finished by a recovery, or right before a crash. */
  private settleFormer(): void {
    for (const journal of this.store.done(new Set([...this.tree.committed, ...this.ofOthers]))) {
      if (journal.overlayId === this.options.overlayId && journal.reverts === null) this.settleCommit(journal, this.stagedAnew(journal));
      else this.ofOthers.add(journal.commitId);
    }
  }

  /**
   * Paths of a former commit that something of its own has been staged at since: where some of the overlay's log could
   * not be read, its note of the commit may be among that. Else nothing can have been: no guest ran in between.
   */
  private stagedAnew(journal: Journal): ReadonlySet<string> {
    if (this.tree.keptAside === null) return new Set();
    const described = new Map(this.describer.describe().map((each) => [each.change.path, each]));
    const isAnew = ({ path, after }: Journal['applied'][number]): boolean => {
      const found = described.get(path);
      if (found === undefined) return false;
      const { staged } = found.difference;
      // What has its contents from the folder had them from where the commit took them away.
      if (staged?.kind === 'file' && !staged.blob) return false;
      return !isSameState(staged === null ? null : toState(staged, found.change.details.stagedHash), after);
    };
    return new Set(journal.applied.filter(isAnew).map((each) => each.path));
  }

  private settleCommit(journal: Journal, except: ReadonlySet<string> = new Set()): void {
    const applied = new Set(journal.applied.map((each) => each.path).filter((path) => !except.has(path)));
    const sources = new Set(journal.applied.flatMap((each) => (each.from === null ? [] : [each.from])));
    settle(this.tree.root, applied, sources);
    this.tree.noteCommitted(journal.commitId);
    this.tree.compact();
    this.tree.context.dropOldBases();
  }
}

/** Files above this are too large to be shown to anybody, and to be held in memory for it. */
const maxReviewBytes = 64 * 1024 * 1024;

function readForReview(fd: number): Buffer {
  const { size } = fstatSync(fd);
  if (size <= maxReviewBytes) return readWhole(fd, size);
  throw new UserError('fileTooLarge', l10n.t('This file is too large to be shown ({0} MiB).', Math.ceil(size / 1024 / 1024)));
}

function folderChanged(cause: PathChanged): UserError {
  return new UserError(
    'sandboxFailed',
    l10n.t('The folder changed while changes were applied. Nothing was changed. Look at the changes again, then apply.'),
    { cause },
  );
}

function changingPaths(selection: Selection): Set<string> {
  return new Set(selection.targets.filter((each) => each.before !== null).map((each) => each.path));
}

/**
 * Paths that the changes touch and an editor has unsaved. An editor may have a file under another spelling than the disk's;
 * where that is another file, a conflict too many does no harm.
 */
function unsavedPaths(described: readonly DescribedChange[], unsaved: readonly string[]): string[] {
  if (unsaved.length === 0) return [];
  const keys = new Set(unsaved.map(spellingKey));
  return described
    .flatMap(({ change, difference }) => (difference.from === null ? [change.path] : [change.path, difference.from]))
    .filter((path) => keys.has(spellingKey(path)));
}

/** The path under which the review shows what touches `path`. */
function ownerOf(chosen: readonly DescribedChange[], path: string): string {
  return chosen.find(({ difference }) => difference.from === path)?.change.path ?? path;
}
