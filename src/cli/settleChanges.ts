import { createInterface } from 'node:readline/promises';
import type { StagingPort } from '../sandbox/sandbox';
import { assertNever } from '../shared/assertNever';
import {
  checkpointNotice,
  keptAsideNotice,
  type Change,
  type ChangeMark,
  type ChangeSet,
  type CommitReport,
  type ReviewSide,
} from '../shared/changeSet';
import type { Mode } from '../shared/mode';
import { UserError } from '../shared/userError';
import { exitStatus } from './command';
import { shown } from './safeText';
import type { Terminal } from './terminal';
import { toUnifiedDiff, type Side } from './unifiedDiff';

export interface Settlement {
  readonly staging: StagingPort;
  readonly mode: Mode;
  readonly terminal: Terminal;
  /** Prints JSON, one object a line, in the place of a diff. */
  readonly json: boolean;
}

/**
 * What becomes of staged changes when a command's program has ended: `auto` commits them, `ask` shows them as a unified
 * diff and asks on a terminal, and without one leaves the folder as it is. Gives 0, or 1 where something that was to be
 * applied could not be.
 */
export async function settleChanges(settlement: Settlement): Promise<number> {
  const { staging, mode, terminal } = settlement;
  if (mode === 'read-only' || terminal.signal.aborted) return exitStatus.ok;
  const set = await staging.changes();
  if (set.keptAside !== undefined) terminal.stderr.write(`sunaba: ${keptAsideNotice(shown(set.keptAside))}\n`);
  if (set.changes.length === 0) return exitStatus.ok;
  switch (mode) {
    case 'auto':
      return report(settlement, await staging.commit({ ids: 'all', approvedProtected: [], dirtyPaths: [] }));
    case 'ask':
      return await ask(settlement, set);
    default:
      return assertNever(mode);
  }
}

async function ask(settlement: Settlement, set: ChangeSet): Promise<number> {
  const { staging, terminal, json } = settlement;
  const diffs: string[] = [];
  for (const change of set.changes) {
    terminal.signal.throwIfAborted();
    const base = await read(staging, change.path, 'base');
    const staged = change.kind === 'linked' ? new TextEncoder().encode(change.target) : await read(staging, change.path, 'staged');
    diffs.push(toUnifiedDiff(change, base, staged));
  }
  const diff = diffs.join('');
  // On a terminal no character of a file may act; in a pipe the diff is for `git apply`, byte by byte.
  if (json) terminal.stdout.write(`${JSON.stringify({ type: 'changes_staged', changes: set.changes, diff })}\n`);
  else terminal.stdout.write(terminal.stdout.isTTY === true ? shown(diff) : diff);
  const held = set.changes.flatMap(toHeld);
  if (terminal.stdin.isTTY !== true || terminal.stderr.isTTY !== true) {
    nameHeld(terminal, held);
    terminal.stderr.write('sunaba: nothing was applied: there is no terminal to ask on. Use --mode auto to apply.\n');
    return exitStatus.ok;
  }
  const count = set.changes.length - held.length;
  if (count > 0 && (await confirm(terminal, `Apply ${count} ${count === 1 ? 'change' : 'changes'} to the folder? [y/N] `))) {
    const ids = set.changes.map(({ details }) => details.id);
    return report(settlement, await staging.commit({ ids, approvedProtected: [], dirtyPaths: [] }));
  }
  nameHeld(terminal, held);
  terminal.stderr.write('sunaba: nothing was applied.\n');
  return exitStatus.ok;
}

async function read(staging: StagingPort, path: string, side: ReviewSide): Promise<Side> {
  try {
    return await staging.read(path, side);
  } catch (cause) {
    if (cause instanceof UserError && cause.code === 'fileTooLarge') return 'too large';
    throw cause;
  }
}

async function confirm(terminal: Terminal, question: string): Promise<boolean> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const answer = await lines.question(question, { signal: terminal.signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

function report({ terminal, json }: Settlement, committed: CommitReport): number {
  if (json) terminal.stdout.write(`${JSON.stringify({ type: 'changes_committed', ...committed })}\n`);
  nameHeld(terminal, committed.held);
  for (const { path, reason } of committed.conflicts) terminal.stderr.write(`sunaba: not applied: ${shown(path)}: ${reason}\n`);
  const count = committed.applied.length;
  terminal.stderr.write(`sunaba: ${count} ${count === 1 ? 'change' : 'changes'} applied.\n`);
  if (committed.givenUp !== undefined) terminal.stderr.write(`sunaba: ${checkpointNotice(committed.givenUp)}\n`);
  return committed.conflicts.length > 0 ? exitStatus.error : exitStatus.ok;
}

interface Held {
  readonly path: string;
  readonly reason: ChangeMark;
}

/** A change that no commit takes without a click on that very file. */
function toHeld({ path, details }: Change): Held[] {
  const reason = details.marks.find((mark) => mark === 'protected' || mark === 'link leaves the folder');
  return reason === undefined ? [] : [{ path, reason }];
}

function nameHeld(terminal: Terminal, held: readonly Held[]): void {
  for (const { path, reason } of held) terminal.stderr.write(`sunaba: held back: ${shown(path)}: ${reason}\n`);
}
