import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineTool } from '../../../src/agent/defineTool';
import type { Tool } from '../../../src/agent/tool';
import { UserError } from '../../../src/shared/userError';
import { loopTools, takeTurn } from '../../support/agentHarness';
import { startGeminiServer, type GeminiServer } from '../../support/gemini/geminiServer';
import type { Chunk, Scenario } from '../../support/gemini/scenario';

const call = (name: string, args: unknown): Chunk => ({ call: { name, args } });
const own: Scenario[] = [
  {
    id: 'mixed',
    prompt: 'mixed calls',
    replies: [
      {
        chunks: [
          {
            calls: [
              { name: 'slow_read', args: { name: 'a', ms: 120 } },
              { name: 'slow_read', args: { name: 'b', ms: 40 } },
              { name: 'slow_write', args: { name: 'w', ms: 30 } },
              { name: 'slow_read', args: { name: 'c', ms: 10 } },
            ],
          },
        ],
      },
      { chunks: [{ text: 'done' }] },
    ],
  },
  {
    id: 'stop-tool',
    prompt: 'stop in a tool',
    replies: [{ chunks: [call('slow_read', { name: 'x', ms: 60_000 }), call('slow_read', { name: 'y', ms: 1 })] }],
  },
  { id: 'broken', prompt: 'the folder is gone', replies: [{ chunks: [call('broken', {}), call('slow_write', { name: 'z', ms: 1 })] }] },
  {
    id: 'ten',
    prompt: 'ten megabytes',
    replies: [{ chunks: [call('write_file', { path: 'a', content: 'x'.repeat(10_000_000) })] }, { chunks: [{ text: '{{result}}' }] }],
  },
  { id: 'write-on', prompt: 'write on and on', replies: [{ chunks: [call('write_file', { path: 'a', content: 'y'.repeat(20_000) })] }] },
  { id: 'throws', prompt: 'a tool that throws', replies: [{ chunks: [call('throws', {})] }, { chunks: [{ text: 'I see: {{result}}' }] }] },
];

function slowTools(log: string[]): readonly Tool[] {
  const parameters = {
    name: { type: 'string', description: 'n', required: true },
    ms: { type: 'integer', description: 'm', required: true },
  } as const;
  const make = (name: string, effect: Tool['effect']): Tool =>
    defineTool({
      name,
      description: name,
      parameters,
      effect,
      title: (args) => `${name} ${args.name}`,
      run: async (args, { signal }) => {
        log.push(`+${args.name}`);
        await wait(args.ms, undefined, { signal });
        log.push(`-${args.name}`);
        return { isError: false, text: args.name };
      },
    });
  const failing = (name: string, error: () => Error): Tool =>
    defineTool({ name, description: name, parameters: {}, effect: 'reads', title: () => name, run: () => Promise.reject(error()) });
  return [
    make('slow_read', 'reads'),
    make('slow_write', 'writes'),
    failing('broken', () => new UserError('workspaceFolderGone', 'The folder is gone. Open another one.')),
    failing('throws', () => new Error('it broke inside')),
  ];
}

describe('a turn', () => {
  let server: GeminiServer;
  beforeAll(async () => {
    const { scenarios } = await import('../../support/gemini/scenarios');
    server = await startGeminiServer({ scenarios: [...own, ...scenarios] });
  });
  afterAll(() => server.close());

  it('streams, calls tools and answers', async () => {
    const log: string[] = [];
    const { reason, events, text, conversation } = await takeTurn({
      url: server.url,
      prompt: 'What is in this folder?',
      tools: loopTools(log),
    });
    expect(reason).toBe('stop');
    expect(log).toEqual(['list', 'read README.md']);
    expect(text).toContain('**Harbour** is a small library');
    expect(events.filter(({ type }) => type === 'tool_started')).toHaveLength(2);
    expect(events.some(({ type }) => type === 'thought_streamed')).toBe(true);
    expect(events.filter(({ type }) => type === 'usage_counted')).toHaveLength(3);
    expect(events[0]?.type).toBe('turn_started');
    expect(conversation.steps.map(({ type }) => type)).toEqual(['prompt', 'reply', 'results', 'reply', 'results', 'reply']);
  });

  it('runs reads of one reply at once and writes alone, and keeps the order of the results', async () => {
    const log: string[] = [];
    const { reason, conversation } = await takeTurn({ url: server.url, prompt: 'mixed calls', tools: slowTools(log) });
    expect(reason).toBe('stop');
    expect(log).toEqual(['+a', '+b', '-b', '-a', '+w', '-w', '+c', '-c']);
    const results = conversation.steps.flatMap((step) => (step.type === 'results' ? step.results.map(({ text }) => text) : []));
    expect(results).toEqual(['a', 'b', 'w', 'c']);
  });

  it('stops while the model streams: what had come is kept, nothing hangs', async () => {
    const controller = new AbortController();
    const before = server.abandoned();
    const { reason, text, conversation } = await takeTurn({
      url: server.url,
      prompt: 'Tell me a long story, slowly.',
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'text_streamed') setTimeout(() => controller.abort(), 150);
      },
    });
    expect(reason).toBe('aborted');
    expect(text).toContain('Far out at sea');
    expect(conversation.steps.at(-1)).toMatchObject({ type: 'reply', cut: true, parts: [{ type: 'text', text }] });
    await expect.poll(() => server.abandoned()).toBe(before + 1);
  });

  it('stops while a tool runs: the tool is told, and each call has its result', async () => {
    const controller = new AbortController();
    const log: string[] = [];
    const startedAt = Date.now();
    const { reason, conversation } = await takeTurn({
      url: server.url,
      prompt: 'stop in a tool',
      tools: slowTools(log),
      limits: { parallelReads: 1 },
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'tool_started') setTimeout(() => controller.abort(), 50);
      },
    });
    expect(reason).toBe('aborted');
    expect(Date.now() - startedAt).toBeLessThan(5000);
    expect(log).toEqual(['+x']);
    expect(conversation.steps.at(-1)).toMatchObject({
      type: 'results',
      results: [
        { isError: true, text: 'Ended: the user stopped the turn.' },
        { isError: true, text: 'Not run: the user stopped the turn.' },
      ],
    });
  });

  it('a signal that is aborted before the turn sends nothing', async () => {
    const before = server.requests.length;
    const { reason } = await takeTurn({ url: server.url, prompt: 'What is in this folder?', signal: AbortSignal.abort() });
    expect(reason).toBe('aborted');
    expect(server.requests.length).toBe(before);
  });

  it('a failure of set-up in a tool ends the turn with its code; later calls are not run', async () => {
    const log: string[] = [];
    const { end, conversation } = await takeTurn({ url: server.url, prompt: 'the folder is gone', tools: slowTools(log) });
    expect(end).toMatchObject({ reason: 'error', code: 'workspaceFolderGone', message: 'The folder is gone. Open another one.' });
    expect(log).toEqual([]);
    expect(conversation.steps.at(-1)).toMatchObject({
      type: 'results',
      results: [{ isError: true }, { text: 'Not run: a call before it failed.' }],
    });
  });

  it('a tool that throws is data for the model', async () => {
    const { reason, text } = await takeTurn({ url: server.url, prompt: 'a tool that throws', tools: slowTools([]) });
    expect(reason).toBe('stop');
    expect(text).toBe('I see: throws failed: it broke inside');
  });

  it('T40: an unknown tool, wrong types and __proto__ are error results for the model, nothing is thrown', async () => {
    const log: string[] = [];
    const { reason, events, text } = await takeTurn({
      url: server.url,
      prompt: 'Use the tool that does not exist.',
      tools: loopTools(log),
    });
    expect(reason).toBe('stop');
    expect(log).toEqual([]);
    const ended = events.flatMap((event) => (event.type === 'tool_ended' ? [event] : []));
    expect(ended.map(({ isError }) => isError)).toEqual([true, true, true, true]);
    expect(ended[0]?.text).toBe('There is no tool "launch_missiles". The tools are: read_file, list_files, write_file.');
    expect(ended[1]?.text).toContain('"path" must be a string, not 7');
    expect(ended[2]?.text).toContain('"path" is missing; "__proto__" is not a parameter');
    expect(ended[3]?.text).toContain('the arguments must be one object');
    expect(text).toContain('I had it wrong');
    expect(Object.prototype).not.toHaveProperty('path');
  });

  it('T40: 10 MB of arguments are refused, and do not come back with the next request', async () => {
    const log: string[] = [];
    const before = server.requests.length;
    const { reason, text } = await takeTurn({ url: server.url, prompt: 'ten megabytes', tools: loopTools(log) });
    expect(reason).toBe('stop');
    expect(log).toEqual([]);
    expect(text).toContain('"content" has 10000000 characters');
    expect(server.requests[before + 1]?.text.length).toBeLessThan(20_000);
  });

  it('old arguments give way, too', async () => {
    const write = loopTools()[2];
    const { conversation } = await takeTurn({
      url: server.url,
      prompt: 'write on and on',
      tools: write === undefined ? [] : [write],
      limits: { repliesPerTurn: 16, equalCalls: 1000 },
      gemini: { model: 'gemini-2.0-small' },
    });
    expect(JSON.stringify(conversation)).toContain('This was dropped to save room');
    expect(Math.max(...server.requests.slice(-20).map(({ text }) => text.length)) / 4).toBeLessThan(40_000);
  });

  it('T41: a malformed call is never run, asked for again with a nudge, and then goes well', async () => {
    const log: string[] = [];
    const before = server.requests.length;
    const { reason, text, events } = await takeTurn({ url: server.url, prompt: 'Make a malformed call.', tools: loopTools(log) });
    expect(reason).toBe('stop');
    expect(text).toBe('Now I am well.');
    expect(log).toEqual([]);
    expect(events.filter(({ type }) => type === 'retry_waited')).toHaveLength(1);
    expect(server.requests[before + 1]?.text).toContain('Your last tool call was malformed');
  });

  it('T41: two retries at most, then it says so', async () => {
    const log: string[] = [];
    const before = server.requests.length;
    const { end } = await takeTurn({ url: server.url, prompt: 'Make malformed calls only.', tools: loopTools(log) });
    expect(server.requests.length - before).toBe(3);
    expect(log).toEqual([]);
    expect(end.reason).toBe('error');
    expect(end.message).toContain('MALFORMED_FUNCTION_CALL');
  });

  it('T66: an empty STOP and thoughts alone are asked for again, never taken as done', async () => {
    const { reason, text, events } = await takeTurn({ url: server.url, prompt: 'Say nothing.' });
    expect(reason).toBe('stop');
    expect(text).toBe('All right, a word.');
    expect(events.filter(({ type }) => type === 'retry_waited')).toHaveLength(2);
  });

  it('T42: a call from a stream that was cut is not run', async () => {
    const log: string[] = [];
    const { end, conversation } = await takeTurn({ url: server.url, prompt: 'Break off after a call.', tools: loopTools(log) });
    expect(log).toEqual([]);
    expect(end).toMatchObject({ reason: 'error', code: 'networkUnreachable' });
    expect(JSON.stringify(conversation)).not.toContain('list_files');
  });

  it('T43: an endless loop of calls ends at the turn limit, and says so', async () => {
    const log: string[] = [];
    const { end } = await takeTurn({
      url: server.url,
      prompt: 'Read the README for ever.',
      tools: loopTools(log),
      limits: { repliesPerTurn: 7, equalCalls: 100 },
    });
    expect(log).toHaveLength(7);
    expect(end.reason).toBe('limit');
    expect(end.message).toContain('limit of 7 replies');
  });

  it('the same call with the same result: a note at five, an end at ten', async () => {
    const log: string[] = [];
    const { end, conversation } = await takeTurn({ url: server.url, prompt: 'Read the README for ever.', tools: loopTools(log) });
    expect(log).toHaveLength(10);
    expect(end.reason).toBe('limit');
    expect(end.message).toContain('same call of read_file');
    const notes = conversation.steps.filter((step) => step.type === 'results' && step.results[0]?.text.includes('was made 5 times'));
    expect(notes).toHaveLength(1);
  });

  it('a blocked prompt is not sent again with the next one', async () => {
    const first = await takeTurn({ url: server.url, prompt: 'Ask for something forbidden.' });
    expect(first.end).toMatchObject({ reason: 'blocked' });
    expect(first.conversation.steps).toEqual([]);
    const second = await takeTurn({ url: server.url, prompt: 'Write a changelog.', tools: loopTools(), conversation: first.conversation });
    expect(second.reason).toBe('stop');
  });

  it('old outputs give way when the conversation comes near the limit of the model', async () => {
    const log: string[] = [];
    const conversation = { version: 1 as const, id: 'long', steps: [] as never[] };
    const big = defineTool({
      name: 'read_file',
      description: 'Reads.',
      parameters: { path: { type: 'string', description: 'p', required: true } },
      effect: 'reads',
      title: () => 'Read',
      run: () => Promise.resolve({ isError: false, text: `${log.push('read')} ${'x'.repeat(20_000)}` }),
    });
    const { end, events } = await takeTurn({
      url: server.url,
      prompt: 'Read the README for ever.',
      tools: [big],
      conversation,
      limits: { repliesPerTurn: 20, equalCalls: 1000 },
      gemini: { model: 'gemini-2.0-small' },
    });
    expect(end.reason).toBe('limit');
    const largest = Math.max(...server.requests.slice(-25).map(({ text }) => text.length));
    expect(largest / 4).toBeLessThan(40_000);
    expect(JSON.stringify(conversation)).toContain('This output was dropped to save room');
    const compacted = events.find((event) => event.type === 'conversation_compacted');
    expect(compacted).toMatchObject({ turns: 0 });
    expect(compacted?.outputs).toBeGreaterThan(0);
  });
});
