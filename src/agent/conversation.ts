/** A conversation as data: kept as JSON and restored by `parseConversation`. The loop appends to `steps` and changes nothing else. */
export interface Conversation {
  readonly version: 1;
  readonly id: string;
  readonly steps: Step[];
}

/** One step of a conversation. A `reply` with calls is followed by `results` with as many, in the same order. */
export type Step =
  | { readonly type: 'prompt'; readonly text: string }
  /** A word of Sunaba itself to the model, such as a nudge after a failed reply. The panel does not show it. */
  | { readonly type: 'note'; readonly text: string }
  | {
      readonly type: 'reply';
      /** The model that wrote it; its signatures mean nothing to another. */
      readonly model: string;
      readonly parts: readonly ReplyPart[];
      /** True where the reply was cut (stopped, or ended by an error). */
      readonly cut?: boolean;
    }
  | { readonly type: 'results'; readonly results: readonly CallResult[] };

/** A piece of a reply as the provider sent it. A signature goes back in the very part that it came in. */
export type ReplyPart =
  | { readonly type: 'text'; readonly text: string; readonly signature?: string }
  | { readonly type: 'thought'; readonly text: string; readonly signature?: string }
  | CallPart;

export interface CallPart {
  readonly type: 'call';
  /** Unique in the conversation. */
  readonly callId: string;
  /** The provider's own id of the call, sent back with its result. */
  readonly providerId?: string;
  readonly name: string;
  /** As the model sent them, unparsed. */
  readonly args: unknown;
  readonly signature?: string;
}

export interface CallResult {
  readonly callId: string;
  readonly providerId?: string;
  readonly name: string;
  readonly isError: boolean;
  readonly text: string;
}

export function createConversation(id: string): Conversation {
  return { version: 1, id, steps: [] };
}

/** The calls of a reply, in their order. */
export function callsOf(parts: readonly ReplyPart[]): readonly CallPart[] {
  return parts.filter((part) => part.type === 'call');
}
