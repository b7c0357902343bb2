import type { Usage } from '../shared/agentEvent';
import { isRecord } from '../shared/isRecord';
import type { CallPart, ReplyPart } from '../agent/conversation';
import type { ModelEnd, ModelEvent } from '../agent/model';
import { english as l10n } from '../shared/texts';

/** Gathers the chunks of one reply of Gemini's, each an unknown; parts are kept as they came. */
export interface GeminiReply {
  /** What a chunk adds, to be shown at once. */
  add(chunk: unknown): ModelEvent[];
  /** How it ended, or null where the chunks tell of no end: the stream was cut. */
  end(): ModelEnd | null;
}

export function createGeminiReply(newCallId: () => string): GeminiReply {
  const parts: ReplyPart[] = [];
  let finishReason: string | null = null;
  let finishMessage = '';
  let blockReason: string | null = null;

  function addPart(raw: unknown): ModelEvent[] {
    if (!isRecord(raw)) return [];
    const signature = typeof raw['thoughtSignature'] === 'string' && raw['thoughtSignature'] !== '' ? raw['thoughtSignature'] : undefined;
    const call = raw['functionCall'];
    if (isRecord(call) && typeof call['name'] === 'string') {
      parts.push(toCall(call['name'], call, signature, newCallId()));
      return [];
    }
    if (typeof raw['text'] !== 'string') return [];
    const type = raw['thought'] === true ? 'thought' : 'text';
    const text = raw['text'];
    const last = parts.at(-1);
    if (last?.type === type && last.signature === undefined && signature === undefined) {
      parts[parts.length - 1] = { type, text: last.text + text };
    } else if (text !== '' || signature !== undefined) {
      parts.push({ type, text, ...(signature === undefined ? {} : { signature }) });
    }
    return text === '' ? [] : [{ type, text }];
  }

  return {
    add(chunk) {
      if (!isRecord(chunk)) return [];
      const events: ModelEvent[] = [];
      const feedback = chunk['promptFeedback'];
      if (isRecord(feedback) && typeof feedback['blockReason'] === 'string') blockReason = feedback['blockReason'];
      const candidate: unknown = Array.isArray(chunk['candidates']) ? chunk['candidates'][0] : undefined;
      if (isRecord(candidate)) {
        const content = candidate['content'];
        const raw: unknown = isRecord(content) ? content['parts'] : undefined;
        if (Array.isArray(raw)) events.push(...raw.flatMap(addPart));
        if (typeof candidate['finishReason'] === 'string') finishReason = candidate['finishReason'];
        if (typeof candidate['finishMessage'] === 'string') finishMessage = candidate['finishMessage'].slice(0, 1000);
      }
      const usage = toUsage(chunk['usageMetadata']);
      if (usage !== null) events.push({ type: 'usage', usage });
      return events;
    },
    end() {
      if (finishReason !== null) return toEnd(finishReason, finishMessage, parts);
      if (blockReason !== null)
        return { reason: 'blocked', message: l10n.t('Gemini refused the prompt ({0}). Word it differently.', blockReason) };
      return null;
    },
  };
}

function toCall(name: string, call: Record<string, unknown>, signature: string | undefined, callId: string): CallPart {
  return {
    type: 'call',
    callId,
    name,
    args: call['args'],
    ...(typeof call['id'] === 'string' && call['id'] !== '' ? { providerId: call['id'] } : {}),
    ...(signature === undefined ? {} : { signature }),
  };
}

function toEnd(finishReason: string, finishMessage: string, parts: readonly ReplyPart[]): ModelEnd {
  const detail = finishMessage === '' ? '' : ` ${finishMessage}`;
  switch (finishReason) {
    case 'STOP':
    case 'FINISH_REASON_UNSPECIFIED':
      if (parts.some((part) => part.type === 'call' || (part.type === 'text' && part.text.trim() !== ''))) return { reason: 'stop', parts };
      return {
        reason: 'failed',
        fault: 'empty reply',
        message: l10n.t('The model gave an empty reply.'),
        nudge: 'Your last reply was empty. Go on: call a tool, or answer the user.',
      };
    case 'MALFORMED_FUNCTION_CALL':
    case 'UNEXPECTED_TOOL_CALL':
    case 'TOO_MANY_TOOL_CALLS':
    case 'MISSING_THOUGHT_SIGNATURE':
      return {
        reason: 'failed',
        fault: 'malformed call',
        message: l10n.t('The model made a tool call that cannot be read ({0}).', finishReason),
        nudge:
          'Your last tool call was malformed and was not run. Call one of the declared tools by its name, with arguments as its parameters say.',
      };
    case 'MAX_TOKENS':
      return {
        reason: 'limit',
        parts: parts.filter((part) => part.type !== 'call'),
        message: l10n.t('The reply was cut: it reached the most that the model writes at once. Send "continue" to go on.'),
      };
    case 'SAFETY':
    case 'RECITATION':
    case 'LANGUAGE':
    case 'BLOCKLIST':
    case 'PROHIBITED_CONTENT':
    case 'SPII':
    case 'IMAGE_SAFETY':
      return { reason: 'blocked', message: l10n.t('Gemini ended its reply ({0}).{1} Word the prompt differently.', finishReason, detail) };
    default:
      return {
        reason: 'error',
        message: l10n.t(
          'Gemini ended its reply for a reason that Sunaba does not know ({0}).{1} Send the prompt again.',
          finishReason.slice(0, 60),
          detail,
        ),
        code: 'modelUnavailable',
      };
  }
}

function toUsage(raw: unknown): Usage | null {
  if (!isRecord(raw)) return null;
  const count = (key: string): number => (typeof raw[key] === 'number' ? raw[key] : 0);
  return {
    inputTokens: count('promptTokenCount'),
    outputTokens: count('candidatesTokenCount'),
    thoughtTokens: count('thoughtsTokenCount'),
    cachedTokens: count('cachedContentTokenCount'),
  };
}
