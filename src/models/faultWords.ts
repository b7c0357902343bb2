import { assertNever } from '../shared/assertNever';
import type { UserErrorCode } from '../shared/userError';
import type { ApiFault, WireFault } from './wireFault';
import { english as l10n } from '../shared/texts';

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
        message: l10n.t('{0} cannot be reached ({1}). Check the network and the setting sunaba.model.baseUrl.', fault.host, fault.code),
        code: 'networkUnreachable',
      };
    case 'certificate':
      return {
        message: l10n.t(
          'The certificate of {0} could not be verified ({1}), so nothing was sent. Where a proxy of your organisation signs it, name its certificate in NODE_EXTRA_CA_CERTS.',
          fault.host,
          fault.code,
        ),
        code: 'networkUnreachable',
      };
    case 'timeout':
      return {
        message:
          fault.what === 'connect'
            ? l10n.t('No connection within {0} s. Check the network.', fault.ms / 1000)
            : l10n.t('The model was silent for {0} s, so the request was given up. Send the prompt again.', fault.ms / 1000),
        code: 'networkUnreachable',
      };
    case 'cut':
      return {
        message: l10n.t('The connection broke before the reply was whole. Nothing of the cut part was run. Send the prompt again.'),
        code: 'networkUnreachable',
      };
    case 'redirect':
      return {
        message: l10n.t(
          'The server sent the request on to {0} (HTTP {1}). Redirects are not followed, so that the key stays where it belongs. Check sunaba.model.baseUrl.',
          fault.host,
          fault.status,
        ),
        code: 'settingInvalid',
      };
    case 'not the API':
      return {
        message: l10n.t(
          "The answer is not the Gemini API's ({0}). Check sunaba.model.baseUrl, and whether a proxy or a sign-in page stands in between.",
          fault.detail,
        ),
        code: 'modelUnavailable',
      };
    default:
      return assertNever(fault);
  }
}

function apiWords(fault: ApiFault, model: string): FaultWords {
  const said = fault.message === '' ? `HTTP ${fault.status}` : fault.message;
  if (fault.reasons.includes('API_KEY_INVALID') || fault.reasons.includes('API_KEY_EXPIRED') || /api key (not valid|expired)/i.test(said)) {
    return { message: l10n.t('Gemini does not accept the API key: {0} Set another one.', said), code: 'apiKeyInvalid' };
  }
  if (fault.reasons.includes('SERVICE_DISABLED')) {
    return { message: l10n.t("The key's project has no Gemini API switched on: {0}", said), code: 'apiKeyInvalid' };
  }
  switch (fault.status) {
    case 401:
    case 403:
      return {
        message: l10n.t('Gemini does not let this API key in (HTTP {0}): {1} Set another one.', fault.status, said),
        code: 'apiKeyInvalid',
      };
    case 404:
      return { message: l10n.t('There is no model "{0}" for this key: {1} Choose another one.', model, said), code: 'modelUnknown' };
    case 429:
      return { message: quotaWords(said, fault.retryDelayMs), code: 'quotaExceeded' };
    default:
      if (fault.status >= 500)
        return {
          message: l10n.t('Gemini is not available now (HTTP {0}): {1} Try again later.', fault.status, said),
          code: 'modelUnavailable',
        };
      if (/token count|too long|exceeds the maximum/i.test(said)) {
        return { message: l10n.t('The conversation is too long for this model: {0} Start a new chat.', said), code: null };
      }
      return { message: l10n.t('Gemini refused the request (HTTP {0}): {1}', fault.status, said), code: null };
  }
}

function quotaWords(said: string, delayMs: number | null): string {
  if (delayMs === null) return l10n.t('The quota of this key is used up: {0}', said);
  const seconds = Math.ceil(delayMs / 1000);
  if (seconds <= 120) return l10n.t('The quota of this key is used up: {0} Try again in {1} s.', said, seconds);
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 120) return l10n.t('The quota of this key is used up: {0} Try again in {1} minutes.', said, minutes);
  return l10n.t('The quota of this key is used up: {0} Try again in {1} hours.', said, Math.ceil(minutes / 60));
}
