import { existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallPart, ReplyPart } from '../../../src/agent/conversation';
import type { ModelEnd, ModelEvent } from '../../../src/agent/model';
import { toContents } from '../../../src/models/geminiRequest';
import { geminiFor } from '../../support/agentHarness';
import { notRun } from '../../support/notRun';

/** Replies of the real API, recorded; they live beside the checkout. */
const folder = [
  process.env['SUNABA_GEMINI_WIRE'],
  path.join(import.meta.dirname, '../../../../shared/gemini-wire'),
  path.join(import.meta.dirname, '../../../../../shared/gemini-wire'),
].find((candidate) => candidate !== undefined && existsSync(candidate));

interface Recording {
  readonly name: string;
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

if (folder === undefined) {
  notRun('replay of recorded replies', 'the folder ../shared/gemini-wire is not there');
  it('replay of recorded replies: not run, the folder ../shared/gemini-wire is not there', () => {
    expect(folder).toBeUndefined();
  });
} else {
  replayAll(folder);
}

function replayAll(directory: string): void {
  describe('replies that the API really sent', () => {
    let current: Recording;
    let server: http.Server;
    let url: string;
    beforeAll(async () => {
      server = http.createServer((request, response) => {
        request.resume();
        request.on('end', () => {
          response.writeHead(current.status, { 'content-type': current.type });
          // In small pieces, so that no event comes in one.
          for (let at = 0; at < current.body.length; at += 97) response.write(current.body.subarray(at, at + 97));
          response.end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    const recordings = collect(directory);

    it('holds what these tests know', () => {
      expect(recordings.length).toBeGreaterThan(30);
    });

    it.each(recordings.map((recording) => [recording.name, recording] as const))('%s', async (name, recording) => {
      current = recording;
      const { events, end } = await collectStep(url);
      const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
      // What a plain reading of the body gives, without the adapter.
      const plain = readPlainly(recording);
      const wanted = expectedEnd(name, plain);
      expect(end).toMatchObject(wanted);
      if (end.reason === 'error') expect(end.message.length).toBeGreaterThan(20);
      if (end.reason !== 'stop') return;
      expect(text).toBe(plain.texts.join(''));
      expect(end.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')).toBe(text);
      expect(callsIn(end.parts).map(({ name: tool, args }) => ({ name: tool, args }))).toEqual(plain.calls);
      const sent = toContents([{ type: 'reply', model: 'gemini-2.5-flash', parts: end.parts }], 'gemini-2.5-flash');
      const signatures = sent.flatMap(({ parts }) => parts.flatMap((part) => part.thoughtSignature ?? []));
      expect(signatures).toEqual(plain.signatures);
      const usage = events.filter((event) => event.type === 'usage').at(-1);
      if (plain.promptTokens !== null) expect(usage).toMatchObject({ usage: { inputTokens: plain.promptTokens } });
    });
  });
}

function collect(directory: string): Recording[] {
  const recordings: Recording[] = [];
  for (const sub of ['googleai', 'vertexai']) {
    for (const file of readdirSync(path.join(directory, sub)).sort()) {
      const body = readFileSync(path.join(directory, sub, file));
      const name = `${sub}/${file}`;
      if (file.endsWith('.html')) recordings.push({ name, status: 404, type: 'text/html', body });
      else if (file.endsWith('.json')) {
        const status = statusIn(body);
        recordings.push(
          status === 200
            ? { name, status, type: 'text/event-stream', body: asEvent(JSON.parse(body.toString('utf8'))) }
            : { name, status, type: 'application/json', body },
        );
      } else {
        const text = body.toString('utf8').trimStart();
        const isError = text.startsWith('{');
        recordings.push({ name, status: isError ? statusIn(body) : 200, type: isError ? 'application/json' : 'text/event-stream', body });
      }
    }
  }
  for (const file of readdirSync(path.join(directory, 'gemini-cli')).sort()) {
    const lines = readFileSync(path.join(directory, 'gemini-cli', file), 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    lines.forEach((line, index) => {
      const { response } = JSON.parse(line) as { response: unknown };
      const chunks = Array.isArray(response) ? response : [response];
      recordings.push({
        name: `gemini-cli/${file}:${index + 1}`,
        status: 200,
        type: 'text/event-stream',
        body: Buffer.concat(chunks.map(asEvent)),
      });
    });
  }
  return recordings;
}

function asEvent(value: unknown): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\r\n\r\n`);
}

function statusIn(body: Buffer): number {
  try {
    const { error } = JSON.parse(body.toString('utf8')) as { error?: { code?: number } };
    return error?.code ?? 200;
  } catch {
    return 200;
  }
}

async function collectStep(url: string): Promise<{ events: ModelEvent[]; end: ModelEnd }> {
  const model = geminiFor(url, { retries: { delaysMs: [], longestWaitMs: 0 } });
  const events: ModelEvent[] = [];
  for await (const event of model.step({ system: '', steps: [{ type: 'prompt', text: 'p' }], tools: [] }, new AbortController().signal))
    events.push(event);
  const ends = events.flatMap((event) => (event.type === 'end' ? [event.end] : []));
  const [end] = ends;
  if (ends.length !== 1 || end === undefined) throw new Error(`${ends.length} ends`);
  return { events, end };
}

interface Plain {
  readonly texts: string[];
  readonly calls: { name: string; args: unknown }[];
  readonly signatures: string[];
  readonly finish: string | null;
  readonly blocked: boolean;
  readonly promptTokens: number | null;
}

interface PlainChunk {
  candidates?: {
    content?: { parts?: { text?: string; thought?: boolean; thoughtSignature?: string; functionCall?: { name: string; args: unknown } }[] };
    finishReason?: string;
  }[];
  promptFeedback?: { blockReason?: string };
  usageMetadata?: { promptTokenCount?: number };
}

function readPlainly({ body, type }: Recording): Plain {
  const plain = {
    texts: [] as string[],
    calls: [] as Plain['calls'],
    signatures: [] as string[],
    finish: null as string | null,
    blocked: false,
    promptTokens: null as number | null,
  };
  if (type !== 'text/event-stream') return plain;
  for (const event of body.toString('utf8').split(/\r?\n\r?\n/)) {
    if (!event.startsWith('data: ')) continue;
    let chunk: PlainChunk;
    try {
      chunk = JSON.parse(event.slice(6)) as PlainChunk;
    } catch {
      continue;
    }
    const candidate = chunk.candidates?.[0];
    for (const part of candidate?.content?.parts ?? []) {
      if (part.functionCall !== undefined) plain.calls.push({ name: part.functionCall.name, args: part.functionCall.args });
      else if (part.text !== undefined && part.thought !== true) plain.texts.push(part.text);
      if (part.thoughtSignature !== undefined) plain.signatures.push(part.thoughtSignature);
    }
    plain.finish = candidate?.finishReason ?? plain.finish;
    plain.blocked ||= chunk.promptFeedback?.blockReason !== undefined;
    plain.promptTokens = chunk.usageMetadata === undefined ? plain.promptTokens : (chunk.usageMetadata.promptTokenCount ?? 0);
  }
  return plain;
}

function expectedEnd(name: string, plain: Plain): Partial<ModelEnd> {
  if (name.includes('unary-failure-api-key')) return { reason: 'error', code: 'apiKeyInvalid' };
  if (name.includes('api-not-enabled') || name.includes('iam-permission')) return { reason: 'error', code: 'apiKeyInvalid' };
  if (name.includes('unknown-model') || name.endsWith('.html')) return { reason: 'error', code: 'modelUnknown' };
  if (name.includes('quota-exceeded')) return { reason: 'error', code: 'quotaExceeded' };
  if (name.includes('image-rejected') || name.includes('http-error') || name.includes('invalid-json')) return { reason: 'error' };
  if (plain.finish === null) return plain.blocked ? { reason: 'blocked' } : { reason: 'error' };
  if (plain.finish === 'STOP')
    return plain.texts.join('').trim() === '' && plain.calls.length === 0 ? { reason: 'failed' } : { reason: 'stop' };
  if (plain.finish === 'MALFORMED_FUNCTION_CALL') return { reason: 'failed' };
  if (plain.finish === 'MAX_TOKENS') return { reason: 'limit' };
  return { reason: 'blocked' };
}

function callsIn(parts: readonly ReplyPart[]): readonly CallPart[] {
  return parts.filter((part) => part.type === 'call');
}
