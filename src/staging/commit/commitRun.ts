import { closeSync, fchmodSync, fsyncSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { english as l10n } from '../../shared/texts';
import { toFsError, type ErrnoName } from '../errno';
import { joinLower, splitLower } from '../lower/lower';
import type { Stat } from '../vfs';
import { isSameState } from './entryState';
import type { HostFolder } from './hostFolder';
import { writeJournal, type Journal, type JournalState, type Step } from './journal';
import type { ContentSource } from './plan';
import { writeContents } from './writeContents';

/** Is told after each thing that a commit does to a disk; what it throws stops the commit as a failure would. */
export type StepObserver = (done: string) => void;

/** A path is not as it was when the commit was planned. */
export class PathChanged extends Error {
  constructor(
    readonly path: string,
    readonly what: 'folder' | 'staged',
  ) {
    super(`${path} changed while it was applied`);
    this.name = 'PathChanged';
  }
}

/** Failures that mean that somebody else changed the folder meanwhile. */
const changedUnderway: ReadonlySet<ErrnoName> = new Set<ErrnoName>(['noent', 'exist', 'notdir', 'isdir', 'notempty', 'loop']);

/** Takes the steps of one journal: forward, back, or on from wherever a former process was stopped. */
export class CommitRun {
  constructor(
    private readonly folder: HostFolder,
    /** The commit's directory among the journals. */
    private readonly directory: string,
    public journal: Journal,
    private readonly observe: StepObserver,
  ) {}

  /** Nothing of the folder is to be changed any more. */
  get isOver(): boolean {
    return this.journal.state === 'done' || this.journal.state === 'undone';
  }

  /** Puts everything that needs space on the folder's disk; nothing of the folder itself changes. */
  prepare(sources: ReadonlyMap<number, ContentSource>): void {
    this.note('preparing');
    for (const aside of this.journal.asides) {
      this.folder.mkdir(aside, 0o700);
      this.observe(`mkdir ${aside}`);
    }
    for (const step of this.journal.steps) {
      if (step.op !== 'place') continue;
      this.writeNew(step, sources.get(step.n));
      this.observe(`write ${step.path}`);
      if (step.before !== null) {
        this.folder.duplicate(step.path, this.aside(step.path, `old-${step.n}`));
        this.observe(`keep ${step.path}`);
      }
    }
    for (const aside of this.journal.asides) this.folder.sync(aside);
    this.note('prepared');
  }

  private writeNew(step: Extract<Step, { op: 'place' }>, source: ContentSource | undefined): void {
    const path = this.aside(step.path, `new-${step.n}`);
    if (step.after.kind === 'symlink') return this.folder.symlink(step.after.target, path);
    if (step.after.kind !== 'file' || source === undefined) throw new Error(`nothing to place at ${step.path}`);
    const fd = this.folder.createFile(path);
    try {
      const hash = source.with((from) => writeContents(from, fd, source.mtimeNs));
      if (hash !== step.after.hash) throw new PathChanged(step.path, 'staged');
      fchmodSync(fd, step.after.mode);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  /** Takes every step; each path must still be as it was seen. */
  apply(seen: ReadonlyMap<string, Stat | null>): void {
    const unchecked = new Map(seen);
    for (const step of this.journal.steps) {
      for (const path of step.op === 'move' ? [step.path, step.from] : [step.path]) {
        this.check(path, unchecked);
        unchecked.delete(path);
      }
      try {
        this.take(step);
      } catch (cause) {
        throw changedUnderway.has(toFsError(cause).code) ? new PathChanged(step.path, 'folder') : cause;
      }
      this.observe(`${step.op} ${step.path}`);
    }
  }

  private check(path: string, seen: ReadonlyMap<string, Stat | null>): void {
    const before = seen.get(path);
    if (before === undefined || before?.kind === 'directory') return;
    const now = this.folder.stat(path);
    const isSame =
      before === null
        ? now === null || now.kind === 'directory'
        : now !== null && now.ino === before.ino && now.mtimeNs === before.mtimeNs && now.size === before.size;
    if (!isSame) throw new PathChanged(path, 'folder');
  }

  private take(step: Step): void {
    switch (step.op) {
      case 'remove':
        return this.folder.rename(step.path, this.aside(step.path, `old-${step.n}`));
      case 'rmdir':
        return this.folder.rmdir(step.path);
      case 'mkdir':
        return this.folder.mkdir(step.path, step.mode);
      case 'place':
        return this.folder.rename(this.aside(step.path, `new-${step.n}`), step.path);
      case 'move':
        return this.folder.rename(step.from, step.path);
      case 'chmod':
        return this.folder.chmod(step.path, step.mode);
    }
  }

  /** Goes on from wherever the commit was stopped. What the user changed meanwhile is left alone. */
  resume(): void {
    for (const step of this.journal.steps) {
      if (!this.isOpen(step)) continue;
      if (step.op === 'rmdir') this.removeIfEmpty(step.path);
      else this.take(step);
      this.observe(`${step.op} ${step.path}`);
    }
  }

  /** Whether a step has still to be taken, and may be. */
  private isOpen(step: Step): boolean {
    const { folder } = this;
    switch (step.op) {
      case 'remove':
        return !this.has(step.path, `old-${step.n}`) && isSameState(folder.state(step.path), step.before);
      case 'rmdir':
        return true;
      case 'mkdir':
        return folder.stat(step.path) === null;
      case 'place':
        return this.has(step.path, `new-${step.n}`) && isSameState(folder.state(step.path), step.before);
      case 'move':
        return folder.stat(step.path) === null && isSameState(folder.state(step.from), step.before);
      case 'chmod':
        return isSameState(folder.state(step.path), step.before);
    }
  }

  /** Takes all steps back, in turn, needing no space. */
  undo(): void {
    this.note('undoing');
    for (const step of [...this.journal.steps].reverse()) {
      this.takeBack(step);
      this.observe(`undo ${step.op} ${step.path}`);
    }
    this.syncFolders();
    const kept = this.keepWhatWasReplaced();
    this.clearAsides();
    if (kept) return;
    this.note('undone');
    rmSync(this.directory, { recursive: true, force: true });
  }

  /**
   * Where the user has put something of their own in the place of what a step had taken, or changed what it had put
   * there, the original has no place to go back to. It is kept as that of a commit which is over, for a revert. True where there is one.
   */
  private keepWhatWasReplaced(): boolean {
    const kept = new Set<number>();
    for (const step of this.journal.steps) {
      if (step.op !== 'remove' && (step.op !== 'place' || this.has(step.path, `new-${step.n}`))) continue;
      if (this.has(step.path, `old-${step.n}`)) kept.add(step.n);
    }
    if (kept.size === 0) return false;
    const applied = this.journal.applied.filter(({ original }) => original !== null && kept.has(original));
    // No overlay takes this for a commit of its changes: they stay staged.
    this.journal = { ...this.journal, applied, overlayId: '' };
    this.note('done');
    this.moveOriginals();
    return true;
  }

  private takeBack(step: Step): void {
    const { folder } = this;
    const old = 'n' in step ? this.aside(step.path, `old-${step.n}`) : '';
    switch (step.op) {
      case 'remove':
        if (folder.stat(old) !== null && folder.stat(step.path) === null) folder.rename(old, step.path);
        return;
      case 'rmdir':
        if (folder.stat(step.path) === null && step.before.kind === 'directory') folder.mkdir(step.path, step.before.mode);
        return;
      case 'mkdir':
        return this.removeIfEmpty(step.path);
      case 'place':
        if (this.has(step.path, `new-${step.n}`) || !isSameState(folder.state(step.path), step.after)) return;
        if (step.before === null) folder.unlink(step.path);
        else if (folder.stat(old) !== null) folder.rename(old, step.path);
        return;
      case 'move':
        if (folder.stat(step.from) === null && folder.stat(step.path) !== null) folder.rename(step.path, step.from);
        return;
      case 'chmod':
        if (step.before.kind !== 'symlink' && folder.stat(step.path)?.kind === step.before.kind) folder.chmod(step.path, step.before.mode);
        return;
    }
  }

  /** What the user has put into it, or there in its place, is theirs and stays. Trying is the only look that counts. */
  private removeIfEmpty(path: string): void {
    unlessGone(() => this.folder.rmdir(path));
  }

  /** Makes it last, notes it, and moves the originals to where a revert finds them. */
  finish(): void {
    this.syncFolders();
    this.observe('sync');
    this.note('done');
    this.keepOriginals();
  }

  /** Of a commit that is done: what is left of its own files in the folder. */
  keepOriginals(): void {
    this.moveOriginals();
    this.clearAsides();
    this.observe('clear');
  }

  private moveOriginals(): void {
    for (const step of this.journal.steps) {
      if (step.op !== 'remove' && step.op !== 'place') continue;
      if (!this.has(step.path, `old-${step.n}`)) continue;
      this.folder.moveOut(this.aside(step.path, `old-${step.n}`), join(this.directory, `original-${step.n}`));
    }
    this.observe('originals');
  }

  clearAsides(): void {
    for (const aside of this.journal.asides) {
      if (this.folder.stat(aside)?.kind !== 'directory') continue;
      unlessGone(() => {
        for (const name of this.folder.list(aside)) unlessGone(() => this.folder.unlink(joinLower(aside, name)));
      });
      this.removeIfEmpty(aside);
    }
  }

  note(state: JournalState): void {
    this.journal = { ...this.journal, state };
    writeJournal(this.directory, this.journal);
    this.observe(state);
  }

  /** Narrows what was applied to what stands in the folder now. */
  confirmApplied(): void {
    const applied = this.journal.applied.filter((each) => isSameState(this.folder.state(each.path), each.after));
    this.journal = { ...this.journal, applied };
  }

  private syncFolders(): void {
    const folders = new Set<string>(this.journal.asides);
    for (const step of this.journal.steps) {
      folders.add(splitLower(step.path)[0]);
      if (step.op === 'move') folders.add(splitLower(step.from)[0]);
    }
    for (const each of folders) this.folder.sync(each);
  }

  private has(path: string, name: string): boolean {
    return this.folder.stat(this.aside(path, name)) !== null;
  }

  /** The commit's own file for a path: in the nearest of its directories above it. */
  private aside(path: string, name: string): string {
    let best: string | null = null;
    for (const aside of this.journal.asides) {
      const [above] = splitLower(aside);
      if (above !== '' && !path.startsWith(`${above}/`)) continue;
      if (best === null || above.length > splitLower(best)[0].length) best = aside;
    }
    if (best === null) throw new Error('a commit without a directory of its own');
    return joinLower(best, name);
  }
}

/** Does what only makes sense while something is there, and there as it was. */
function unlessGone(run: () => void): void {
  try {
    run();
  } catch (cause) {
    if (!changedUnderway.has(toFsError(cause).code)) throw cause;
  }
}

export function describeFailure(cause: unknown): string {
  const { code } = toFsError(cause);
  if (code === 'nospc' || code === 'dquot') return l10n.t('The disk is full.');
  if (code === 'rofs') return l10n.t('The folder is on a read-only file system.');
  if (code === 'acces' || code === 'perm') return l10n.t('The folder cannot be written to.');
  return l10n.t('Writing to the folder failed.');
}
