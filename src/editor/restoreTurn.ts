import * as vscode from 'vscode';
import type { ChatController } from './chatController';
import type { ReviewController } from './reviewController';

/**
 * Goes back to before a turn: the files as they were before it was applied, the conversation, or both. Commits are
 * taken back one by one, newest first; what has changed since is left alone and named. The step
 * stands in the conversation, with what undoes it, over reloads too.
 */
export async function restoreTo(turnId: string, controller: ChatController, review: ReviewController): Promise<void> {
  await controller.takeChat();
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
  await controller.goBack(turnId, { cut: chosen !== files, reverts, left });
}
