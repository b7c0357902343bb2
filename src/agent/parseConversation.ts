import { isRecord } from '../shared/isRecord';
import type { CallPart, CallResult, Conversation, ReplyPart, Step } from './conversation';
import { callsOf } from './conversation';

/**
 * Restores a conversation that was kept as JSON, or gives null where it is none of ours (another version, a damaged
 * file). Where the process had died in the middle of a call, the call gets a result that says so.
 */
export function parseConversation(raw: unknown): Conversation | null {
  if (!isRecord(raw) || raw['version'] !== 1 || typeof raw['id'] !== 'string' || !Array.isArray(raw['steps'])) return null;
  const steps: Step[] = [];
  for (const item of raw['steps']) {
    const step = parseStep(item);
    if (step === null) return null;
    steps.push(step);
  }
  return { version: 1, id: raw['id'], steps: answerOpenCalls(steps) };
}

function parseStep(raw: unknown): Step | null {
  if (!isRecord(raw)) return null;
  switch (raw['type']) {
    case 'prompt':
    case 'note':
      return typeof raw['text'] === 'string' ? { type: raw['type'], text: raw['text'] } : null;
    case 'reply': {
      const parts = parseAll(raw['parts'], parsePart);
      if (parts === null || typeof raw['model'] !== 'string') return null;
      return { type: 'reply', model: raw['model'], parts, ...(raw['cut'] === true ? { cut: true } : {}) };
    }
    case 'results': {
      const results = parseAll(raw['results'], parseResult);
      return results === null ? null : { type: 'results', results };
    }
    default:
      return null;
  }
}

function parsePart(raw: unknown): ReplyPart | null {
  if (!isRecord(raw)) return null;
  const signature = typeof raw['signature'] === 'string' ? { signature: raw['signature'] } : {};
  switch (raw['type']) {
    case 'text':
    case 'thought':
      return typeof raw['text'] === 'string' ? { type: raw['type'], text: raw['text'], ...signature } : null;
    case 'call': {
      if (typeof raw['callId'] !== 'string' || typeof raw['name'] !== 'string') return null;
      return { type: 'call', callId: raw['callId'], name: raw['name'], args: raw['args'], ...providerId(raw), ...signature };
    }
    default:
      return null;
  }
}

function parseResult(raw: unknown): CallResult | null {
  if (!isRecord(raw)) return null;
  const { callId, name, text, isError } = raw;
  if (typeof callId !== 'string' || typeof name !== 'string' || typeof text !== 'string') return null;
  return { callId, name, text, isError: isError === true, ...providerId(raw) };
}

function providerId(raw: Record<string, unknown>): { providerId?: string } {
  return typeof raw['providerId'] === 'string' ? { providerId: raw['providerId'] } : {};
}

function parseAll<T>(raw: unknown, parse: (item: unknown) => T | null): T[] | null {
  if (!Array.isArray(raw)) return null;
  const items: T[] = [];
  for (const item of raw) {
    const parsed = parse(item);
    if (parsed === null) return null;
    items.push(parsed);
  }
  return items;
}

function answerOpenCalls(steps: readonly Step[]): Step[] {
  const repaired: Step[] = [];
  steps.forEach((step, index) => {
    const previous = steps[index - 1];
    // Results that belong to no reply would be refused by the provider.
    if (step.type === 'results' && previous?.type !== 'reply') return;
    if (step.type === 'results' && previous?.type === 'reply') {
      repaired.push({ type: 'results', results: resultsFor(callsOf(previous.parts), step.results) });
      return;
    }
    repaired.push(step);
    if (step.type !== 'reply') return;
    const calls = callsOf(step.parts);
    if (calls.length > 0 && steps[index + 1]?.type !== 'results') repaired.push({ type: 'results', results: resultsFor(calls, []) });
  });
  return repaired.filter((step) => step.type !== 'results' || step.results.length > 0);
}

function resultsFor(calls: readonly CallPart[], results: readonly CallResult[]): CallResult[] {
  return calls.map(
    ({ callId, name, providerId }) =>
      results.find((result) => result.callId === callId) ?? {
        callId,
        name,
        isError: true,
        text: 'Interrupted: Sunaba ended while this ran.',
        ...(providerId === undefined ? {} : { providerId }),
      },
  );
}
