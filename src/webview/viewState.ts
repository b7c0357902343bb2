import type { EndReason, Usage } from '../shared/agentEvent';
import { assertNever } from '../shared/assertNever';
import type { CommitReport } from '../shared/changeSet';
import type { LedgerSummary } from '../shared/ledger';
import type { LimitName } from '../shared/limits';
import type { Fix } from '../shared/fix';
import type { ApprovalAnswer, Attachment, PanelEvent, PanelStatus, PendingReview } from '../shared/panelEvent';
import type { HostMessage } from '../shared/protocol';

export interface ToolCard {
  readonly kind: 'tool';
  readonly callId: string;
  readonly tool: string;
  readonly title: string;
  readonly args: unknown;
  readonly output: string;
  readonly state: 'running' | 'done' | 'failed' | 'stopped';
  readonly result?: string;
  readonly durationMs?: number;
  readonly ledger?: LedgerSummary;
  readonly limit?: LimitName;
}

export type Item =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'thought'; readonly text: string }
  | ToolCard
  | {
      readonly kind: 'notice';
      readonly level: 'info' | 'warning' | 'error';
      readonly message: string;
      readonly fixes: readonly Fix[];
      readonly code?: string;
    }
  | { readonly kind: 'retry'; readonly reason: string; readonly delayMs: number }
  | { readonly kind: 'compacted'; readonly outputs: number; readonly turns: number }
  | { readonly kind: 'committed'; readonly report: CommitReport; readonly undoable: boolean }
  | { readonly kind: 'reverted'; readonly report: CommitReport; readonly undoable: boolean }
  | { readonly kind: 'wentBack'; readonly restoreId: string; readonly left: readonly string[] }
  | {
      readonly kind: 'approval';
      readonly approvalId: string;
      readonly title: string;
      readonly tool: string;
      readonly reason: string;
      readonly answer?: ApprovalAnswer;
    }
  | { readonly kind: 'discarded'; readonly paths: readonly string[] };

export interface Turn {
  /** Empty until the loop has taken the prompt. */
  readonly turnId: string;
  readonly prompt: string | null;
  readonly attachments: readonly Attachment[];
  readonly items: readonly Item[];
  readonly usage?: Usage;
  /** `after`: how many items there were then; the others came later. */
  readonly end?: { readonly reason: EndReason; readonly after: number; readonly message?: string; readonly code?: string };
}

export interface ViewState {
  /** False until the host has spoken. */
  readonly ready: boolean;
  readonly turns: readonly Turn[];
  readonly status: PanelStatus | null;
  readonly review: PendingReview | null;
  /** The panel's texts in the user's language; empty for English. */
  readonly words: Readonly<Record<string, string>>;
}

export const emptyView: ViewState = { ready: false, turns: [], status: null, review: null, words: {} };

/** What the host's messages make of the view; `composer_focused` is no state and leaves it as it is. */
export function reduce(state: ViewState, message: HostMessage): ViewState {
  switch (message.type) {
    case 'restored':
      return {
        ready: true,
        turns: message.events.reduce(applyEvent, []),
        status: message.status,
        review: message.review,
        words: message.words,
      };
    case 'events':
      return { ...state, turns: message.events.reduce(applyEvent, state.turns) };
    case 'status':
      return { ...state, status: message.status };
    case 'review':
      return { ...state, review: message.review };
    case 'composer_focused':
      return state;
    default:
      return assertNever(message);
  }
}

/** The conversation after one more event. Events of an unknown call or turn change nothing. */
export function applyEvent(turns: readonly Turn[], event: PanelEvent): readonly Turn[] {
  switch (event.type) {
    case 'prompt_sent':
      return [...turns, { turnId: '', prompt: event.text, attachments: event.attachments, items: [] }];
    case 'turn_started': {
      const last = turns.at(-1);
      if (last !== undefined && last.turnId === '' && last.prompt !== null && last.end === undefined)
        return [...turns.slice(0, -1), { ...last, turnId: event.turnId }];
      return [...turns, { turnId: event.turnId, prompt: event.prompt, attachments: [], items: [] }];
    }
    case 'text_streamed':
      return inTurn(turns, event.turnId, (turn) => streamed(turn, 'answer', event.text));
    case 'thought_streamed':
      return inTurn(turns, event.turnId, (turn) => streamed(turn, 'thought', event.text));
    case 'tool_started':
      return inTurn(turns, event.turnId, (turn) =>
        added(turn, {
          kind: 'tool',
          callId: event.callId,
          tool: event.tool,
          title: event.title,
          args: event.args,
          output: '',
          state: 'running',
        }),
      );
    case 'tool_output':
      return inTurn(turns, event.turnId, (turn) =>
        withCard(turn, event.callId, (card) => ({ ...card, output: keptOutput(card.output + event.text) })),
      );
    case 'tool_ended':
      return inTurn(turns, event.turnId, (turn) =>
        withCard(turn, event.callId, (card) => ({
          ...card,
          state: event.isError ? 'failed' : 'done',
          result: event.text,
          durationMs: event.durationMs,
          ...(event.ledger === undefined ? {} : { ledger: event.ledger }),
          ...(event.limit === undefined ? {} : { limit: event.limit }),
        })),
      );
    case 'retry_waited':
      return inTurn(turns, event.turnId, (turn) =>
        added(withoutLastThought(turn), { kind: 'retry', reason: event.reason, delayMs: event.delayMs }),
      );
    case 'conversation_compacted':
      return inTurn(turns, event.turnId, (turn) => added(turn, { kind: 'compacted', outputs: event.outputs, turns: event.turns }));
    case 'usage_counted':
      return inTurn(turns, event.turnId, (turn) => ({ ...turn, usage: event.usage }));
    case 'turn_ended':
      return inTurn(turns, event.turnId, (turn) => ended(turn, event));
    case 'notice_shown':
      return inLastTurn(turns, {
        kind: 'notice',
        level: event.level,
        message: event.message,
        fixes: event.fixes,
        ...(event.code === undefined ? {} : { code: event.code }),
      });
    case 'changes_committed':
      return inLastTurn(turns, { kind: 'committed', report: event.report, undoable: event.undoable });
    case 'changes_discarded':
      return inLastTurn(turns, { kind: 'discarded', paths: event.paths });
    case 'changes_reverted':
      return inLastTurn(markReverted(turns, event.commitId), {
        kind: 'reverted',
        report: event.report,
        undoable: event.report.commitId !== null,
      });
    case 'went_back':
      return inLastTurn(turns, { kind: 'wentBack', restoreId: event.restoreId, left: event.left });
    case 'approval_asked': {
      const { approvalId, title, tool, reason } = event;
      return inLastTurn(turns, { kind: 'approval', approvalId, title, tool, reason });
    }
    case 'approval_settled':
      return turns.map((turn) => ({
        ...turn,
        items: turn.items.map((item) =>
          item.kind === 'approval' && item.approvalId === event.approvalId ? { ...item, answer: event.answer } : item,
        ),
      }));
    default:
      return assertNever(event);
  }
}

/** What a card shows of a long output: its end, which is where a running program's news are. */
const maxCardChars = 200_000;

function keptOutput(text: string): string {
  return text.length > maxCardChars ? text.slice(text.length - maxCardChars) : text;
}

function inTurn(turns: readonly Turn[], turnId: string, change: (turn: Turn) => Turn): readonly Turn[] {
  const at = turns.findLastIndex((turn) => turn.turnId === turnId);
  const turn = turns[at];
  return turn === undefined ? turns : turns.with(at, change(turn));
}

function inLastTurn(turns: readonly Turn[], item: Item): readonly Turn[] {
  const last = turns.at(-1) ?? { turnId: '', prompt: null, attachments: [], items: [] };
  return [...turns.slice(0, -1), added(last, item)];
}

function added(turn: Turn, item: Item): Turn {
  return { ...turn, items: [...turn.items, item] };
}

/** What the model thought before an attempt failed is thought again in the next one. */
function withoutLastThought(turn: Turn): Turn {
  return turn.items.at(-1)?.kind === 'thought' ? { ...turn, items: turn.items.slice(0, -1) } : turn;
}

/** What was taken back, a commit or the taking back of one, cannot be taken back again. */
function markReverted(turns: readonly Turn[], commitId: string): readonly Turn[] {
  return turns.map((turn) => ({
    ...turn,
    items: turn.items.map((item) =>
      (item.kind === 'committed' || item.kind === 'reverted') && item.report.commitId === commitId ? { ...item, undoable: false } : item,
    ),
  }));
}

function streamed(turn: Turn, kind: 'answer' | 'thought', text: string): Turn {
  const last = turn.items.at(-1);
  if (last?.kind !== kind) return added(turn, { kind, text });
  return { ...turn, items: [...turn.items.slice(0, -1), { kind, text: last.text + text }] };
}

function withCard(turn: Turn, callId: string, change: (card: ToolCard) => ToolCard): Turn {
  const at = turn.items.findLastIndex((item) => item.kind === 'tool' && item.callId === callId);
  const item = turn.items[at];
  return item?.kind === 'tool' ? { ...turn, items: turn.items.with(at, change(item)) } : turn;
}

function ended(turn: Turn, event: Extract<PanelEvent, { type: 'turn_ended' }>): Turn {
  return {
    ...turn,
    items: turn.items.map((item) => (item.kind === 'tool' && item.state === 'running' ? { ...item, state: 'stopped' } : item)),
    end: {
      reason: event.reason,
      after: turn.items.length,
      ...(event.message === undefined ? {} : { message: event.message }),
      ...(event.code === undefined ? {} : { code: event.code }),
    },
  };
}
