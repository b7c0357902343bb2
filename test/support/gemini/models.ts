import type { ServerResponse } from 'node:http';
import { apiError } from './apiError';

const chat = ['generateContent', 'countTokens', 'createCachedContent', 'batchGenerateContent'];

/** The list that the server gives, in the API's own form. */
export const models = [
  model('gemini-2.5-flash', 'Gemini 2.5 Flash', 1_048_576, 65_536, chat),
  model('gemini-2.5-pro', 'Gemini 2.5 Pro', 1_048_576, 65_536, chat),
  model('gemini-3-pro-preview', 'Gemini 3 Pro Preview', 1_048_576, 65_536, chat),
  // So small that a conversation of a test comes near it.
  model('gemini-2.0-small', 'A small one', 40_000, 8192, chat),
  model('gemini-embedding-001', 'Gemini Embedding 001', 2048, 1, ['embedContent', 'countTokens']),
];

function model(id: string, displayName: string, inputTokenLimit: number, outputTokenLimit: number, supportedGenerationMethods: string[]) {
  return { name: `models/${id}`, version: '001', displayName, inputTokenLimit, outputTokenLimit, supportedGenerationMethods };
}

export function knownModel(id: string): boolean {
  return models.some(
    ({ name, supportedGenerationMethods }) => name === `models/${id}` && supportedGenerationMethods.includes('generateContent'),
  );
}

export function answerModels(pathname: string, response: ServerResponse): void {
  const one = /^\/v1beta\/(models\/[^/:]+)$/.exec(pathname)?.[1];
  const found = models.find(({ name }) => name === one);
  if (one !== undefined && found === undefined) {
    response.writeHead(404, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(JSON.stringify(apiError.notFound(one)));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(JSON.stringify(found ?? { models }, null, 2));
}
