import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { proxyAgentFor, proxyFor } from '../../../src/cli/proxy';
import { secureRequest } from '../../../src/models/secureRequest';

const gemini = new URL('https://generativelanguage.googleapis.com/v1beta');

describe('the proxy of the command line', () => {
  test.each([
    [{ HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128'],
    [{ https_proxy: 'http://low:1', HTTPS_PROXY: 'http://high:1' }, 'http://low:1'],
    [{ ALL_PROXY: 'http://all:1' }, 'http://all:1'],
    [{ HTTP_PROXY: 'http://plain:1' }, undefined],
    [{ HTTPS_PROXY: ' ' }, undefined],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'localhost, .googleapis.com' }, undefined],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'googleapis.com:443' }, undefined],
    [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'googleapis.com:8443' }, 'http://p:1'],
    [{ HTTPS_PROXY: 'http://p:1', no_proxy: 'leapis.com' }, 'http://p:1'],
  ])('%j gives %s', (env, proxy) => {
    expect(proxyFor(gemini, env)).toBe(proxy);
  });

  test('a server on this machine is asked directly', () => {
    expect(proxyFor(new URL('http://127.0.0.1:8080'), { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1' })).toBeUndefined();
  });

  test('what is no address of a proxy is said to be none', () => {
    expect(() => proxyAgentFor(gemini, { HTTPS_PROXY: 'socks5://p:1' })).toThrow(/HTTPS_PROXY/);
  });

  test('T62: through the proxy TLS is with the server itself, and a bad certificate fails there too', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'sunaba-proxy-'));
    const file = (name: string) => path.join(directory, name);
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '1'];
    execFileSync('openssl', [...made, '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' });
    let served = 0;
    const server = https.createServer({ key: readFileSync(file('key')), cert: readFileSync(file('cert')) }, (_, response) => {
      served++;
      response.end();
    });
    const asked: string[] = [];
    const proxy = http.createServer();
    proxy.on('connect', (request, client, head) => {
      asked.push(request.url ?? '');
      const upstream = net.connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    await Promise.all([server, proxy].map((each) => new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve))));
    try {
      const url = new URL('https://generativelanguage.example/v1beta');
      const agent = proxyAgentFor(url, { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
      const context = {
        signal: new AbortController().signal,
        connectTimeoutMs: 20_000,
        idleTimeoutMs: 20_000,
        fault: null,
        ...(agent === undefined ? {} : { agent }),
      };
      const sent = secureRequest({ url, method: 'GET', headers: { 'x-goog-api-key': 'secret' } }, context);
      await expect(sent).rejects.toMatchObject({ fault: { kind: 'certificate', host: 'generativelanguage.example' } });
      expect(asked).toEqual(['generativelanguage.example:443']);
      expect(served).toBe(0);
    } finally {
      server.close();
      proxy.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
