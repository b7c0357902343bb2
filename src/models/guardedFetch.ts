import type { IncomingMessage } from 'node:http';
import { parseApiFault } from './parseApiFault';
import { readEvents } from './eventStream';
import { requestContext } from './requestContext';
import type { RequestContext } from './requestContext';
import { secureRequest, toFault } from './secureRequest';
import { WireError } from './wireFault';
import type { WireFault } from './wireFault';

/** The longest body that is read whole, in bytes. */
const maxBodyBytes = 64 * 1024 * 1024;

/**
 * Takes the place of the global `fetch` for the SDK (esbuild's `inject`): our connection, our time-outs, no redirects.
 * Only a success comes back, as clean events or as JSON; everything else is a fault, noted in the request's context.
 */
export async function fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const context = requestContext.getStore();
  if (context === undefined) throw new Error('no request may be made outside of a request context');
  const url = new URL(input instanceof Request ? input.url : input);
  try {
    const incoming = await secureRequest(
      {
        url,
        method: init?.method === 'POST' ? 'POST' : 'GET',
        headers: Object.fromEntries(new Headers(init?.headers).entries()),
        ...(typeof init?.body === 'string' ? { body: init.body } : {}),
      },
      context,
    );
    return await toResponse(incoming, url, context);
  } catch (error) {
    throw noted(error, url, context);
  }
}

async function toResponse(incoming: IncomingMessage, url: URL, context: RequestContext): Promise<Response> {
  const status = incoming.statusCode ?? 0;
  const type = incoming.headers['content-type'] ?? '';
  if (status >= 300 && status < 400) {
    incoming.resume();
    throw new WireError({ kind: 'redirect', status, host: hostOf(incoming.headers.location, url) });
  }
  if (status < 200 || status >= 300) {
    const body = parseJson(await readWhole(incoming));
    throw new WireError(parseApiFault(status, body, incoming.headers['retry-after']));
  }
  if (type.startsWith('text/event-stream')) return new Response(toBody(incoming, url, context), { status: 200 });
  const text = await readWhole(incoming);
  const body = parseJson(text);
  if (body === undefined || url.searchParams.get('alt') === 'sse') {
    throw new WireError({ kind: 'not the API', detail: `${type === '' ? 'an answer without a type' : type}: ${text.trim().slice(0, 80)}` });
  }
  return new Response(text, { status: 200 });
}

function toBody(incoming: IncomingMessage, url: URL, context: RequestContext): ReadableStream<Uint8Array> {
  const events = readEvents(incoming);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = await events.next();
        if (next.done === true) controller.close();
        else controller.enqueue(encoder.encode(`data: ${next.value}\n\n`));
      } catch (error) {
        controller.error(noted(error, url, context));
      }
    },
    async cancel() {
      incoming.destroy();
      await events.return(undefined);
    },
  });
}

/** Writes the fault into the context and gives an error for the SDK to wrap. The first fault is the cause. */
function noted(error: unknown, url: URL, context: RequestContext): WireError {
  const fault: WireFault = toFault(error, url.host, context.signal);
  context.fault ??= fault;
  return new WireError(fault);
}

async function readWhole(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) throw new WireError({ kind: 'not the API', detail: `an answer of more than ${maxBodyBytes} bytes` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function hostOf(location: string | undefined, base: URL): string {
  return location !== undefined && URL.canParse(location, base.href) ? new URL(location, base.href).host : 'nowhere';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
