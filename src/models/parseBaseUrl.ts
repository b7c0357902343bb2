import { UserError } from '../shared/userError';
import { english as l10n } from '../shared/texts';

/** Checks the address of the API: https anywhere, http to this machine alone. Gives it without a slash at the end. Throws `UserError`. */
export function parseBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw invalid(text, 'it is no address');
  if (url.username !== '' || url.password !== '') throw invalid(url.host, 'it holds a user name or password');
  if (url.search !== '' || url.hash !== '') throw invalid(text, 'it must end with the path');
  if (url.protocol === 'http:') {
    if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)) throw invalid(text, 'http goes to this machine alone; use https');
  } else if (url.protocol !== 'https:') {
    throw invalid(text, 'it must begin with https://');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function invalid(what: string, why: string): UserError {
  return new UserError(
    'settingInvalid',
    l10n.t('"{0}" cannot be used as the address of the model (sunaba.model.baseUrl): {1}.', what, why),
  );
}
