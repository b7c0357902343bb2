import { isRecord } from '../shared/isRecord';
import type { ApiFault } from './wireFault';

/** Reads an error body of Google's APIs (`{"error": {code, message, status, details}}`, or a list of one), whatever it really is. */
export function parseApiFault(status: number, body: unknown, retryAfter: string | undefined): ApiFault {
  const outer: unknown = Array.isArray(body) ? body[0] : body;
  const error = isRecord(outer) && isRecord(outer['error']) ? outer['error'] : {};
  const details = Array.isArray(error['details']) ? error['details'].filter(isRecord) : [];
  const code = typeof error['code'] === 'number' ? error['code'] : status;
  return {
    kind: 'api',
    status: status >= 400 ? status : code,
    message: typeof error['message'] === 'string' ? error['message'].slice(0, 2000) : '',
    reasons: details.flatMap((detail) => (typeof detail['reason'] === 'string' ? [detail['reason']] : [])),
    retryDelayMs: details.map((detail) => secondsToMs(detail['retryDelay'])).find((ms) => ms !== null) ?? secondsToMs(retryAfter),
    perDay: /PerDay/i.test(JSON.stringify(details)),
  };
}

/** `"7s"`, `"7.5s"`, `"7"` → milliseconds, rounded up. */
function secondsToMs(value: unknown): number | null {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)s?$/.exec(value.trim()) : null;
  return match?.[1] === undefined ? null : Math.ceil(Number(match[1]) * 1000);
}
