import type { AgentEvent } from '../shared/agentEvent';
import type { ToolResult } from '../shared/toolResult';
import { UserError } from '../shared/userError';
import type { CallPart, CallResult } from './conversation';
import type { RepeatWatch } from './repeatWatch';
import type { Prepared, Tool } from './tool';

export interface CallContext {
  readonly turnId: string;
  readonly tools: readonly Tool[];
  readonly parallelReads: number;
  readonly repeats: RepeatWatch;
  readonly signal: AbortSignal;
  readonly emit: (event: AgentEvent) => void;
}

export interface CallsOutcome {
  /** One for each call, in the order of the calls. */
  readonly results: readonly CallResult[];
  /** What broke so that no further call can work (the folder is gone, the sandbox failed), or null. */
  readonly failure: UserError | null;
  /** The tool whose same call went on after the note, or null. */
  readonly stuckTool: string | null;
}

/** The most of a result that goes to the model, whatever a tool gives. */
const maxResultChars = 400_000;

/** Runs the calls of one reply: reads that stand side by side at once, a call that writes alone. Never rejects. */
export async function runCalls(calls: readonly CallPart[], context: CallContext): Promise<CallsOutcome> {
  const results: CallResult[] = [];
  let failure: UserError | null = null;
  let stuckTool: string | null = null;
  for (const group of groupCalls(calls, context)) {
    const ran = await Promise.all(group.map(({ call, prepared }) => runCall(call, prepared, context, failure !== null)));
    for (const { result, call, error } of ran) {
      failure ??= error;
      const repeat = context.repeats.count(call, result.text);
      if (repeat.kind === 'stuck') stuckTool ??= call.name;
      const note =
        repeat.kind === 'note'
          ? `\n\n[This very call was made ${repeat.count} times with this very result. Do something else, or say what stands in the way.]`
          : '';
      results.push({ ...result, text: result.text + note });
    }
  }
  return { results, failure, stuckTool };
}

interface PreparedCall {
  readonly call: CallPart;
  readonly prepared: Prepared;
}

function groupCalls(calls: readonly CallPart[], context: CallContext): readonly (readonly PreparedCall[])[] {
  const groups: PreparedCall[][] = [];
  let reads: PreparedCall[] | null = null;
  for (const call of calls) {
    const tool = context.tools.find((candidate) => candidate.declaration.name === call.name);
    const prepared = prepare(call, tool, context.tools);
    if (tool?.effect === 'writes') {
      groups.push([{ call, prepared }]);
      reads = null;
      continue;
    }
    if (reads === null || reads.length >= context.parallelReads) {
      reads = [];
      groups.push(reads);
    }
    reads.push({ call, prepared });
  }
  return groups;
}

function prepare(call: CallPart, tool: Tool | undefined, tools: readonly Tool[]): Prepared {
  if (tool === undefined) {
    const names = tools.map((candidate) => candidate.declaration.name).join(', ');
    const others = names === '' ? 'There are no tools here: answer without them.' : `The tools are: ${names}.`;
    return { kind: 'refused', text: `There is no tool ${JSON.stringify(call.name.slice(0, 100))}. ${others}` };
  }
  try {
    return tool.prepare(call.args);
  } catch (error) {
    return { kind: 'refused', text: `${call.name} could not read its arguments: ${wordsOf(error)}` };
  }
}

interface RanCall {
  readonly call: CallPart;
  readonly result: CallResult;
  readonly error: UserError | null;
}

async function runCall(call: CallPart, prepared: Prepared, context: CallContext, broken: boolean): Promise<RanCall> {
  const { turnId, emit, signal } = context;
  const { callId } = call;
  const title = prepared.kind === 'ready' ? prepared.title : call.name.slice(0, 100);
  emit({ type: 'tool_started', turnId, callId, tool: call.name, args: call.args, title });
  const startedAt = performance.now();
  let outcome: ToolResult;
  let error: UserError | null = null;
  if (signal.aborted) {
    outcome = { isError: true, text: 'Not run: the user stopped the turn.' };
  } else if (broken) {
    outcome = { isError: true, text: 'Not run: a call before it failed.' };
  } else if (prepared.kind === 'refused') {
    outcome = { isError: true, text: prepared.text };
  } else {
    try {
      outcome = await prepared.run({
        callId,
        signal,
        onOutput: (stream, text) => emit({ type: 'tool_output', turnId, callId, stream, text }),
      });
    } catch (thrown) {
      if (thrown instanceof UserError) error = thrown;
      outcome = { isError: true, text: signal.aborted ? 'Ended: the user stopped the turn.' : `${call.name} failed: ${wordsOf(thrown)}` };
    }
  }
  const text = bounded(outcome.text);
  emit({
    type: 'tool_ended',
    turnId,
    callId,
    isError: outcome.isError,
    text,
    durationMs: performance.now() - startedAt,
    ...(outcome.ledger === undefined ? {} : { ledger: outcome.ledger }),
    ...(outcome.limit === undefined ? {} : { limit: outcome.limit }),
  });
  const { providerId, name } = call;
  const result = { callId, name, isError: outcome.isError, text, ...(providerId === undefined ? {} : { providerId }) };
  return { call, result, error: signal.aborted ? null : error };
}

function bounded(text: string): string {
  if (text.length <= maxResultChars) return text;
  const head = Math.floor(maxResultChars / 5);
  const dropped = text.length - maxResultChars;
  return `${text.slice(0, head)}\n[… ${dropped} characters left out …]\n${text.slice(text.length - (maxResultChars - head))}`;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
