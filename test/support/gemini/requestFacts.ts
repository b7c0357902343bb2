import { isRecord } from '../../../src/shared/isRecord';

/** What the server reads in a request. */
export interface RequestFacts {
  /** The user's newest text. */
  readonly prompt: string;
  /** Contents of the model's after that text. */
  readonly repliesSincePrompt: number;
  /** Texts of the newest tool results, in order. */
  readonly results: readonly string[];
  /** What the real API would refuse, or null. */
  readonly problem: string | null;
}

/** Words by which the loop asks again; they do not start a scenario. */
const nudges = /^Your last (reply was empty|tool call was malformed)/;

export function conversationOf(body: unknown): RequestFacts {
  const contents = isRecord(body) && Array.isArray(body['contents']) ? body['contents'].filter(isRecord) : [];
  const all = contents.map((content) => ({
    role: content['role'],
    parts: Array.isArray(content['parts']) ? content['parts'].filter(isRecord) : [],
  }));
  let prompt = '';
  let repliesSincePrompt = 0;
  let results: string[] = [];
  let problem = all.length === 0 ? 'contents is not specified' : null;
  let open: string[] = [];
  for (const { role, parts } of all) {
    if (parts.length === 0) problem ??= 'Unable to submit request because it must have at least one part.';
    const answers = parts.flatMap((part) => (isRecord(part['functionResponse']) ? [part['functionResponse']] : []));
    if (role === 'user' && answers.length === 0) {
      const text = parts.map((part) => (typeof part['text'] === 'string' ? part['text'] : '')).join('');
      if (nudges.test(text)) continue;
      prompt = text;
      repliesSincePrompt = 0;
      results = [];
    }
    const names = answers.map(({ name }) => String(name));
    if (answers.length > 0 || open.length > 0) {
      if (role !== 'user' || names.join() !== open.join()) {
        problem ??=
          'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';
      }
      results = answers.map(({ response }) => (isRecord(response) ? String(response['output'] ?? response['error']) : ''));
    }
    open = [];
    if (role === 'model') {
      repliesSincePrompt++;
      open = parts.flatMap((part) => (isRecord(part['functionCall']) ? [String(part['functionCall']['name'])] : []));
    }
  }
  return { prompt, repliesSincePrompt, results, problem };
}
