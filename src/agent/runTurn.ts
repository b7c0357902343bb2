import type { AgentEvent, EndReason, Usage } from '../shared/agentEvent';
import { assertNever } from '../shared/assertNever';
import type { UserErrorCode } from '../shared/userError';
import type { AgentLimits } from './agentLimits';
import { compactConversation, shortened } from './compactConversation';
import type { Conversation, ReplyPart } from './conversation';
import { callsOf } from './conversation';
import { createRepeatWatch } from './repeatWatch';
import type { Model, ModelEnd, ModelRequest } from './model';
import { maxArgumentChars } from './parseArguments';
import { runCalls } from './runCalls';
import type { Tool } from './tool';
import { english as l10n } from '../shared/texts';

export interface Turn {
  readonly turnId: string;
  readonly prompt: string;
  /** Grows by the turn's steps. Whenever the turn has ended, however it did, every call in it has its result. */
  readonly conversation: Conversation;
  readonly system: string;
  readonly model: Model;
  readonly tools: readonly Tool[];
  readonly limits: AgentLimits;
  readonly signal: AbortSignal;
  /** Gets every event, in order. Must not throw. */
  readonly emit: (event: AgentEvent) => void;
  /** Resolves after the time, rejects when the signal aborts; `setTimeout` of `node:timers/promises` on node. */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

interface TurnEnd {
  readonly reason: EndReason;
  readonly message?: string;
  readonly code?: UserErrorCode;
}

/** Runs one turn: the prompt, replies and tool calls, until the model is done. Never rejects; closes with one `turn_ended`. */
export async function runTurn(turn: Turn): Promise<EndReason> {
  turn.emit({ type: 'turn_started', turnId: turn.turnId, prompt: turn.prompt });
  const start = turn.conversation.steps.length;
  turn.conversation.steps.push({ type: 'prompt', text: turn.prompt });
  let end: TurnEnd;
  try {
    end = await replyUntilDone(turn);
  } catch (error) {
    end = turn.signal.aborted
      ? { reason: 'aborted' }
      : {
          reason: 'error',
          message: l10n.t('Sunaba failed in the middle of the turn: {0}', error instanceof Error ? error.message : String(error)),
        };
  }
  // A prompt that the provider blocks would block every later request too: it stays on the screen, and is not sent again.
  if (end.reason === 'blocked' && turn.conversation.steps.length === start + 1) turn.conversation.steps.length = start;
  const { reason, message, code } = end;
  turn.emit({
    type: 'turn_ended',
    turnId: turn.turnId,
    reason,
    ...(message === undefined ? {} : { message }),
    ...(code === undefined ? {} : { code }),
  });
  return reason;
}

async function replyUntilDone(turn: Turn): Promise<TurnEnd> {
  const { conversation, limits, model } = turn;
  const repeats = createRepeatWatch(limits.equalCalls);
  for (let replies = 0; replies < limits.repliesPerTurn; replies++) {
    const { end, streamedText } = await askWithRetries(turn);
    switch (end.reason) {
      case 'stop':
        break;
      case 'limit':
        conversation.steps.push({ type: 'reply', model: model.id, parts: end.parts, cut: true });
        return { reason: 'limit', message: end.message };
      case 'blocked':
      case 'failed':
      case 'aborted':
      case 'error':
        if (streamedText !== '') {
          conversation.steps.push({ type: 'reply', model: model.id, parts: [{ type: 'text', text: streamedText }], cut: true });
        }
        return toTurnEnd(end);
      default:
        return assertNever(end);
    }
    conversation.steps.push({ type: 'reply', model: model.id, parts: end.parts.map(toKept) });
    const calls = callsOf(end.parts);
    if (calls.length === 0) return { reason: 'stop' };
    const outcome = await runCalls(calls, { ...turn, parallelReads: limits.parallelReads, repeats });
    conversation.steps.push({ type: 'results', results: outcome.results });
    if (turn.signal.aborted) return { reason: 'aborted' };
    if (outcome.failure !== null) return { reason: 'error', message: outcome.failure.message, code: outcome.failure.code };
    if (outcome.stuckTool !== null) {
      return {
        reason: 'limit',
        message: l10n.t(
          'The model kept making the same call of {0} with the same result, so the turn was ended. Say what to do differently.',
          outcome.stuckTool,
        ),
      };
    }
  }
  return {
    reason: 'limit',
    message: l10n.t(
      'The turn was ended at its limit of {0} replies (sunaba.agent.repliesPerTurn). Send "continue" to go on.',
      limits.repliesPerTurn,
    ),
  };
}

function toTurnEnd(end: Exclude<ModelEnd, { reason: 'stop' | 'limit' }>): TurnEnd {
  switch (end.reason) {
    case 'blocked':
      return { reason: 'blocked', message: end.message };
    case 'failed':
      return { reason: 'error', message: l10n.t('{0} Send the prompt again, or choose another model.', end.message) };
    case 'aborted':
      return { reason: 'aborted' };
    case 'error':
      return { reason: 'error', message: end.message, ...(end.code === null ? {} : { code: end.code }) };
    default:
      return assertNever(end);
  }
}

interface Reply {
  readonly end: ModelEnd;
  /** The text that was shown while the reply streamed. */
  readonly streamedText: string;
}

/** A malformed call is asked for again twice at most (T41); a reply of nothing as often as there are delays. */
const malformedRetries = 2;

async function askWithRetries(turn: Turn): Promise<Reply> {
  const { limits, conversation, signal } = turn;
  const tools = turn.tools.map((tool) => tool.declaration);
  const compacted = await compactConversation(conversation, turn.model, { system: turn.system, tools }, limits.compactAt, signal);
  if (compacted !== null) turn.emit({ type: 'conversation_compacted', turnId: turn.turnId, ...compacted });
  let nudge: string | null = null;
  for (let attempt = 0; ; attempt++) {
    const steps: ModelRequest['steps'] = nudge === null ? conversation.steps : [...conversation.steps, { type: 'note', text: nudge }];
    const reply = await ask(turn, { system: turn.system, steps, tools });
    if (reply.end.reason !== 'failed') return reply;
    const delayMs = limits.retryDelaysMs[attempt];
    if (delayMs === undefined || (reply.end.fault === 'malformed call' && attempt >= malformedRetries)) return reply;
    turn.emit({ type: 'retry_waited', turnId: turn.turnId, reason: reply.end.message, delayMs });
    try {
      await turn.wait(delayMs, signal);
    } catch {
      return { end: { reason: 'aborted' }, streamedText: reply.streamedText };
    }
    nudge = reply.end.nudge;
  }
}

async function ask(turn: Turn, request: ModelRequest): Promise<Reply> {
  const { turnId, emit } = turn;
  let streamedText = '';
  let usage: Usage | null = null;
  let end: ModelEnd = { reason: 'error', message: l10n.t('The model gave no end to its reply.'), code: null };
  for await (const event of turn.model.step(request, turn.signal)) {
    switch (event.type) {
      case 'text':
        streamedText += event.text;
        emit({ type: 'text_streamed', turnId, text: event.text });
        break;
      case 'thought':
        emit({ type: 'thought_streamed', turnId, text: event.text });
        break;
      case 'usage':
        usage = event.usage;
        break;
      case 'waiting':
        emit({ type: 'retry_waited', turnId, reason: event.reason, delayMs: event.delayMs });
        break;
      case 'end':
        end = event.end;
        break;
      default:
        assertNever(event);
    }
  }
  if (usage !== null) emit({ type: 'usage_counted', turnId, usage });
  // Nothing that a stopped reply asked for is run, even where its last byte had come.
  if (turn.signal.aborted) end = { reason: 'aborted' };
  return { end, streamedText };
}

/** A call whose arguments no tool would take is kept without them: they would come back with every request. */
function toKept(part: ReplyPart): ReplyPart {
  if (part.type !== 'call' || JSON.stringify(part.args ?? null).length <= 2 * maxArgumentChars) return part;
  return { ...part, args: shortened(part.args) };
}

/** The text of a reply as the user saw it, thoughts left out. */
export function textOf(parts: readonly ReplyPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
