import type { AgentEvent } from './agentEvent';
import type { ChangeSet, CommitReport } from './changeSet';
import type { Mode } from './mode';
import type { Fix } from './fix';
import type { UserErrorCode } from './userError';

/** A piece of a file that the user hands to the model with a prompt. */
export interface Attachment {
  readonly id: string;
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** 1-based and inclusive; absent for a whole file. */
  readonly lines?: { readonly first: number; readonly last: number };
}

/** Everything a conversation shows, in order. The panel is a pure view of these; the host keeps and replays them. */
export type PanelEvent =
  | AgentEvent
  | { readonly type: 'prompt_sent'; readonly text: string; readonly attachments: readonly Attachment[] }
  | {
      readonly type: 'notice_shown';
      readonly level: 'info' | 'warning' | 'error';
      readonly message: string;
      readonly code?: UserErrorCode;
      readonly fixes: readonly Fix[];
    }
  | { readonly type: 'changes_committed'; readonly report: CommitReport; readonly undoable: boolean }
  | { readonly type: 'changes_discarded'; readonly paths: readonly string[] }
  /** `report.commitId` takes the revert itself back. */
  | { readonly type: 'changes_reverted'; readonly commitId: string; readonly report: CommitReport }
  /** The user went back to before a message. `reverts` take the files forward again; the conversation as it was is kept under `restoreId`. */
  | {
      readonly type: 'went_back';
      readonly restoreId: string;
      readonly reverts: readonly string[];
      readonly conversation: boolean;
      /** Files that had changed since and were left alone. */
      readonly left: readonly string[];
    }
  /** A rule says `ask`: the call waits for an answer that quotes the id, which is good once. */
  | {
      readonly type: 'approval_asked';
      readonly approvalId: string;
      readonly callId: string;
      readonly title: string;
      readonly tool: string;
      readonly reason: string;
    }
  | { readonly type: 'approval_settled'; readonly approvalId: string; readonly answer: ApprovalAnswer };

/** `once`, or a grant for the conversation or for the workspace. */
export type ApprovalAnswer = 'once' | 'conversation' | 'workspace' | 'deny';

export const approvalAnswers: readonly ApprovalAnswer[] = ['once', 'conversation', 'workspace', 'deny'];

/** What stands around the conversation: not part of the log, always the latest. */
export interface PanelStatus {
  readonly key: 'set' | 'missing';
  /** The folder that tools see; `null` where none is open or none of several is chosen yet. */
  readonly folder: string | null;
  /** How many folders the workspace has. */
  readonly folders: number;
  /** The launcher in use, or the one that the next call would use; `null` while nobody knows. */
  readonly host: 'vscode' | 'embedded' | null;
  readonly mode: Mode;
  readonly trusted: boolean;
  readonly running: boolean;
  readonly model: string;
  readonly suggestions: readonly string[];
  readonly attachments: readonly Attachment[];
}

/** The staged changes as the card shows them. Approvals must quote `approvalId`, which the host issued for this very set and takes once. */
export interface PendingReview {
  readonly approvalId: string;
  readonly changeSet: ChangeSet;
  readonly conflicts: CommitReport['conflicts'];
}
