/** What the scripted server does with a prompt: data, so that the tests, the demo and the pictures tell the same stories. */
export interface Scenario {
  readonly id: string;
  /** A prompt that starts it, offered as a ready prompt in the empty chat where `ready` is true. */
  readonly prompt: string;
  readonly ready?: boolean;
  /** Words of the user's text that start it too; the prompt itself always does. */
  readonly match?: RegExp;
  /** The n-th reply of the turn; the last one is repeated. */
  readonly replies: readonly Reply[];
}

/** One answer of the server. `attempts`: what the first, second … request for this very reply gets; then it starts over. */
export type Reply = StreamReply | { readonly attempts: readonly StreamReply[] };

export interface StreamReply {
  /** Before the headers go out. */
  readonly delayMs?: number;
  readonly chunks?: readonly Chunk[];
  /** `STOP` where absent; null sends none. */
  readonly finishReason?: string | null;
  readonly finishMessage?: string;
  /** Answers with this status and body instead of a stream. */
  readonly error?: { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };
  /** What goes wrong after the chunks. `cut`: the connection breaks; `silence`: nothing more comes; the others are bodies with status 200. */
  readonly fault?: 'cut' | 'silence' | 'html' | 'broken json';
}

/** Texts may hold `{{result}}`, the last tool result of the request, `{{result:1}}` and so on for one of several, and `{{first line}}`. */
export type Chunk =
  | { readonly text: string; readonly signature?: string }
  | { readonly thought: string }
  | { readonly call: { readonly name: string; readonly args: unknown; readonly id?: string }; readonly signature?: string }
  /** Several calls in one content, as the API sends parallel ones. */
  | { readonly calls: readonly { readonly name: string; readonly args: unknown; readonly id?: string }[]; readonly signature?: string }
  | { readonly delayMs: number }
  /** The data of an event as it stands. */
  | { readonly raw: unknown }
  /** Bytes of the body as they stand, such as a comment. */
  | { readonly line: string };

/** A made-up signature of thoughts; the server checks that it comes back (see the adapter's tests). */
export const signature = 'c2NyaXB0ZWQtc2lnbmF0dXJl';

/** A tool call of the model. */
export function call(name: string, args: unknown): Chunk {
  return { call: { name, args }, signature };
}

/** A text as a model streams it: some words a chunk. */
export function stream(text: string, delayMs = 0, wordsAChunk = 4): Chunk[] {
  const words = text.match(/\S+\s*/g) ?? [];
  const chunks: Chunk[] = [];
  for (let index = 0; index < words.length; index += wordsAChunk) {
    chunks.push({ text: words.slice(index, index + wordsAChunk).join('') });
    if (delayMs > 0) chunks.push({ delayMs });
  }
  return chunks;
}
