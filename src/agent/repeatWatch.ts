import type { CallPart } from './conversation';

export type Repeat =
  | { readonly kind: 'none' }
  /** The call was made so often with the same result that the model is told. */
  | { readonly kind: 'note'; readonly count: number }
  /** It went on after the note. */
  | { readonly kind: 'stuck'; readonly count: number };

export interface RepeatWatch {
  /** Counts a call that gave a result. A result that differs from the last one of the same call is progress and starts anew. */
  count(call: CallPart, result: string): Repeat;
}

/** Watches one turn for a model that makes the same call over and over: a note at `limit`, an end at twice that. */
export function createRepeatWatch(limit: number): RepeatWatch {
  const seen = new Map<string, { result: string; count: number }>();
  return {
    count(call, result) {
      const key = JSON.stringify([call.name, sorted(call.args, 0)]);
      const entry = seen.get(key);
      const count = entry !== undefined && entry.result === result ? entry.count + 1 : 1;
      seen.set(key, { result, count });
      if (count >= 2 * limit) return { kind: 'stuck', count };
      return count === limit ? { kind: 'note', count } : { kind: 'none' };
    },
  };
}

/** The same value with the keys of its objects in order, so that equal arguments have equal JSON. Bounded in depth. */
function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > 20) return depth > 20 ? null : value;
  if (Array.isArray(value)) return value.map((item) => sorted(item, depth + 1));
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item, depth + 1)]);
}
