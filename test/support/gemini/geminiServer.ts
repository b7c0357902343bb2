import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { isRecord } from '../../../src/shared/isRecord';
import type { Chunk, Scenario, StreamReply } from './scenario';
import { scenarios as allScenarios } from './scenarios';
import { answerModels, knownModel, models } from './models';
import { apiError } from './apiError';
import { conversationOf, type RequestFacts } from './requestFacts';

/** A server that speaks Gemini's protocol as the real one does, with scripted replies. */
export interface GeminiServer {
  readonly url: string;
  /** What came in, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Connections that clients closed before the reply was whole. */
  readonly abandoned: () => number;
  close(): Promise<void>;
}

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** The body's text as it came. */
  readonly text: string;
  readonly at: number;
}

export interface GeminiServerOptions {
  readonly scenarios?: readonly Scenario[];
  readonly port?: number;
  /** Serves https with this certificate. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Takes requests before the server does; true where it has answered. */
  readonly intercept?: (request: RecordedRequest, response: http.ServerResponse) => boolean;
}

/** Requests that are kept for the tests to look at. */
const maxRecorded = 1000;

export async function startGeminiServer(options: GeminiServerOptions = {}): Promise<GeminiServer> {
  const scenarios = options.scenarios ?? allScenarios;
  const requests: RecordedRequest[] = [];
  const attempts = new Map<string, number>();
  let abandoned = 0;

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const { pathname } = new URL(request.url ?? '/', 'http://server');
    const recorded = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, text, at: Date.now() };
    requests.push(recorded);
    if (requests.length > maxRecorded) requests.shift();
    if (options.intercept?.(recorded, response) === true) return;
    const key = request.headers['x-goog-api-key'];
    if (typeof key !== 'string' || key === '') return sendJson(response, 403, apiError.noKey);
    if (key.startsWith('wrong')) return sendJson(response, 400, apiError.wrongKey);
    if (request.method === 'GET' && pathname.startsWith('/v1beta/models')) return answerModels(pathname, response);
    const route = /^\/v1beta\/models\/([^/:]+):(streamGenerateContent|generateContent|countTokens)$/.exec(pathname);
    if (route === null || request.method !== 'POST') return sendJson(response, 404, apiError.notFound(pathname));
    const [, model = '', task = ''] = route;
    if (!knownModel(model)) return sendJson(response, 404, apiError.unknownModel(model));
    const body = parseJson(text);
    if (body === undefined) return sendJson(response, 400, apiError.badJson);
    const facts = conversationOf(isRecord(body) && task === 'countTokens' ? (body['generateContentRequest'] ?? body) : body);
    if (facts.problem !== null) return sendJson(response, 400, apiError.badRequest(facts.problem));
    if (task === 'countTokens')
      return sendJson(response, 200, {
        totalTokens: tokensOf(text),
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokensOf(text) }],
      });
    const reply = pick(facts);
    if (task === 'generateContent') await sendWhole(response, reply, facts, model, text);
    else await sendStream(response, reply, facts, model, text);
  }

  function pick(facts: RequestFacts): StreamReply {
    const scenario = scenarios.find(({ prompt, match }) => facts.prompt.includes(prompt) || match?.test(facts.prompt) === true);
    if (scenario === undefined) return helpReply(scenarios);
    const reply = scenario.replies[Math.min(facts.repliesSincePrompt, scenario.replies.length - 1)];
    if (reply === undefined) return {};
    if (!('attempts' in reply)) return reply;
    const key = createHash('sha256').update(`${scenario.id} ${facts.repliesSincePrompt} ${facts.prompt}`).digest('hex');
    const attempt = attempts.get(key) ?? 0;
    attempts.set(key, attempt + 1 >= reply.attempts.length ? 0 : attempt + 1);
    return reply.attempts[attempt] ?? {};
  }

  const listener = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    response.on('close', () => {
      if (!response.writableFinished) abandoned++;
    });
    answer(request, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? http.createServer(listener) : https.createServer(options.tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    abandoned: () => abandoned,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function sendStream(
  response: http.ServerResponse,
  reply: StreamReply,
  facts: RequestFacts,
  model: string,
  text: string,
): Promise<void> {
  if (reply.delayMs !== undefined) await wait(reply.delayMs);
  if (reply.error !== undefined) return sendJson(response, reply.error.status, reply.error.body, reply.error.headers);
  if (reply.fault === 'html') {
    response.writeHead(200, { 'content-type': 'text/html; charset=UTF-8' }).end('<!DOCTYPE html><title>Sign in</title>');
    return;
  }
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
  });
  response.flushHeaders();
  const promptTokenCount = tokensOf(text);
  let candidatesTokenCount = 0;
  const send = (value: unknown): void => void response.write(`data: ${JSON.stringify(value)}\r\n\r\n`);
  const parts = (reply.chunks ?? []).filter((chunk) => !('delayMs' in chunk || 'raw' in chunk || 'line' in chunk));
  const finish = reply.finishReason === undefined ? 'STOP' : reply.finishReason;
  const ending =
    finish === null ? {} : { finishReason: finish, ...(reply.finishMessage === undefined ? {} : { finishMessage: reply.finishMessage }) };
  const common = { modelVersion: model, responseId: 'scripted' };
  for (const chunk of reply.chunks ?? []) {
    if (response.destroyed) return;
    if ('delayMs' in chunk) await wait(chunk.delayMs);
    else if ('raw' in chunk) send(chunk.raw);
    else if ('line' in chunk) response.write(chunk.line);
    else {
      const content = { parts: toParts(chunk, facts), role: 'model' };
      candidatesTokenCount += tokensOf(JSON.stringify(content));
      const last = chunk === parts.at(-1) && reply.fault === undefined;
      send({
        candidates: [{ content, ...(last ? ending : {}), index: 0 }],
        usageMetadata: { promptTokenCount, candidatesTokenCount, totalTokenCount: promptTokenCount + candidatesTokenCount },
        ...common,
      });
    }
  }
  if (reply.fault === 'broken json') response.write('data: {"candidates": [{"content": {"parts\r\n\r\n');
  if (reply.fault === 'silence') return;
  if (reply.fault === 'cut') {
    // What was written reaches the client before the connection breaks.
    await wait(20);
    response.socket?.destroy();
    return;
  }
  if (parts.length === 0 && finish !== null)
    send({ candidates: [{ ...ending, index: 0 }], usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount }, ...common });
  response.end();
}

async function sendWhole(
  response: http.ServerResponse,
  reply: StreamReply,
  facts: RequestFacts,
  model: string,
  text: string,
): Promise<void> {
  if (reply.delayMs !== undefined) await wait(reply.delayMs);
  if (reply.error !== undefined) return sendJson(response, reply.error.status, reply.error.body, reply.error.headers);
  const parts = (reply.chunks ?? []).flatMap((chunk) =>
    'delayMs' in chunk || 'raw' in chunk || 'line' in chunk ? [] : toParts(chunk, facts),
  );
  const candidate = { content: { parts, role: 'model' }, finishReason: reply.finishReason ?? 'STOP', index: 0 };
  sendJson(response, 200, { candidates: [candidate], usageMetadata: { promptTokenCount: tokensOf(text) }, modelVersion: model });
}

function toParts(chunk: Exclude<Chunk, { delayMs: number } | { raw: unknown } | { line: string }>, facts: RequestFacts): unknown[] {
  const signature = 'signature' in chunk && chunk.signature !== undefined ? { thoughtSignature: chunk.signature } : {};
  if ('text' in chunk) return [{ text: fill(chunk.text, facts.results), ...signature }];
  if ('thought' in chunk) return [{ text: chunk.thought, thought: true }];
  if ('call' in chunk) return [{ functionCall: chunk.call, ...signature }];
  return chunk.calls.map((call, index) => ({ functionCall: call, ...(index === 0 ? signature : {}) }));
}

function fill(text: string, results: readonly string[]): string {
  return text.replace(/\{\{(result(?::(\d+))?|first line)\}\}/g, (_, what: string, index: string | undefined) => {
    const result = results[index === undefined ? results.length - 1 : Number(index)] ?? '';
    return what === 'first line' ? (result.split('\n', 1)[0] ?? '') : result;
  });
}

function helpReply(scenarios: readonly Scenario[]): StreamReply {
  const list = scenarios.filter(({ ready }) => ready === true).map(({ prompt }) => `- ${prompt}\n`);
  return { chunks: [{ text: `This is the scripted server of Sunaba's tests; it knows these prompts:\n\n${list.join('')}` }] };
}

function sendJson(response: http.ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
  response.end(JSON.stringify(body, null, 2));
}

function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export { models };
