import type { Agent } from 'node:https';
import { GoogleGenerativeAI } from '@google/generative-ai';
import type { Content, GenerateContentRequest, GenerationConfig, GenerativeModel, Tool } from '@google/generative-ai';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Model, ModelEnd, ModelEvent, ModelRequest } from '../agent/model';
import { toWords } from './faultWords';
import { createGeminiReply } from './geminiReply';
import type { GeminiReply } from './geminiReply';
import { toContents, toGenerationConfig, toTools } from './geminiRequest';
import { listGeminiModels } from './listGeminiModels';
import { requestContext } from './requestContext';
import type { RequestContext } from './requestContext';
import { defaultRetryLimits, planRetry } from './retryPlan';
import type { RetryLimits } from './retryPlan';
import type { WireFault } from './wireFault';

export const defaultGeminiModel = 'gemini-2.5-flash';
export const defaultGeminiBaseUrl = 'https://generativelanguage.googleapis.com';

export interface GeminiOptions {
  readonly apiKey: string;
  /** Without `models/`. */
  readonly model: string;
  /** As `parseBaseUrl` gives it. */
  readonly baseUrl: string;
  readonly connectTimeoutMs: number;
  /** Silence in the middle of a reply, or before it. */
  readonly idleTimeoutMs: number;
  /** The way through a proxy, for https alone. */
  readonly agent?: Agent;
  readonly retries?: RetryLimits;
}

export const defaultGeminiTimeouts = { connectTimeoutMs: 15_000, idleTimeoutMs: 60_000 } as const;

/** Gemini by Google's own SDK, which gets our `fetch` when it is bundled; its chunks are read here, not its summary of them. */
export function createGemini(options: GeminiOptions): Model {
  const retries = options.retries ?? defaultRetryLimits;
  const client = new GoogleGenerativeAI(options.apiKey).getGenerativeModel({ model: options.model }, { baseUrl: options.baseUrl });
  let limit: Promise<number | null> | null = null;

  const newContext = (signal: AbortSignal): RequestContext => ({
    signal,
    connectTimeoutMs: options.connectTimeoutMs,
    idleTimeoutMs: options.idleTimeoutMs,
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    fault: null,
  });

  async function* step(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    for (let attempt = 0; ; attempt++) {
      const reply = createGeminiReply(() => `call-${randomUUID()}`);
      let shown = false;
      let fault: WireFault;
      const context = newContext(signal);
      const stream = streamChunks(client, options.model, request, reply, context);
      for (;;) {
        const next = await stream.next();
        if (next.done === true) {
          fault = next.value;
          break;
        }
        shown ||= next.value.type === 'text';
        yield next.value;
      }
      const end = toEnd(fault, reply, signal);
      if (end !== null) {
        yield { type: 'end', end };
        return;
      }
      const retry = shown ? null : planRetry(fault, attempt, retries);
      if (retry === null || fault.kind === 'aborted') {
        yield { type: 'end', end: failed(fault, options) };
        return;
      }
      yield { type: 'waiting', ...retry };
      try {
        await wait(retry.delayMs, undefined, { signal });
      } catch {
        yield { type: 'end', end: { reason: 'aborted' } };
        return;
      }
    }
  }

  return {
    id: options.model,
    step,
    async countTokens(request, signal) {
      try {
        const counted: unknown = await requestContext.run(newContext(signal), () =>
          client.countTokens({ generateContentRequest: toBody(options.model, request) }),
        );
        const total: unknown = typeof counted === 'object' && counted !== null && 'totalTokens' in counted ? counted.totalTokens : null;
        return typeof total === 'number' ? total : null;
      } catch {
        return null;
      }
    },
    inputTokenLimit(signal) {
      limit ??= listGeminiModels(options, signal).then(
        (models) => models.find((model) => model.id === options.model)?.inputTokenLimit ?? null,
        () => {
          limit = null;
          return null;
        },
      );
      return limit;
    },
  };
}

/** The end that the chunks tell of, or null where the stream broke before one. */
function toEnd(fault: WireFault, reply: GeminiReply, signal: AbortSignal): ModelEnd | null {
  if (signal.aborted) return { reason: 'aborted' };
  return fault === streamEnded ? reply.end() : null;
}

function failed(fault: WireFault, options: GeminiOptions): ModelEnd {
  if (fault.kind === 'aborted') return { reason: 'aborted' };
  const { message, code } = toWords(fault, options.model);
  return { reason: 'error', message: message.replaceAll(options.apiKey, '[the API key]'), code };
}

/** A stream that closed as it should. If no chunk told of an end all the same, the reply was cut. */
const streamEnded: WireFault = { kind: 'cut', code: 'no finish reason' };

/** The events of one try. Gives the fault that ended it, or `streamEnded`. */
async function* streamChunks(
  client: GenerativeModel,
  model: string,
  request: ModelRequest,
  reply: GeminiReply,
  context: RequestContext,
): AsyncGenerator<ModelEvent, WireFault> {
  try {
    const { stream, response } = await requestContext.run(context, () => client.generateContentStream(toBody(model, request)));
    // Rejects together with the stream, and nobody else listens.
    response.catch(() => undefined);
    for await (const chunk of stream) yield* reply.add(chunk);
    return context.fault ?? streamEnded;
  } catch (error) {
    return context.fault ?? { kind: 'not the API', detail: error instanceof Error ? error.name : 'an unknown failure' };
  }
}

function toBody(model: string, request: ModelRequest): GenerateContentRequest {
  const tools = toTools(request.tools);
  const generationConfig: GenerationConfig & ReturnType<typeof toGenerationConfig> = toGenerationConfig(model);
  return {
    // The SDK's types know neither signatures nor ids of calls; it sends what it is given.
    contents: toContents(request.steps, model) as unknown as Content[],
    ...(request.system === '' ? {} : { systemInstruction: { role: 'system', parts: [{ text: request.system }] } }),
    ...(tools.length === 0 ? {} : { tools: tools as unknown as Tool[] }),
    ...(generationConfig.thinkingConfig === undefined ? {} : { generationConfig }),
  };
}
