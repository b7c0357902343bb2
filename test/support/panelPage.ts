import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumFlags } from '../../scripts/codeServer.mjs';
import { findChromium, root } from '../../scripts/ensure.mjs';
import { chatHtml } from '../../src/editor/chatHtml';
import type { PanelEvent, PanelStatus, PendingReview } from '../../src/shared/panelEvent';
import type { HostMessage } from '../../src/shared/protocol';

/** The panel's own page, bundle and policy in a real browser, with the test in the place of the extension host. */
export interface PanelPage {
  readonly page: Page;
  /** Every request that the page made, but for its own three files and their font. */
  readonly requests: readonly string[];
  /** What the panel said to the host, in order. */
  sent(): Promise<readonly Record<string, unknown>[]>;
  post(message: unknown): Promise<void>;
  restore(
    events: readonly PanelEvent[],
    status?: Partial<PanelStatus>,
    review?: PendingReview | null,
    words?: Readonly<Record<string, string>>,
  ): Promise<void>;
  close(): Promise<void>;
}

export const plainStatus: PanelStatus = {
  key: 'set',
  folder: 'harbour',
  folders: 1,
  host: 'embedded',
  mode: 'ask',
  trusted: true,
  running: false,
  model: 'gemini-2.5-flash',
  suggestions: ['What is in this folder?'],
  attachments: [],
};

/** The one function that VS Code gives to a webview's page. */
const hostStandIn = `
  let state;
  window.sentToHost = [];
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => void window.sentToHost.push(message),
    getState: () => state,
    setState: (next) => { state = next; },
  });
`;

const files: Readonly<Record<string, string>> = {
  '/webview.js': 'text/javascript',
  '/webview.css': 'text/css',
  '/codicon.ttf': 'font/ttf',
};

export async function openPanelPage(): Promise<PanelPage> {
  const server = await serve();
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const browser: Browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: chromiumFlags });
  const page = await browser.newPage({ viewport: { width: 420, height: 800 } });
  const requests: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin || (url.pathname !== '/' && !(url.pathname in files))) requests.push(request.url());
  });
  await page.addInitScript({ content: hostStandIn });
  await page.goto(origin);
  await page.waitForFunction('window.sentToHost.length > 0');
  const post = (message: unknown) => page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`).then(() => undefined);
  return {
    page,
    requests,
    sent: () => page.evaluate('window.sentToHost'),
    post,
    restore: async (events, status = {}, review = null, words = {}) => {
      const message: HostMessage = {
        type: 'restored',
        events: [...events],
        status: { ...plainStatus, ...status },
        review,
        words: { ...words },
      };
      await post(message);
      await page.locator('.composer').waitFor();
    },
    close: async () => {
      await browser.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://x').pathname;
    const type = files[name];
    if (type !== undefined) {
      response.setHeader('content-type', type);
      response.end(readFileSync(path.join(root, 'dist', name)));
    } else if (name === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(
        chatHtml({ nonce: 'testNonce', cspSource: "'self'", scriptUri: '/webview.js', styleUri: '/webview.css', language: 'en' }),
      );
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
