import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listGeminiModels } from '../../../src/models/listGeminiModels';
import { UserError } from '../../../src/shared/userError';
import { geminiFor, loopTools, takeTurn } from '../../support/agentHarness';
import { apiError } from '../../support/gemini/apiError';
import { startGeminiServer, type GeminiServer } from '../../support/gemini/geminiServer';
import type { Scenario } from '../../support/gemini/scenario';
import { scenarios } from '../../support/gemini/scenarios';

const key = 'AIza-secret-key-of-the-tests-0123456789';

const own: Scenario[] = [
  {
    id: 'seven',
    prompt: 'wait seven seconds',
    replies: [{ attempts: [{ error: { status: 429, body: apiError.quota('7s') } }, { chunks: [{ text: 'back' }] }] }],
  },
  {
    id: 'retry-after',
    prompt: 'retry after',
    replies: [{ attempts: [{ error: { status: 429, body: 'busy', headers: { 'retry-after': '1' } } }, { chunks: [{ text: 'back' }] }] }],
  },
  { id: '500', prompt: 'always 503', replies: [{ error: { status: 503, body: apiError.overloaded } }] },
  ...[400, 401, 403].map((status): Scenario => ({
    id: `${status}`,
    prompt: `status ${status}`,
    replies: [{ error: { status, body: { error: { code: status, message: `no, with ${key} in it`, status: 'X' } } } }],
  })),
  {
    id: 'signatures',
    prompt: 'signed calls',
    replies: [
      {
        chunks: [
          { text: 'I ' },
          { text: 'look.' },
          {
            calls: [
              { name: 'read_file', args: { path: 'a' }, id: 'id-a' },
              { name: 'read_file', args: { path: 'b' }, id: 'id-b' },
            ],
            signature: 'SIG-CALL',
          },
          { text: '', signature: 'SIG-LATE' },
        ],
      },
      { chunks: [{ text: 'done', signature: 'SIG-TEXT' }] },
    ],
  },
  {
    id: 'comments',
    prompt: 'with comments',
    replies: [{ chunks: [{ line: ': keep-alive\r\n\r\n' }, { text: 'a' }, { line: ': again\n\n' }, { text: 'b\u2028c' }] }],
  },
  {
    id: 'error-event',
    prompt: 'error in the stream',
    replies: [{ chunks: [{ text: 'half' }, { raw: apiError.overloaded }], finishReason: null }],
  },
  {
    id: 'metadata',
    prompt: 'metadata only',
    replies: [
      {
        chunks: [
          { raw: { usageMetadata: { promptTokenCount: 5 } } },
          { raw: { candidates: [{}] } },
          { raw: { candidates: [{ content: {} }] } },
          { text: 'there' },
        ],
      },
    ],
  },
  { id: 'no-finish', prompt: 'no finish reason', replies: [{ chunks: [{ text: 'half a ' }], finishReason: null }] },
  { id: 'unknown-finish', prompt: 'unknown finish', replies: [{ chunks: [{ text: 'x' }], finishReason: 'SOMETHING_NEW' }] },
];

describe('the Gemini adapter', () => {
  let server: GeminiServer;
  beforeAll(async () => {
    server = await startGeminiServer({ scenarios: [...own, ...scenarios] });
  });
  afterAll(() => server.close());

  it('signatures go back in the very part that they came in, calls are answered in order with their ids', async () => {
    await takeTurn({ url: server.url, prompt: 'signed calls', tools: loopTools() });
    const { contents } = JSON.parse(server.requests.at(-1)?.text ?? '') as { contents: unknown[] };
    expect(contents.slice(1)).toEqual([
      {
        role: 'model',
        parts: [
          { text: 'I look.' },
          { functionCall: { id: 'id-a', name: 'read_file', args: { path: 'a' } }, thoughtSignature: 'SIG-CALL' },
          { functionCall: { id: 'id-b', name: 'read_file', args: { path: 'b' } } },
          { text: '', thoughtSignature: 'SIG-LATE' },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'id-a', name: 'read_file', response: { output: 'contents of a' } } },
          { functionResponse: { id: 'id-b', name: 'read_file', response: { output: 'contents of b' } } },
        ],
      },
    ]);
  });

  it('another model gets no foreign signature, but the word for one that is lost, on the first call alone', async () => {
    const { conversation } = await takeTurn({ url: server.url, prompt: 'signed calls', tools: loopTools() });
    await takeTurn({
      url: server.url,
      prompt: 'Write a changelog.',
      tools: loopTools(),
      conversation,
      gemini: { model: 'gemini-3-pro-preview' },
    });
    const text = server.requests.at(-2)?.text ?? '';
    expect(text).not.toContain('SIG-');
    expect(text.match(/skip_thought_signature_validator/g)).toHaveLength(1);
  });

  it('asks for thoughts, and sets no temperature', async () => {
    await takeTurn({ url: server.url, prompt: 'metadata only', tools: loopTools() });
    const body = JSON.parse(server.requests.at(-1)?.text ?? '') as Record<string, unknown>;
    expect(body['generationConfig']).toEqual({ thinkingConfig: { includeThoughts: true } });
    expect(body['systemInstruction']).toEqual({ role: 'system', parts: [{ text: 'You are a test.' }] });
    expect(JSON.stringify(body['tools'])).toContain('"required":["path"]');
  });

  it('T60: the key is in a header alone: not in the URL, not in an event, not in an error that quotes it', async () => {
    const { events, end } = await takeTurn({ url: server.url, prompt: 'status 403', gemini: { apiKey: key } });
    const request = server.requests.at(-1);
    expect(request?.headers['x-goog-api-key']).toBe(key);
    expect(request?.path).not.toContain(key);
    expect(request?.text).not.toContain(key);
    expect(JSON.stringify(events)).not.toContain(key);
    expect(end.message).toContain('with [the API key] in it');
  });

  it('T61: a redirect to another host is not followed, and the key is not sent there', async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const thief = http.createServer((request, response) => {
      seen.push(request.headers);
      response.end('{}');
    });
    await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
    const address = thief.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const redirecting = await startGeminiServer({
      intercept: (request, response) => {
        response.writeHead(307, { location: `http://localhost:${port}${request.path}` }).end();
        return true;
      },
    });
    try {
      const { end } = await takeTurn({ url: redirecting.url, prompt: 'hi', gemini: { apiKey: key } });
      expect(end).toMatchObject({ reason: 'error', code: 'settingInvalid' });
      expect(end.message).toContain(`localhost:${port} (HTTP 307)`);
      await expect(
        listGeminiModels(
          { apiKey: key, baseUrl: redirecting.url, connectTimeoutMs: 1000, idleTimeoutMs: 1000 },
          new AbortController().signal,
        ),
      ).rejects.toThrow('Redirects are not followed');
      expect(seen).toEqual([]);
    } finally {
      await redirecting.close();
      thief.close();
    }
  });

  it('T62: a bad certificate fails, even with NODE_TLS_REJECT_UNAUTHORIZED=0', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'sunaba-tls-'));
    const keyFile = path.join(directory, 'key.pem');
    const certFile = path.join(directory, 'cert.pem');
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '1',
        '-subj',
        '/CN=127.0.0.1',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        keyFile,
        '-out',
        certFile,
      ],
      { stdio: 'ignore' },
    );
    const secure = await startGeminiServer({ tls: { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') } });
    rmSync(directory, { recursive: true });
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      // That node itself would let it through shows that the variable is in force.
      expect((await globalThis.fetch(`${secure.url}/v1beta/models`, { headers: { 'x-goog-api-key': 'k' } })).status).toBe(200);
      const seen = secure.requests.length;
      const { end } = await takeTurn({ url: secure.url, prompt: 'What is in this folder?', gemini: { apiKey: key } });
      expect(end).toMatchObject({ reason: 'error', code: 'networkUnreachable' });
      expect(end.message).toContain('The certificate of 127.0.0.1');
      expect(secure.requests.length).toBe(seen);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
      await secure.close();
    }
  });

  it('T63: 429 with a retry delay of 7 s: waits as long, then goes on', async () => {
    const { reason, text, events } = await takeTurn({ url: server.url, prompt: 'wait seven seconds' });
    expect(reason).toBe('stop');
    expect(text).toBe('back');
    expect(events.find(({ type }) => type === 'retry_waited')).toMatchObject({ delayMs: 7000 });
    const [first, second] = server.requests.filter(({ text: body }) => body.includes('wait seven seconds')).map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(7000);
  });

  it('T63: the wait can be cancelled', async () => {
    const controller = new AbortController();
    const startedAt = Date.now();
    const { reason } = await takeTurn({
      url: server.url,
      prompt: 'wait seven seconds, cancelled',
      signal: controller.signal,
      onEvent: ({ type }) => {
        if (type === 'retry_waited') setTimeout(() => controller.abort(), 50);
      },
    });
    expect(reason).toBe('aborted');
    expect(Date.now() - startedAt).toBeLessThan(3000);
  });

  it('T63: Retry-After counts too; the quota of a day is not waited for', async () => {
    const { reason, events } = await takeTurn({ url: server.url, prompt: 'retry after' });
    expect(reason).toBe('stop');
    expect(events.find(({ type }) => type === 'retry_waited')).toMatchObject({ delayMs: 1000 });
    const day = await takeTurn({ url: server.url, prompt: 'Use up the quota of the day.' });
    expect(day.events.some(({ type }) => type === 'retry_waited')).toBe(false);
    expect(day.end).toMatchObject({ reason: 'error', code: 'quotaExceeded' });
  });

  it('T63: 5xx is tried four times in all; 400, 401 and 403 once', async () => {
    const count = async (prompt: string): Promise<{ requests: number; code: string | undefined }> => {
      const before = server.requests.length;
      const { end } = await takeTurn({ url: server.url, prompt });
      return { requests: server.requests.length - before, code: end.code };
    };
    expect(await count('always 503')).toEqual({ requests: 4, code: 'modelUnavailable' });
    expect(await count('status 400')).toEqual({ requests: 1, code: undefined });
    expect(await count('status 401')).toEqual({ requests: 1, code: 'apiKeyInvalid' });
    expect(await count('status 403')).toEqual({ requests: 1, code: 'apiKeyInvalid' });
  });

  it('a wrong key and an unknown model have codes that the panel can mend', async () => {
    const wrong = await takeTurn({ url: server.url, prompt: 'hi', gemini: { apiKey: 'wrong' } });
    expect(wrong.end).toMatchObject({ code: 'apiKeyInvalid' });
    const unknown = await takeTurn({ url: server.url, prompt: 'hi', gemini: { model: 'gemini-0-none' } });
    expect(unknown.end).toMatchObject({ code: 'modelUnknown' });
    expect(unknown.end.message).toContain('"gemini-0-none"');
  });

  it('no server at all: says which host, and where to look', async () => {
    const { end } = await takeTurn({ url: 'http://127.0.0.1:1', prompt: 'hi' });
    expect(end).toMatchObject({ reason: 'error', code: 'networkUnreachable' });
    expect(end.message).toContain('127.0.0.1:1 cannot be reached (ECONNREFUSED)');
  });

  it('T65: metadata-only chunks, comments and separators of Unicode are read', async () => {
    expect(await takeTurn({ url: server.url, prompt: 'metadata only' })).toMatchObject({ reason: 'stop', text: 'there' });
    expect(await takeTurn({ url: server.url, prompt: 'with comments' })).toMatchObject({ reason: 'stop', text: 'ab\u2028c' });
  });

  it('T65: broken JSON, HTML with status 200 and an error in the stream end with a clear error', async () => {
    const broken = await takeTurn({ url: server.url, prompt: 'Answer in broken JSON.' });
    expect(broken).toMatchObject({ reason: 'error', text: 'So far so good. ' });
    expect(broken.end.message).toContain('not the Gemini API');
    const html = await takeTurn({ url: server.url, prompt: 'Answer in HTML.' });
    expect(html.end).toMatchObject({ reason: 'error', code: 'modelUnavailable' });
    expect(html.end.message).toContain('text/html');
    const inStream = await takeTurn({ url: server.url, prompt: 'error in the stream' });
    expect(inStream).toMatchObject({ reason: 'error', text: 'half' });
    expect(inStream.end).toMatchObject({ code: 'modelUnavailable' });
    expect(inStream.end.message).toContain('HTTP 503');
  });

  it('T66: each way to end is an outcome of its own, and none of them is "done"', async () => {
    const log: string[] = [];
    const blocked = await takeTurn({ url: server.url, prompt: 'Ask for something forbidden.' });
    expect(blocked.end).toMatchObject({ reason: 'blocked' });
    expect(blocked.end.message).toContain('PROHIBITED_CONTENT');
    const safety = await takeTurn({ url: server.url, prompt: 'Become unsafe in the middle.' });
    expect(safety).toMatchObject({ reason: 'blocked', text: 'It begins well' });
    const cut = await takeTurn({ url: server.url, prompt: 'Write more than you can.', tools: loopTools(log) });
    expect(cut).toMatchObject({ reason: 'limit', text: 'A beginning, and then ' });
    expect(log).toEqual([]);
    expect(await takeTurn({ url: server.url, prompt: 'no finish reason' })).toMatchObject({
      reason: 'error',
      end: { code: 'networkUnreachable' },
    });
    expect((await takeTurn({ url: server.url, prompt: 'unknown finish' })).end.message).toContain('SOMETHING_NEW');
  });

  it('T67: silence in the middle of a reply, before it, and while connecting ends by the time-out', async () => {
    const middle = await takeTurn({ url: server.url, prompt: 'Fall silent.', gemini: { idleTimeoutMs: 300 } });
    expect(middle).toMatchObject({ reason: 'error', text: 'Let me think', end: { code: 'networkUnreachable' } });
    expect(middle.end.message).toContain('silent for 0.3 s');
    const silent = net.createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const before = await takeTurn({ url: `http://127.0.0.1:${port}`, prompt: 'hi', gemini: { idleTimeoutMs: 300 } });
    expect(before.end.message).toContain('silent for 0.3 s');
    // TLS that never answers is a connection that never stands.
    const connecting = await takeTurn({ url: `https://127.0.0.1:${port}`, prompt: 'hi', gemini: { connectTimeoutMs: 300 } });
    expect(connecting.end.message).toContain('No connection within 0.3 s');
    silent.close();
  });

  it('a live stream is not ended by any time-out for the whole', async () => {
    const { reason, events } = await takeTurn({
      url: server.url,
      prompt: 'What is in this folder?',
      tools: loopTools(),
      gemini: { idleTimeoutMs: 200 },
    });
    expect(reason).toBe('stop');
    const started = server.requests.at(-1)?.at ?? 0;
    expect(Date.now() - started).toBeGreaterThan(200);
    expect(events.filter(({ type }) => type === 'text_streamed').length).toBeGreaterThan(5);
  });

  it('counts tokens, and knows the limit of the model', async () => {
    const model = geminiFor(server.url, { model: 'gemini-2.0-small' });
    const { signal } = new AbortController();
    const request = { system: 's', steps: [{ type: 'prompt' as const, text: 'x'.repeat(4000) }], tools: [] };
    expect(await model.countTokens(request, signal)).toBeGreaterThan(1000);
    expect(await model.inputTokenLimit(signal)).toBe(40_000);
    expect(await geminiFor('http://127.0.0.1:1').countTokens(request, signal)).toBeNull();
  });

  it('lists the models that chat, and none that only embeds', async () => {
    const options = { apiKey: 'k', baseUrl: server.url, connectTimeoutMs: 1000, idleTimeoutMs: 1000 };
    const { signal } = new AbortController();
    const ids = (await listGeminiModels(options, signal)).map(({ id }) => id);
    expect(ids).toContain('gemini-2.5-flash');
    expect(ids).not.toContain('gemini-embedding-001');
    const refused = await listGeminiModels({ ...options, apiKey: 'wrong' }, signal).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect(refused).toMatchObject({ code: 'apiKeyInvalid' });
  });
});
