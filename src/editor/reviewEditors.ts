import * as vscode from 'vscode';
import { assertNever } from '../shared/assertNever';
import { toldChanges, type Change, type CommitReport, type ConflictReason, type ReviewSide } from '../shared/changeSet';
import { markInvisible } from '../shared/invisible';
import { reviewScheme, reviewUri } from './reviewFiles';

/** Titles of multi-file diffs begin so; VS Code has no other way to know them again. */
const reviewTitle = vscode.l10n.t('Sunaba: review');

/** VS Code resolves every file of a multi-file diff at once; beyond this many a list is offered instead. */
const maxDiffFiles = 200;

/** Opens VS Code's own diff of one change, or of all. The proposed side can be edited, and is staged again when saved. */
export async function openReview(folder: vscode.WorkspaceFolder, changes: readonly Change[], path?: string): Promise<void> {
  const one = path === undefined ? undefined : changes.find((change) => change.path === path);
  if (one !== undefined) return openChange(one);
  // A change that is not one of a file's contents has no diff; the panel's card lists it and says what it is.
  const told = toldChanges(changes);
  const shown = told.filter((change) => withoutDiff(change) === undefined);
  if (shown.length === 0 || shown.length > maxDiffFiles) return openFromList(told);
  await vscode.commands.executeCommand(
    'vscode.changes',
    told.length === 1 ? reviewTitle : vscode.l10n.t('{0} of {1} changes', reviewTitle, told.length),
    shown.map((change) => {
      const { base, staged } = sides(change);
      return [vscode.Uri.joinPath(folder.uri, markInvisible(change.path)), base, staged];
    }),
  );
}

/** Closes the diffs of changes that are no longer pending: their sides are gone. */
export async function closeReviews(pending: readonly Change[]): Promise<void> {
  const paths = new Set(pending.map((change) => `/${change.path}`));
  const gone = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => {
      if (tab.isDirty) return false;
      if (tab.input instanceof vscode.TabInputTextDiff) {
        return tab.input.modified.scheme === reviewScheme && !paths.has(tab.input.modified.path);
      }
      return pending.length === 0 && tab.label.startsWith(reviewTitle);
    });
  if (gone.length > 0) await vscode.window.tabGroups.close(gone, true);
}

async function openChange(change: Change): Promise<void> {
  const words = withoutDiff(change);
  if (words !== undefined) {
    await vscode.window.showInformationMessage(words);
    return;
  }
  const { base, staged } = sides(change);
  const title = vscode.l10n.t('{0} (proposed by Sunaba)', markInvisible(change.path));
  if (base !== undefined && staged !== undefined)
    await vscode.commands.executeCommand('vscode.diff', base, staged, title, { preview: true });
  else if (base !== undefined || staged !== undefined) {
    // A side that is not there reads as an empty file.
    await vscode.commands.executeCommand(
      'vscode.diff',
      base ?? reviewUri(change.path, 'base'),
      staged ?? reviewUri(change.path, 'staged'),
      title,
    );
  }
}

/** What a change is that a diff of contents would not show, in words; `undefined` for one that it does. */
function withoutDiff(change: Change): string | undefined {
  const { kind, entry, details } = change;
  const path = markInvisible(change.path);
  if (kind === 'linked') return vscode.l10n.t('{0} becomes a link to {1}.', path, markInvisible(change.target));
  if (kind === 'mode changed') {
    const executable = ((details.mode ?? 0) & 0o111) !== 0;
    return executable
      ? vscode.l10n.t('{0} becomes executable. Its contents stay as they are.', path)
      : vscode.l10n.t('{0} is no longer executable. Its contents stay as they are.', path);
  }
  if (entry === 'file') {
    if (!details.marks.includes('binary')) return undefined;
    return kind === 'deleted'
      ? vscode.l10n.t('{0} is deleted. It is a binary file, which a diff cannot show.', path)
      : vscode.l10n.t('{0} is a binary file of {1} bytes, which a diff cannot show.', path, details.size.toLocaleString());
  }
  const what = entry === 'directory' ? vscode.l10n.t('a folder') : vscode.l10n.t('a link');
  switch (kind) {
    case 'created':
    case 'modified':
      return vscode.l10n.t('{0} becomes {1}.', path, what);
    case 'deleted':
      return vscode.l10n.t('{0} is deleted. It is {1}.', path, what);
    case 'renamed':
      return vscode.l10n.t('{0} is renamed to {1}.', markInvisible(change.from), path);
  }
}

/** The two sides of a change; a side that does not exist is left out, as `vscode.changes` wants it. */
function sides(change: Change): { readonly base: vscode.Uri | undefined; readonly staged: vscode.Uri | undefined } {
  const from = change.kind === 'renamed' ? change.from : change.path;
  return {
    base: change.kind === 'created' ? undefined : reviewUri(from, 'base'),
    staged: change.kind === 'deleted' ? undefined : reviewUri(change.path, 'staged'),
  };
}

async function openFromList(changes: readonly Change[]): Promise<void> {
  const chosen = await vscode.window.showQuickPick(
    changes.map((change) => ({
      label: markInvisible(change.path),
      description: [change.kind, ...change.details.marks].join(', '),
      change,
    })),
    { title: vscode.l10n.t('{0} changes: which one do you want to see?', changes.length), matchOnDescription: true },
  );
  if (chosen !== undefined) await openChange(chosen.change);
}

function conflictWords(path: string, reason: ConflictReason): string {
  const shown = markInvisible(path);
  switch (reason) {
    case 'changed on disk':
      return vscode.l10n.t('{0} has changed in your folder since the agent worked on it.', shown);
    case 'removed on disk':
      return vscode.l10n.t('{0} was removed from your folder since the agent worked on it.', shown);
    case 'created on disk':
      return vscode.l10n.t('{0} was created in your folder since the agent worked on it.', shown);
    case 'unsaved in an editor':
      return vscode.l10n.t('{0} has unsaved edits of yours. Save or undo them, then apply again.', shown);
    case 'changed since it was shown':
      return vscode.l10n.t('What is proposed for {0} has changed since it was shown.', shown);
    default:
      return assertNever(reason);
  }
}

/**
 * What the agent worked from against what the folder has now, and against what is proposed. Where the first is not known
 * any more (a large file, or one that was not there), the folder's against the proposed.
 */
function conflictSides({ path, reason }: CommitReport['conflicts'][number], hasAncestor: boolean): unknown[] {
  const folder = vscode.l10n.t('in your folder');
  const proposed = vscode.l10n.t('proposed');
  const gone = reason === 'removed on disk';
  const row = (title: string, original: ReviewSide | undefined, modified: ReviewSide | undefined) => [
    reviewUri(path, modified ?? 'base', title),
    original === undefined ? undefined : reviewUri(path, original, title),
    modified === undefined ? undefined : reviewUri(path, modified, title),
  ];
  if (!hasAncestor) return [row(proposed, gone ? undefined : 'base', 'staged')];
  return [row(folder, 'ancestor', gone ? undefined : 'base'), row(proposed, 'ancestor', 'staged')];
}

async function closeTitled(title: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => !tab.isDirty && tab.label.startsWith(title));
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs, true);
}

export type ConflictChoice = 'keep the folder’s' | 'keep the proposed';

/**
 * Shows a conflict with all three sides (what the change was based on, what the folder has now, what is proposed) and
 * asks what to do. `undefined` where the user wants to edit first, or to do nothing.
 */
export async function askAboutConflict(
  folder: vscode.WorkspaceFolder,
  conflict: CommitReport['conflicts'][number],
  hasAncestor: boolean,
): Promise<ConflictChoice | undefined> {
  const { path, reason } = conflict;
  const now = vscode.Uri.joinPath(folder.uri, path);
  if (reason === 'unsaved in an editor') {
    await vscode.window.showTextDocument(now);
    await vscode.window.showInformationMessage(conflictWords(path, reason));
    return undefined;
  }
  const title = vscode.l10n.t('{0}: what changed in your folder, and what is proposed', markInvisible(path));
  await vscode.commands.executeCommand('vscode.changes', title, conflictSides(conflict, hasAncestor));
  const keepFolder = vscode.l10n.t('Keep the folder’s');
  const keepProposed = vscode.l10n.t('Keep the Proposed');
  const edit = vscode.l10n.t('Edit the Proposed');
  const answer = await vscode.window.showWarningMessage(conflictWords(path, reason), keepFolder, keepProposed, edit);
  if (answer !== undefined) await closeTitled(title);
  if (answer === keepFolder) return 'keep the folder’s';
  if (answer === keepProposed) return 'keep the proposed';
  if (answer === edit) {
    await vscode.commands.executeCommand(
      'vscode.diff',
      reason === 'removed on disk' ? reviewUri(path, 'base') : now,
      reviewUri(path, 'staged'),
      vscode.l10n.t('{0}: your folder and the proposed', markInvisible(path)),
    );
  }
  return undefined;
}
