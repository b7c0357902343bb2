import { english as l10n } from './texts';

/** How one path differs from what the folder holds. Paths are relative to the folder, with `/`. */
export type Change =
  | { readonly kind: 'created'; readonly path: string; readonly entry: EntryKind; readonly details: ChangeDetails }
  | { readonly kind: 'modified'; readonly path: string; readonly entry: EntryKind; readonly details: ChangeDetails }
  | { readonly kind: 'deleted'; readonly path: string; readonly entry: EntryKind; readonly details: ChangeDetails }
  | { readonly kind: 'renamed'; readonly from: string; readonly path: string; readonly entry: EntryKind; readonly details: ChangeDetails }
  | { readonly kind: 'mode changed'; readonly path: string; readonly entry: EntryKind; readonly details: ChangeDetails }
  | { readonly kind: 'linked'; readonly path: string; readonly target: string; readonly entry: 'symlink'; readonly details: ChangeDetails };

/** Changes as people count them: a new folder is not told beside what is new in it. */
export function toldChanges(changes: readonly Change[]): readonly Change[] {
  const folders = foldersOf(changes.map(({ path }) => path));
  return changes.filter(({ kind, entry, path }) => kind !== 'created' || entry !== 'directory' || !folders.has(path));
}

/** The folders above paths, those of the folders too. */
export function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0 && !folders.has(path.slice(0, end)); end = path.lastIndexOf('/', end - 1)) {
      folders.add(path.slice(0, end));
    }
  }
  return folders;
}

export type EntryKind = 'file' | 'directory' | 'symlink';

/**
 * `base`: what the folder has now, at `from` for a move. `staged`: what is proposed. `ancestor`: what the change was
 * based on, for a conflict: with `base` and `staged` the third side. It is kept for files up to 256 KiB whose contents
 * were changed; of others it can be told only while the folder still has it.
 */
export type ReviewSide = 'base' | 'staged' | 'ancestor';

/** Why a change is not applied with the others, or wants a second look. */
export type ChangeMark =
  | 'protected' // held back until the user clicks this very file
  | 'link leaves the folder' // never committed
  | 'runs on build'
  | 'executable'
  | 'large'
  | 'binary'
  | 'bidirectional or invisible characters';

export interface ChangeDetails {
  /** Identifies the exact staged state of this path; an approval names it and is void when it changed. */
  readonly id: string;
  /** SHA-256 of what the change was based on (hex), or null where the path was absent. */
  readonly baseHash: string | null;
  /** SHA-256 of what is staged (hex), or null where the path is to be absent. */
  readonly stagedHash: string | null;
  readonly size: number;
  readonly mode?: number;
  readonly marks: readonly ChangeMark[];
  /** Lines, for text files under a bound; absent elsewhere. */
  readonly lines?: { readonly added: number; readonly removed: number };
}

export interface ChangeSet {
  /** Hash over all changes; equal sets have equal ids. */
  readonly id: string;
  readonly changes: readonly Change[];
  /**
   * Some of what was staged could not be read when it was opened, and is kept in this directory of the host: what is
   * told here may be less than what was proposed, and wants to be looked at. Until something is applied or discarded.
   */
  readonly keptAside?: string;
}

/** What a user is told about staged changes that could not be read. */
export function keptAsideNotice(directory: string): string {
  return l10n.t(
    'Some of the pending changes could not be read. Look at what is left before you apply it. The rest is kept in {0}.',
    directory,
  );
}

export type ConflictReason =
  'changed on disk' | 'removed on disk' | 'created on disk' | 'unsaved in an editor' | 'changed since it was shown';

export interface CommitReport {
  /** Names the commit for a later revert; null where nothing was applied. */
  readonly commitId: string | null;
  readonly applied: readonly string[];
  readonly held: readonly { readonly path: string; readonly reason: ChangeMark }[];
  readonly conflicts: readonly { readonly path: string; readonly reason: ConflictReason }[];
  /** Present where checkpoints were given up to stay within the budget; `checkpointNotice` says it in a sentence. */
  readonly givenUp?: GivenUpCheckpoints;
}

/** Checkpoints (the originals of commits) that are not kept any more: these commits cannot be taken back. */
export interface GivenUpCheckpoints {
  readonly commits: number;
  /** What they had taken on disk. */
  readonly bytes: number;
  /** When the youngest of them was made, in milliseconds since the epoch. */
  readonly upToMs: number;
  /** The budget that they were given up for, in MiB. */
  readonly budgetMib: number;
}

/** What a user is told about checkpoints that were given up. */
export function checkpointNotice({ commits, bytes, budgetMib }: GivenUpCheckpoints): string {
  const freed = Math.max(1, Math.round(bytes / (1024 * 1024)));
  return commits === 1
    ? l10n.t(
        'The oldest checkpoint was given up ({0} MiB) to stay within {1} MiB; what it had applied cannot be undone any more. Keep more with the setting sunaba.checkpoints.budgetMiB.',
        freed,
        budgetMib,
      )
    : l10n.t(
        'The {0} oldest checkpoints were given up ({1} MiB) to stay within {2} MiB; what they had applied cannot be undone any more. Keep more with the setting sunaba.checkpoints.budgetMiB.',
        commits,
        freed,
        budgetMib,
      );
}

export interface CommitRequest {
  /** Change ids that the user has seen; a change whose id differs by now is a conflict. `'all'` takes what is staged. */
  readonly ids: readonly string[] | 'all';
  /** Paths of protected files that the user clicked on, each by itself. */
  readonly approvedProtected: readonly string[];
  /** Paths with unsaved edits in an editor: conflicts. */
  readonly dirtyPaths: readonly string[];
}
