import * as vscode from 'vscode';
import type { ChatController, Cut } from './chatController';
import type { ReviewController } from './reviewController';

/**
 * Goes back to before a turn: the files as they were before it was applied, the conversation, or both. Commits are
 * taken back one by one, newest first; what has changed since is left alone and named. The step back can be undone.
 */
export async function restoreTo(turnId: string, controller: ChatController, review: ReviewController): Promise<void> {
  const commits = controller.commitsFrom(turnId);
  const both = vscode.l10n.t('Files and conversation');
  const files = vscode.l10n.t('Files only');
  const conversation = vscode.l10n.t('Conversation only');
  const chosen =
    commits.length === 0
      ? conversation
      : await vscode.window.showQuickPick([both, files, conversation], {
          title: vscode.l10n.t('Go back to before this message'),
          placeHolder: vscode.l10n.t('What goes back? {0} applied steps came after it.', commits.length),
        });
  if (chosen === undefined) return;

  const reverts: string[] = [];
  const left: string[] = [];
  if (chosen !== conversation) {
    for (const commitId of commits) {
      const report = await review.revert(commitId);
      if (report.commitId !== null) reverts.push(report.commitId);
      left.push(...report.conflicts.map(({ path }) => path));
    }
  }
  let cut: Cut | undefined;
  if (chosen !== files) cut = await controller.cutBefore(turnId);

  const undo = vscode.l10n.t('Undo');
  const words =
    left.length === 0
      ? vscode.l10n.t('Went back to before this message.')
      : vscode.l10n.t('Went back. These had changed since and were left alone: {0}', left.join(', '));
  if ((await vscode.window.showInformationMessage(words, undo)) !== undo) return;
  await cut?.undo();
  for (const commitId of reverts.reverse()) await review.revert(commitId);
}
