import { isRecord } from '../shared/isRecord';
import type { Conversation, Step } from './conversation';
import type { Model, ModelRequest } from './model';

/** What stands in the place of a tool's output that was dropped. */
export const droppedOutput = '[This output was dropped to save room. Call the tool again if it is needed.]';

/** Tool outputs of the newest steps that are never dropped. */
const keptResultSteps = 4;

/** Outputs shorter than this are not worth dropping, in characters. */
const smallOutputChars = 400;

/** Characters a token has at the least, as a rule of thumb that errs on the safe side for code. */
const charsPerToken = 3;

/** What was taken out of the conversation. */
export interface Compacted {
  readonly outputs: number;
  readonly turns: number;
}

/**
 * Makes room where the conversation comes near the model's input limit: the oldest tool outputs give way to a line that
 * says so, then the oldest turns go. Gives what went, null for nothing. Counts by characters first and asks the provider only near the limit.
 */
export async function compactConversation(
  conversation: Conversation,
  model: Model,
  frame: Pick<ModelRequest, 'system' | 'tools'>,
  compactAt: number,
  signal: AbortSignal,
): Promise<Compacted | null> {
  const chars = charsOf(conversation.steps) + frame.system.length + JSON.stringify(frame.tools).length;
  if (chars / charsPerToken < smallestKnownLimit * compactAt) return null;
  const limit = await model.inputTokenLimit(signal);
  if (limit === null || chars / charsPerToken < limit * compactAt) return null;
  const counted = await model.countTokens({ ...frame, steps: conversation.steps }, signal);
  const tokens = counted ?? chars / charsPerToken;
  if (tokens < limit * compactAt) return null;
  // Down to half the mark, so that the next replies do not compact again and the provider's cache stays good for a while.
  const surplusChars = Math.ceil(((tokens - (limit * compactAt) / 2) * chars) / tokens);
  const outputsBefore = countDropped(conversation.steps);
  const turnsBefore = countPrompts(conversation.steps);
  const afterOutputs = dropOutputs(conversation.steps, surplusChars);
  const afterArguments = dropArguments(conversation.steps, afterOutputs);
  const outputs = countDropped(conversation.steps) - outputsBefore;
  if (afterArguments > 0) dropTurns(conversation.steps, afterArguments);
  return { outputs, turns: turnsBefore - countPrompts(conversation.steps) };
}

/** No model of today takes fewer tokens; below this no request is made to learn the limit. */
const smallestKnownLimit = 30_000;

function dropOutputs(steps: Step[], surplus: number): number {
  let left = surplus;
  const last = steps.map((step, index) => ({ step, index })).filter(({ step }) => step.type === 'results');
  for (const { step, index } of last.slice(0, Math.max(0, last.length - keptResultSteps))) {
    if (left <= 0) return 0;
    if (step.type !== 'results') continue;
    const results = step.results.map((result) => {
      if (left <= 0 || result.text.length < smallOutputChars) return result;
      left -= result.text.length - droppedOutput.length;
      return { ...result, text: droppedOutput };
    });
    steps[index] = { type: 'results', results };
  }
  return Math.max(0, left);
}

/** Long texts in the arguments of old calls, such as whole files that were written. */
function dropArguments(steps: Step[], surplus: number): number {
  let left = surplus;
  const replies = steps.flatMap((step, index) => (step.type === 'reply' ? [index] : []));
  for (const index of replies.slice(0, Math.max(0, replies.length - keptResultSteps))) {
    if (left <= 0) return 0;
    const step = steps[index];
    if (step?.type !== 'reply') continue;
    const parts = step.parts.map((part) => {
      if (part.type !== 'call') return part;
      const args = shortened(part.args);
      left -= JSON.stringify(part.args ?? null).length - JSON.stringify(args ?? null).length;
      return { ...part, args };
    });
    steps[index] = { ...step, parts };
  }
  return Math.max(0, left);
}

/** Arguments with a word in the place of each long text. */
export function shortened(args: unknown): unknown {
  if (!isRecord(args)) return JSON.stringify(args ?? null).length < smallOutputChars ? args : {};
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name.slice(0, smallOutputChars),
      JSON.stringify(value).length < smallOutputChars ? value : '[This was dropped to save room.]',
    ]),
  );
}

/** Drops whole turns from the front, never the newest one. */
function dropTurns(steps: Step[], surplus: number): void {
  const starts = steps.flatMap((step, index) => (step.type === 'prompt' ? [index] : []));
  let end = 0;
  let dropped = 0;
  for (const start of starts.slice(1)) {
    if (dropped >= surplus) break;
    dropped += charsOf(steps.slice(end, start));
    end = start;
  }
  if (end === 0) return;
  steps.splice(0, end);
  const first = steps[0];
  if (first?.type === 'prompt') {
    steps[0] = { type: 'prompt', text: `[Earlier turns of this conversation were dropped to save room.]\n\n${first.text}` };
  }
}

function countDropped(steps: readonly Step[]): number {
  return steps.reduce(
    (sum, step) => sum + (step.type === 'results' ? step.results.filter(({ text }) => text === droppedOutput).length : 0),
    0,
  );
}

function countPrompts(steps: readonly Step[]): number {
  return steps.filter(({ type }) => type === 'prompt').length;
}

function charsOf(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + JSON.stringify(step).length, 0);
}
