import type { Usage } from '../shared/agentEvent';
import type { UserErrorCode } from '../shared/userError';
import type { ReplyPart, Step } from './conversation';
import type { ToolDeclaration } from './tool';

/** A language model behind one provider's wire. Made for one model id; holds no conversation. */
export interface Model {
  /** The provider's name of the model; a reply is kept with it, since signatures are good for that model alone. */
  readonly id: string;
  /**
   * One reply to the steps so far. Never throws and never rejects: each stream closes with exactly one `end`, also
   * after `signal` aborts. A signal that is aborted already sends nothing.
   */
  step(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Tokens that the request would take, or null where the provider does not say. Never rejects. */
  countTokens(request: ModelRequest, signal: AbortSignal): Promise<number | null>;
  /** Tokens that fit into one request, or null where it is not known. Never rejects. */
  inputTokenLimit(signal: AbortSignal): Promise<number | null>;
}

export interface ModelRequest {
  readonly system: string;
  readonly steps: readonly Step[];
  readonly tools: readonly ToolDeclaration[];
}

/** What a model tells while it replies. Texts are pieces in order; calls come with the `end` alone, so none of a cut stream is ever run. */
export type ModelEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thought'; readonly text: string }
  /** Counts of this reply so far; the last one counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The provider asked to wait, or a fault that may pass came before the first piece of the reply. */
  | { readonly type: 'waiting'; readonly reason: string; readonly delayMs: number }
  | { readonly type: 'end'; readonly end: ModelEnd };

export type ModelEnd =
  /** The reply is whole. Its calls may be run. */
  | { readonly reason: 'stop'; readonly parts: readonly ReplyPart[] }
  /** Cut at the model's own limit of output. What stands in `parts` holds no calls. */
  | { readonly reason: 'limit'; readonly parts: readonly ReplyPart[]; readonly message: string }
  /** The provider's safety system ended it; asking the same again does not help. */
  | { readonly reason: 'blocked'; readonly message: string }
  /** A failed attempt: the loop may ask again with the nudge. Of a malformed call nothing is ever run. */
  | { readonly reason: 'failed'; readonly fault: 'malformed call' | 'empty reply'; readonly message: string; readonly nudge: string }
  | { readonly reason: 'aborted' }
  | { readonly reason: 'error'; readonly message: string; readonly code: UserErrorCode | null };
