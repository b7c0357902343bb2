import { setTimeout as wait } from 'node:timers/promises';
import { defaultAgentLimits, type AgentLimits } from '../../src/agent/agentLimits';
import { createConversation, type Conversation } from '../../src/agent/conversation';
import { defineTool } from '../../src/agent/defineTool';
import { runTurn } from '../../src/agent/runTurn';
import type { Tool } from '../../src/agent/tool';
import { createGemini, type GeminiOptions } from '../../src/models/gemini';
import type { AgentEvent, EndReason } from '../../src/shared/agentEvent';

export interface TurnRecord {
  readonly reason: EndReason;
  readonly events: readonly AgentEvent[];
  readonly text: string;
  readonly end: Extract<AgentEvent, { type: 'turn_ended' }>;
  readonly conversation: Conversation;
}

export interface TurnSetup {
  readonly url: string;
  readonly prompt: string;
  readonly tools?: readonly Tool[];
  readonly limits?: Partial<AgentLimits>;
  readonly gemini?: Partial<GeminiOptions>;
  readonly signal?: AbortSignal;
  readonly conversation?: Conversation;
  readonly onEvent?: (event: AgentEvent) => void;
}

/** Short waits, so that retries are tried in earnest and soon over. */
export const shortRetries = { delaysMs: [20, 20, 20], longestWaitMs: 120_000 };

/** One turn of the real loop with the real adapter against a server. */
export async function takeTurn(setup: TurnSetup): Promise<TurnRecord> {
  const events: AgentEvent[] = [];
  const conversation = setup.conversation ?? createConversation('test');
  const reason = await runTurn({
    turnId: 'turn-1',
    prompt: setup.prompt,
    conversation,
    system: 'You are a test.',
    model: geminiFor(setup.url, setup.gemini),
    tools: setup.tools ?? [],
    limits: { ...defaultAgentLimits, retryDelaysMs: [20, 20, 20], ...setup.limits },
    signal: setup.signal ?? new AbortController().signal,
    emit: (event) => {
      events.push(event);
      setup.onEvent?.(event);
    },
    wait: (delayMs, signal) => wait(delayMs, undefined, { signal }),
  });
  const end = events.at(-1);
  if (end?.type !== 'turn_ended') throw new Error(`the last event is ${end?.type}`);
  const text = events.map((event) => (event.type === 'text_streamed' ? event.text : '')).join('');
  return { reason, events, text, end, conversation };
}

export function geminiFor(url: string, options: Partial<GeminiOptions> = {}): ReturnType<typeof createGemini> {
  return createGemini({
    apiKey: 'key-of-the-tests',
    model: 'gemini-2.5-flash',
    baseUrl: url,
    connectTimeoutMs: 2000,
    idleTimeoutMs: 2000,
    retries: shortRetries,
    ...options,
  });
}

/** Tools of a tiny world in memory, to try the loop by itself; the real ones run in guests. */
export function loopTools(log: string[] = []): readonly Tool[] {
  const readFile = defineTool({
    name: 'read_file',
    description: 'Reads a file.',
    parameters: { path: { type: 'string', description: 'Its path.', required: true, aliases: ['file_path'] } },
    effect: 'reads',
    title: ({ path }) => `Read ${path}`,
    run: ({ path }) => {
      log.push(`read ${path}`);
      return Promise.resolve({ isError: false, text: `contents of ${path}` });
    },
  });
  const listFiles = defineTool({
    name: 'list_files',
    description: 'Lists files.',
    parameters: { path: { type: 'string', description: 'A folder.' }, depth: { type: 'integer', description: 'How deep.', minimum: 1 } },
    effect: 'reads',
    title: () => 'List files',
    run: () => {
      log.push('list');
      return Promise.resolve({ isError: false, text: 'README.md' });
    },
  });
  const writeFile = defineTool({
    name: 'write_file',
    description: 'Writes a file.',
    parameters: {
      path: { type: 'string', description: 'Its path.', required: true },
      content: { type: 'string', description: 'All of it.', required: true },
    },
    effect: 'writes',
    title: ({ path }) => `Write ${path}`,
    run: ({ path }) => {
      log.push(`write ${path}`);
      return Promise.resolve({ isError: false, text: 'written' });
    },
  });
  return [readFile, listFiles, writeFile];
}
