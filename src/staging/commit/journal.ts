import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitLower } from '../lower/lower';
import { replacePrivateFile } from '../privateFile';
import { isEntryState, type EntryState } from './entryState';

/**
 * A step of a commit, in the order in which they are taken. `n` names the file in the commit's own directory that the
 * step puts in place (`new-n`) or keeps the former contents in (`old-n`).
 */
export type Step =
  | { readonly op: 'remove'; readonly path: string; readonly n: number; readonly before: EntryState }
  | { readonly op: 'rmdir'; readonly path: string; readonly before: EntryState }
  | { readonly op: 'mkdir'; readonly path: string; readonly mode: number }
  | { readonly op: 'place'; readonly path: string; readonly n: number; readonly before: EntryState | null; readonly after: EntryState }
  | { readonly op: 'move'; readonly from: string; readonly path: string; readonly before: EntryState }
  | { readonly op: 'chmod'; readonly path: string; readonly before: EntryState; readonly mode: number };

/** What a commit did at a path: for the overlay to settle, and for a revert. */
export interface Applied {
  readonly path: string;
  readonly from: string | null;
  readonly before: EntryState | null;
  readonly after: EntryState | null;
  /** Number of the kept original; null where none was needed. */
  readonly original: number | null;
}

/**
 * `preparing`: nothing of the folder has changed. `prepared`: all new contents are on the folder's disk and steps may
 * have been taken. `undoing`: they are being taken back. `done`, `undone`: over.
 */
export type JournalState = 'preparing' | 'prepared' | 'undoing' | 'done' | 'undone';

export interface Journal {
  readonly version: 1;
  readonly commitId: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly state: JournalState;
  /** Names the overlay whose changes these are. */
  readonly overlayId: string;
  /** Directories of the folder in which the commit keeps its files, each `.sunaba-commit-<id>`; one a file system. */
  readonly asides: readonly string[];
  readonly steps: readonly Step[];
  readonly applied: readonly Applied[];
  /** The commit that this one took back. */
  readonly reverts: string | null;
}

export function writeJournal(directory: string, journal: Journal): void {
  replacePrivateFile(join(directory, 'journal.json'), JSON.stringify(journal));
}

/** False where no journal was written yet. */
export function hasJournal(directory: string): boolean {
  return lstatSync(join(directory, 'journal.json'), { throwIfNoEntry: false }) !== undefined;
}

/** The journal of a commit directory; null where none was written yet or it cannot be understood. */
export function readJournal(directory: string): Journal | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(join(directory, 'journal.json'), 'utf8'));
    return isJournal(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

const states: readonly string[] = ['preparing', 'prepared', 'undoing', 'done', 'undone'] satisfies readonly JournalState[];

function isJournal(value: unknown): value is Journal {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { version, commitId, atMs, state, overlayId, asides, steps, applied, reverts } = fields;
  return (
    version === 1 &&
    typeof commitId === 'string' &&
    /^[0-9a-f]{16}$/.test(commitId) &&
    typeof atMs === 'number' &&
    typeof state === 'string' &&
    states.includes(state) &&
    typeof overlayId === 'string' &&
    Array.isArray(asides) &&
    asides.every((aside) => isInnerPath(aside) && splitLower(aside)[1] === `.sunaba-commit-${commitId}`) &&
    Array.isArray(steps) &&
    steps.every(isStep) &&
    Array.isArray(applied) &&
    applied.every(isApplied) &&
    (reverts === null || typeof reverts === 'string')
  );
}

function isStep(value: unknown): value is Step {
  if (typeof value !== 'object' || value === null) return false;
  const { op, path, n, before, after, mode, from }: Readonly<Record<string, unknown>> = { ...value };
  if (!isInnerPath(path)) return false;
  switch (op) {
    case 'remove':
      return Number.isSafeInteger(n) && isEntryState(before);
    case 'rmdir':
      return isEntryState(before);
    case 'mkdir':
      return typeof mode === 'number';
    case 'place':
      return Number.isSafeInteger(n) && (before === null || isEntryState(before)) && isEntryState(after);
    case 'move':
      return isInnerPath(from) && isEntryState(before);
    case 'chmod':
      return typeof mode === 'number' && isEntryState(before);
    default:
      return false;
  }
}

function isApplied(value: unknown): value is Applied {
  if (typeof value !== 'object' || value === null) return false;
  const { path, from, before, after, original }: Readonly<Record<string, unknown>> = { ...value };
  return (
    isInnerPath(path) &&
    (from === null || isInnerPath(from)) &&
    (before === null || isEntryState(before)) &&
    (after === null || isEntryState(after)) &&
    (original === null || Number.isSafeInteger(original))
  );
}

/** A path that stays within the folder by its components; whatever a damaged journal says, nothing else is touched. */
function isInnerPath(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'))
  );
}
