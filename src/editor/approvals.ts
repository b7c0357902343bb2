import { randomUUID } from 'node:crypto';
import type { ApprovalAnswer, PanelEvent } from '../shared/panelEvent';

export interface ApprovalQuestion {
  readonly callId: string;
  readonly title: string;
  readonly tool: string;
  readonly reason: string;
}

/** Questions that wait for the user's click. Each has an id of the host's own making that is good for one answer. */
export class Approvals {
  private readonly open = new Map<string, (answer: ApprovalAnswer) => void>();

  constructor(private readonly emit: (event: PanelEvent) => void) {}

  /** Asks in the conversation and waits. An aborted turn counts as a no. */
  async ask(question: ApprovalQuestion, signal: AbortSignal): Promise<ApprovalAnswer> {
    if (signal.aborted) return 'deny';
    const approvalId = randomUUID();
    const abort = () => this.answer(approvalId, 'deny');
    signal.addEventListener('abort', abort, { once: true });
    const answered = new Promise<ApprovalAnswer>((resolve) => this.open.set(approvalId, resolve));
    this.emit({ type: 'approval_asked', approvalId, ...question });
    const answer = await answered;
    signal.removeEventListener('abort', abort);
    this.emit({ type: 'approval_settled', approvalId, answer });
    return answer;
  }

  /** Gives whether the id was one that waits; any other is not heard. */
  answer(approvalId: string, answer: ApprovalAnswer): boolean {
    const resolve = this.open.get(approvalId);
    if (resolve === undefined) return false;
    this.open.delete(approvalId);
    resolve(answer);
    return true;
  }
}
