// By these names, without `node:`, VS Code puts in modules that know its proxy settings and the system's certificates.
import http from 'http';
import https from 'https';
import { addAbortSignal } from 'node:stream';
import type { RequestContext } from './requestContext';
import { WireError } from './wireFault';
import type { WireFault } from './wireFault';

export interface SecureRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * One HTTP exchange: certificates are always verified, whatever the environment says; redirects are not followed, so
 * that no header reaches another host; connecting and silence have their time-outs, the whole has none. Rejects with
 * `WireError`; the response's stream is destroyed with one.
 */
export function secureRequest(request: SecureRequest, context: RequestContext): Promise<http.IncomingMessage> {
  const { url, method, headers, body } = request;
  return new Promise((resolve, reject) => {
    if (context.signal.aborted) {
      reject(new WireError({ kind: 'aborted' }));
      return;
    }
    const options: https.RequestOptions = { method, headers, signal: context.signal, timeout: context.idleTimeoutMs };
    // Explicit, since the default is taken from NODE_TLS_REJECT_UNAUTHORIZED.
    const sent =
      url.protocol === 'https:'
        ? https.request(url, { ...options, rejectUnauthorized: true, agent: context.agent })
        : http.request(url, options);
    let response: http.IncomingMessage | null = null;
    const fail = (fault: WireFault): void => {
      const error = new WireError(fault);
      if (response === null) sent.destroy(error);
      else response.destroy(error);
    };
    const connecting = setTimeout(() => fail({ kind: 'timeout', what: 'connect', ms: context.connectTimeoutMs }), context.connectTimeoutMs);
    const connected = (): void => clearTimeout(connecting);
    sent.on('socket', (socket) => {
      if (socket.connecting) socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    sent.on('timeout', () => fail({ kind: 'timeout', what: 'idle', ms: context.idleTimeoutMs }));
    sent.on('close', connected);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      connected();
      const fault = toFault(error, url.host, context.signal);
      if (response === null) reject(new WireError(fault));
      else fail(fault);
    });
    sent.on('response', (incoming) => {
      response = incoming;
      addAbortSignal(context.signal, incoming);
      resolve(incoming);
    });
    sent.end(body);
  });
}

/** The fault behind an error of node's network modules. */
export function toFault(error: unknown, host: string, signal: AbortSignal): WireFault {
  if (signal.aborted) return { kind: 'aborted' };
  if (error instanceof WireError) return error.fault;
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  if (certificateCodes.test(code)) return { kind: 'certificate', host, code };
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_') || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return { kind: 'cut', code };
  }
  return { kind: 'unreachable', host, code };
}

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO|CRL_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|INVALID_PURPOSE/;
