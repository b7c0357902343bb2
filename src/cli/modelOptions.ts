import type { Agent } from 'node:https';
import { UserError } from '../shared/userError';
import { defaultGeminiBaseUrl, defaultGeminiTimeouts } from '../models/gemini';
import { parseBaseUrl } from '../models/parseBaseUrl';
import { proxyAgentFor } from './proxy';
import type { Terminal } from './terminal';

export interface ModelAccess {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly agent?: Agent;
}

/** The key and address that a command talks to the model with. Throws `UserError`. */
export function readModelAccess(baseUrl: string | undefined, terminal: Terminal): ModelAccess {
  const url = parseBaseUrl(baseUrl ?? defaultGeminiBaseUrl);
  const apiKey = terminal.env['GEMINI_API_KEY']?.trim() ?? '';
  if (apiKey === '') {
    throw new UserError(
      'apiKeyMissing',
      'there is no API key. Get one at https://aistudio.google.com/apikey and put it into the environment as GEMINI_API_KEY.',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    throw new UserError('apiKeyInvalid', 'GEMINI_API_KEY holds characters that no key has. Copy the key anew.');
  }
  const agent = proxyAgentFor(new URL(url), terminal.env);
  return { apiKey, baseUrl: url, ...defaultGeminiTimeouts, ...(agent === undefined ? {} : { agent }) };
}
