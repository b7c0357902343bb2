import type { Agent } from 'node:https';
import { isRecord } from '../shared/isRecord';
import { UserError } from '../shared/userError';
import { toWords } from './faultWords';
import { fetch } from './guardedFetch';
import { requestContext } from './requestContext';
import type { RequestContext } from './requestContext';

export interface GeminiModelInfo {
  /** Without `models/`. */
  readonly id: string;
  readonly displayName: string;
  readonly inputTokenLimit: number | null;
  readonly outputTokenLimit: number | null;
}

export interface ModelListOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** The way through a proxy, for https alone. */
  readonly agent?: Agent;
}

/** Pages of the list that are read; the API has one or two. */
const maxPages = 10;

/** The models that this key may chat with, as the API lists them. Throws `UserError`; an aborted signal rejects with its reason. */
export async function listGeminiModels(options: ModelListOptions, signal: AbortSignal): Promise<readonly GeminiModelInfo[]> {
  const { apiKey, baseUrl, connectTimeoutMs, idleTimeoutMs, agent } = options;
  const models: GeminiModelInfo[] = [];
  let pageToken = '';
  for (let page = 0; page < maxPages; page++) {
    const url = new URL(`${baseUrl}/v1beta/models`);
    url.searchParams.set('pageSize', '1000');
    if (pageToken !== '') url.searchParams.set('pageToken', pageToken);
    const context: RequestContext = {
      signal,
      connectTimeoutMs,
      idleTimeoutMs,
      ...(agent === undefined ? {} : { agent }),
      fault: null,
    };
    let body: unknown;
    try {
      const response = await requestContext.run(context, () => fetch(url, { headers: { 'x-goog-api-key': apiKey } }));
      body = await response.json();
    } catch (error) {
      signal.throwIfAborted();
      if (context.fault === null || context.fault.kind === 'aborted') throw error;
      const { message, code } = toWords(context.fault, 'any');
      throw new UserError(code ?? 'modelUnavailable', message.replaceAll(apiKey, '[the API key]'), { cause: error });
    }
    if (!isRecord(body)) break;
    const list = Array.isArray(body['models']) ? body['models'].filter(isRecord) : [];
    models.push(...list.flatMap(toInfo));
    pageToken = typeof body['nextPageToken'] === 'string' ? body['nextPageToken'] : '';
    if (pageToken === '') break;
  }
  return models;
}

function toInfo(raw: Record<string, unknown>): GeminiModelInfo[] {
  const name = raw['name'];
  const methods = raw['supportedGenerationMethods'];
  if (typeof name !== 'string' || !Array.isArray(methods) || !methods.includes('generateContent')) return [];
  const id = name.replace(/^models\//, '');
  const number = (key: string): number | null => (typeof raw[key] === 'number' ? raw[key] : null);
  return [
    {
      id,
      displayName: typeof raw['displayName'] === 'string' ? raw['displayName'] : id,
      inputTokenLimit: number('inputTokenLimit'),
      outputTokenLimit: number('outputTokenLimit'),
    },
  ];
}
