import * as vscode from 'vscode';
import { assertNever } from '../shared/assertNever';
import type { Mode } from '../shared/mode';
import type { WebviewMessage } from '../shared/protocol';
import type { Approvals } from './approvals';
import type { ChatController } from './chatController';
import type { ChatPanel } from './chatView';
import type { FolderChoice } from './folderChoice';
import { openFile } from './openFile';
import type { ReviewController } from './reviewController';
import { askAboutConflict } from './reviewEditors';
import { runFix } from './showError';
import { insertInTerminal } from './terminalText';

export interface ChatMessageParts {
  readonly controller: ChatController;
  readonly review: ReviewController;
  readonly approvals: Approvals;
  readonly folderChoice: FolderChoice;
  readonly go: (work: Promise<unknown>) => void;
  readonly warn: (message: string) => void;
  readonly newChat: () => Promise<void>;
  readonly chooseMode: (mode: Mode) => Promise<void>;
  readonly checkSandbox: () => Promise<void>;
  readonly showReview: (path?: string) => Promise<void>;
  readonly showPermissions: () => void;
  readonly restore: (turnId: string) => Promise<void>;
  readonly undoRestore: (restoreId: string) => Promise<void>;
}

/** What each message of the panel does. */
export function createChatMessages(parts: ChatMessageParts): (panel: ChatPanel, message: WebviewMessage) => void {
  const { controller, review, folderChoice } = parts;

  const resolveConflict = async (path: string) => {
    const conflict = review.conflictAt(path);
    if (conflict === undefined) return;
    const choice = await askAboutConflict(await folderChoice.require(), conflict, await review.hasAncestor(path));
    if (choice === 'keep the proposed') await review.keepProposed(path);
    else if (choice === 'keep the folder’s') await review.discardOne(path);
  };

  const insertCommand = async (callId: string) => {
    const command = controller.suggestedCommand(callId);
    if (command !== undefined) await insertInTerminal(command);
  };

  const act = (message: WebviewMessage): Promise<unknown> | void => {
    switch (message.type) {
      case 'ready':
        return;
      case 'prompt_sent':
        return controller.send(message.text);
      case 'stopped':
        return controller.stop();
      case 'chat_cleared':
        return parts.newChat();
      case 'attachment_removed':
        return controller.detach(message.id);
      case 'fix_chosen':
        return message.fix === 'retry' ? controller.sendAgain() : runFix(message.fix);
      case 'link_opened':
        return openLink(message.url);
      case 'text_copied':
        return Promise.resolve(vscode.env.clipboard.writeText(message.text));
      case 'file_opened':
        return folderChoice.require().then((folder) => openFile(folder, message.path, message.line));
      case 'mode_chosen':
        return parts.chooseMode(message.mode);
      case 'sandbox_checked':
        return parts.checkSandbox();
      case 'permissions_opened':
        return parts.showPermissions();
      case 'review_opened':
        return parts.showReview(message.path);
      case 'changes_applied':
        return review.apply(message.approvalId, message.paths);
      case 'changes_discarded':
        return review.discard(message.approvalId, message.paths);
      case 'commit_reverted':
        return review.revert(message.commitId);
      case 'conflict_opened':
        return resolveConflict(message.path);
      case 'restore_asked':
        return parts.restore(message.turnId);
      case 'restore_undone':
        return parts.undoRestore(message.restoreId);
      case 'command_inserted':
        return insertCommand(message.callId);
      case 'approval_answered':
        if (!parts.approvals.answer(message.approvalId, message.answer)) {
          parts.warn('an answer quoted an approval that does not wait, and was not heard');
        }
        return;
      default:
        return assertNever(message);
    }
  };

  return (_, message) => {
    const work = act(message);
    if (work instanceof Promise) parts.go(work);
  };
}

/** Only the web: what a model wrote never runs a command or opens a file of this machine. */
async function openLink(url: string): Promise<void> {
  const uri = vscode.Uri.parse(url, true);
  if (uri.scheme === 'https' || uri.scheme === 'http') await vscode.env.openExternal(uri);
}
