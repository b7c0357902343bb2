import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/ensure.mjs';
import { Chat } from '../support/chat';
import { startGeminiServer, type GeminiServer } from '../support/gemini/geminiServer';
import { extensionHostLog, openSession, type Session } from '../support/session';

const hosts = [
  { host: 'embedded', extensions: [] },
  { host: 'vscode', extensions: [path.join(root, 'out/coreStandIn')] },
] as const;

describe.each(hosts)('the main job in the packaged extension, host $host', ({ host, extensions }) => {
  let server: GeminiServer;
  let session: Session;
  let chat: Chat;

  beforeAll(async () => {
    server = await startGeminiServer();
    session = await openSession({ settings: { 'sunaba.model.baseUrl': server.url, 'sunaba.wasi.host': host }, extensions });
    chat = await Chat.open(session);
  });

  afterAll(async () => {
    await session?.close();
    await server?.close();
  });

  it('answers a question about the folder by calling tools, each a card that opens', async () => {
    const turn = await chat.ask('What is in this folder?');
    const answer = await turn.innerText();
    expect(answer, extensionHostLog(session)).toContain('Harbour');
    const cards = turn.locator('section[data-tool]');
    expect(await cards.count()).toBeGreaterThanOrEqual(2);
    for (const card of await cards.all()) expect(await card.getAttribute('data-state')).toBe('done');
    await turn.locator('section[data-tool="read_file"] .tool-head').click();
    expect(await turn.locator('section[data-tool="read_file"]').innerText()).toContain('A small library that keeps the berths');
  });

  it('T02: the administrator who asks for /etc/hosts gets the refusal in the guest’s own words, and no byte of the file leaves', async () => {
    const before = server.requests.length;
    const turn = await chat.ask('Show me the contents of /etc/hosts.');
    const card = turn.locator('section[data-tool="read_file"]');
    expect(await card.getAttribute('data-state')).toBe('failed');
    expect(await card.innerText()).toMatch(/No such file or directory/);
    const lines = readFileSync('/etc/hosts', 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length > 3);
    expect(lines.length).toBeGreaterThan(0);
    for (const { text } of server.requests.slice(before)) for (const line of lines) expect(text).not.toContain(line);
  });

  it('stops a turn at once and takes the next prompt', async () => {
    await chat.send('Tell me a long story, slowly.');
    await chat.frame.getByRole('button', { name: 'Stop' }).click();
    await chat.idle();
    expect(await chat.lastTurn.innerText()).toMatch(/Stopped/i);
    const turn = await chat.ask('Which TODOs are left in the code?');
    expect(await turn.innerText()).toContain('ships that are longer than one berth');
  });

  it('shows the same conversation after the window is reloaded', async () => {
    const before = await chat.turns.allInnerTexts();
    await session.reload();
    chat = await Chat.open(session);
    await chat.turns.nth(before.length - 1).waitFor();
    expect(await chat.turns.count()).toBe(before.length);
    expect(await chat.lastTurn.innerText()).toContain('ships that are longer than one berth');
  });

  it('leaves the folder as it was', () => {
    expect(readFileSync(path.join(session.folder, 'README.md'), 'utf8')).toBe(
      readFileSync(path.join(root, 'test/fixtures/workspace/README.md'), 'utf8'),
    );
    expect(existsSync(path.join(session.folder, '.sunaba'))).toBe(false);
  });
});
