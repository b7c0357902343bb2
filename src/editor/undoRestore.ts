import type { ChatController } from './chatController';
import type { ReviewController } from './reviewController';

/**
 * Takes a step back in the conversation back again, files and conversation, as far as nothing has come after it. The
 * files come first: where one of them fails the step still stands in the conversation, and its Undo goes on from there.
 */
export async function undoRestore(
  restoreId: string,
  controller: Pick<ChatController, 'takeChat' | 'requireStepBack' | 'revertsToUndo' | 'undoStepBack'>,
  review: Pick<ReviewController, 'revert'>,
): Promise<void> {
  await controller.takeChat();
  const step = controller.requireStepBack(restoreId);
  for (const commitId of controller.revertsToUndo(step)) await review.revert(commitId);
  await controller.undoStepBack(restoreId);
}
