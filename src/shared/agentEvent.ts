import type { LedgerSummary } from './ledger';
import type { LimitName } from './limits';

/** Why a turn ended. Cancellation is a reason, not an error. */
export type EndReason = 'stop' | 'limit' | 'aborted' | 'blocked' | 'error';

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly thoughtTokens: number;
  readonly cachedTokens: number;
}

/** What a turn tells while it runs; one closed union. The panel, the command line and the tests are views of it. */
export type AgentEvent =
  | { readonly type: 'turn_started'; readonly turnId: string; readonly prompt: string }
  | { readonly type: 'text_streamed'; readonly turnId: string; readonly text: string }
  | { readonly type: 'thought_streamed'; readonly turnId: string; readonly text: string }
  | {
      readonly type: 'tool_started';
      readonly turnId: string;
      readonly callId: string;
      readonly tool: string;
      readonly args: unknown;
      readonly title: string;
    }
  | {
      readonly type: 'tool_output';
      readonly turnId: string;
      readonly callId: string;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  | {
      readonly type: 'tool_ended';
      readonly turnId: string;
      readonly callId: string;
      readonly isError: boolean;
      readonly text: string;
      readonly durationMs: number;
      readonly ledger?: LedgerSummary;
      readonly limit?: LimitName;
    }
  | { readonly type: 'retry_waited'; readonly turnId: string; readonly reason: string; readonly delayMs: number }
  /** Room was made for the request: old tool outputs, arguments or whole turns are no longer sent. The panel still shows them. */
  | { readonly type: 'conversation_compacted'; readonly turnId: string; readonly outputs: number; readonly turns: number }
  | { readonly type: 'usage_counted'; readonly turnId: string; readonly usage: Usage }
  /** `code` is a UserError's code where the user can do something about it. */
  | { readonly type: 'turn_ended'; readonly turnId: string; readonly reason: EndReason; readonly message?: string; readonly code?: string };
