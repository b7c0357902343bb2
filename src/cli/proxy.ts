import { HttpsProxyAgent } from 'https-proxy-agent';
import { UserError } from '../shared/userError';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The way to the model's server through the proxy that HTTPS_PROXY or ALL_PROXY names, unless NO_PROXY leaves the server
 * out. TLS is with the server itself, end to end, and its certificate verified: the proxy sees neither key nor contents.
 * A server on this machine is never asked through a proxy. Throws `UserError` where the variable is no address.
 */
export function proxyAgentFor(url: URL, env: Environment): HttpsProxyAgent<string> | undefined {
  const proxy = proxyFor(url, env);
  if (proxy === undefined) return undefined;
  const address = proxy.includes('://') ? proxy : `http://${proxy}`;
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new UserError('settingInvalid', 'HTTPS_PROXY is not the address of an HTTP proxy. Write it as http://host:port.');
  }
  return new HttpsProxyAgent(address);
}

export function proxyFor(url: URL, env: Environment): string | undefined {
  if (url.protocol !== 'https:') return undefined;
  const read = (name: string) => nonEmpty(env[name.toLowerCase()]) ?? nonEmpty(env[name]);
  const left = (read('NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  if (left.some((entry) => leavesOut(entry, url))) return undefined;
  return read('HTTPS_PROXY') ?? read('ALL_PROXY');
}

/** `*`, a host, `.domain` or `*.domain` for all below it, each with `:port` where that is meant alone. A bare domain stands for those below it too, as in curl. */
function leavesOut(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (port !== undefined && port !== (url.port === '' ? '443' : url.port)) return false;
  const domain = name.replace(/^\*?\./, '');
  return domain !== '' && (url.hostname === domain || url.hostname.endsWith(`.${domain}`));
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
