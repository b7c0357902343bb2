import { assertNever } from '../shared/assertNever';
import type { UserErrorCode } from '../shared/userError';
import type { ApiFault, WireFault } from './wireFault';

export interface FaultWords {
  readonly message: string;
  readonly code: UserErrorCode | null;
}

/** What to tell the user about a fault, and what to do next. */
export function toWords(fault: Exclude<WireFault, { kind: 'aborted' }>, model: string): FaultWords {
  switch (fault.kind) {
    case 'api':
      return apiWords(fault, model);
    case 'unreachable':
      return {
        message: `${fault.host} cannot be reached (${fault.code}). Check the network and the setting sunaba.model.baseUrl.`,
        code: 'networkUnreachable',
      };
    case 'certificate':
      return {
        message:
          `The certificate of ${fault.host} could not be verified (${fault.code}), so nothing was sent. ` +
          `Where a proxy of your organisation signs it, name its certificate in NODE_EXTRA_CA_CERTS.`,
        code: 'networkUnreachable',
      };
    case 'timeout':
      return {
        message:
          fault.what === 'connect'
            ? `No connection within ${fault.ms / 1000} s. Check the network.`
            : `The model was silent for ${fault.ms / 1000} s, so the request was given up. Send the prompt again.`,
        code: 'networkUnreachable',
      };
    case 'cut':
      return {
        message: 'The connection broke before the reply was whole. Nothing of the cut part was run. Send the prompt again.',
        code: 'networkUnreachable',
      };
    case 'redirect':
      return {
        message: `The server sent the request on to ${fault.host} (HTTP ${fault.status}). Redirects are not followed, so that the key stays where it belongs. Check sunaba.model.baseUrl.`,
        code: 'settingInvalid',
      };
    case 'not the API':
      return {
        message: `The answer is not the Gemini API's (${fault.detail}). Check sunaba.model.baseUrl, and whether a proxy or a sign-in page stands in between.`,
        code: 'modelUnavailable',
      };
    default:
      return assertNever(fault);
  }
}

function apiWords(fault: ApiFault, model: string): FaultWords {
  const said = fault.message === '' ? `HTTP ${fault.status}` : fault.message;
  if (fault.reasons.includes('API_KEY_INVALID') || fault.reasons.includes('API_KEY_EXPIRED') || /api key (not valid|expired)/i.test(said)) {
    return { message: `Gemini does not accept the API key: ${said} Set another one.`, code: 'apiKeyInvalid' };
  }
  if (fault.reasons.includes('SERVICE_DISABLED')) {
    return { message: `The key's project has no Gemini API switched on: ${said}`, code: 'apiKeyInvalid' };
  }
  switch (fault.status) {
    case 401:
    case 403:
      return { message: `Gemini does not let this API key in (HTTP ${fault.status}): ${said} Set another one.`, code: 'apiKeyInvalid' };
    case 404:
      return { message: `There is no model "${model}" for this key: ${said} Choose another one.`, code: 'modelUnknown' };
    case 429:
      return {
        message: `The quota of this key is used up: ${said}${fault.retryDelayMs === null ? '' : ` Try again in ${Math.ceil(fault.retryDelayMs / 1000)} s.`}`,
        code: 'quotaExceeded',
      };
    default:
      if (fault.status >= 500)
        return { message: `Gemini is not available now (HTTP ${fault.status}): ${said} Try again later.`, code: 'modelUnavailable' };
      if (/token count|too long|exceeds the maximum/i.test(said)) {
        return { message: `The conversation is too long for this model: ${said} Start a new chat.`, code: null };
      }
      return { message: `Gemini refused the request (HTTP ${fault.status}): ${said}`, code: null };
  }
}
