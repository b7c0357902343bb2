import type { Fix } from '../shared/fix';
import type { ApprovalAnswer } from '../shared/panelEvent';
import type { Mode } from '../shared/mode';

/** What the user can do in the panel. Components know these and nothing of messages. */
export interface Actions {
  send(text: string): void;
  stop(): void;
  newChat(): void;
  keepDraft(text: string): void;
  fix(fix: Fix): void;
  /** Shows the whole target first where the link's words are not the target itself. */
  openLink(url: string, words: string): void;
  /** A path as the model writes it: `src/a.ts`, `/workspace/src/a.ts`, `src/a.ts:12`. */
  openPath(path: string): void;
  copy(text: string): void;
  removeAttachment(id: string): void;
  chooseMode(mode: Mode): void;
  checkSandbox(): void;
  openPermissions(): void;
  review(path?: string): void;
  apply(approvalId: string, paths?: readonly string[]): void;
  discard(approvalId: string, paths?: readonly string[]): void;
  revert(commitId: string): void;
  resolveConflict(path: string): void;
  /** Asks what to take back: everything from this turn on. */
  restore(turnId: string): void;
  undoRestore(restoreId: string): void;
  answer(approvalId: string, answer: ApprovalAnswer): void;
  insertCommand(callId: string): void;
}
