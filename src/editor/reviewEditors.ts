import * as vscode from 'vscode';
import type { Change, CommitReport } from '../shared/changeSet';
import { reviewScheme, reviewUri } from './reviewFiles';

/** Titles of multi-file diffs begin so; VS Code has no other way to know them again. */
const reviewTitle = vscode.l10n.t('Sunaba: review');

/** VS Code resolves every file of a multi-file diff at once; beyond this many a list is offered instead. */
const maxDiffFiles = 200;

/** Opens VS Code's own diff of one change, or of all. The proposed side can be edited, and is staged again when saved. */
export async function openReview(folder: vscode.WorkspaceFolder, changes: readonly Change[], path?: string): Promise<void> {
  const one = path === undefined ? undefined : changes.find((change) => change.path === path);
  if (one !== undefined) return openChange(one);
  // A folder has no contents to show; the panel's card lists it.
  const shown = changes.filter(({ entry }) => entry !== 'directory');
  if (shown.length > maxDiffFiles) return openFromList(shown);
  await vscode.commands.executeCommand(
    'vscode.changes',
    changes.length === 1 ? reviewTitle : vscode.l10n.t('{0} of {1} changes', reviewTitle, changes.length),
    shown.map((change) => {
      const { base, staged } = sides(change);
      return [vscode.Uri.joinPath(folder.uri, change.path), base, staged];
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
  const { base, staged } = sides(change);
  const title = vscode.l10n.t('{0} (proposed by Sunaba)', change.path);
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

/** The two sides of a change; a side that does not exist is left out, as `vscode.changes` wants it. */
function sides(change: Change): { readonly base: vscode.Uri | undefined; readonly staged: vscode.Uri | undefined } {
  const from = change.kind === 'renamed' ? change.from : change.path;
  return {
    base: change.kind === 'created' || change.kind === 'linked' ? undefined : reviewUri(from, 'base'),
    staged: change.kind === 'deleted' || change.kind === 'linked' ? undefined : reviewUri(change.path, 'staged'),
  };
}

async function openFromList(changes: readonly Change[]): Promise<void> {
  const chosen = await vscode.window.showQuickPick(
    changes.map((change) => ({
      label: change.path,
      description: [change.kind, ...change.details.marks].join(', '),
      change,
    })),
    { title: vscode.l10n.t('{0} changes: which one do you want to see?', changes.length), matchOnDescription: true },
  );
  if (chosen !== undefined) await openChange(chosen.change);
}

export type ConflictChoice = 'keep the folder’s' | 'keep the proposed';

/**
 * Shows a conflict with all three sides (what the change was based on, what the folder has now, what is proposed) and
 * asks what to do. `undefined` where the user wants to edit first, or to do nothing.
 */
export async function askAboutConflict(
  folder: vscode.WorkspaceFolder,
  conflict: CommitReport['conflicts'][number],
): Promise<ConflictChoice | undefined> {
  const { path, reason } = conflict;
  const now = vscode.Uri.joinPath(folder.uri, path);
  if (reason === 'unsaved in an editor') {
    await vscode.window.showTextDocument(now);
    await vscode.window.showInformationMessage(vscode.l10n.t('{0} has unsaved edits of yours. Save or undo them, then apply again.', path));
    return undefined;
  }
  await vscode.commands.executeCommand('vscode.changes', vscode.l10n.t('{0}: what changed in your folder, and what is proposed', path), [
    [now.with({ query: 'folder' }), reviewUri(path, 'base'), ...(reason === 'removed on disk' ? [] : [now])],
    [now.with({ query: 'proposed' }), reviewUri(path, 'base'), reviewUri(path, 'staged')],
  ]);
  const keepFolder = vscode.l10n.t('Keep the folder’s');
  const keepProposed = vscode.l10n.t('Keep the Proposed');
  const edit = vscode.l10n.t('Edit the Proposed');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} was {1} since the agent worked on it.', path, reason),
    keepFolder,
    keepProposed,
    edit,
  );
  if (answer === keepFolder) return 'keep the folder’s';
  if (answer === keepProposed) return 'keep the proposed';
  if (answer === edit) {
    await vscode.commands.executeCommand(
      'vscode.diff',
      now,
      reviewUri(path, 'staged'),
      vscode.l10n.t('{0}: your folder and the proposed', path),
    );
  }
  return undefined;
}
