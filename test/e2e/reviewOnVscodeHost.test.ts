import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/ensure.mjs';
import { Chat } from '../support/chat';
import { startGeminiServer, type GeminiServer } from '../support/gemini/geminiServer';
import { call, type Scenario } from '../support/gemini/scenario';
import { scenarios } from '../support/gemini/scenarios';
import { openSession, type Session } from '../support/session';

/* One whole round of the review on the VS Code WASI API: the guests are carried by another host, the guard is the same. */

const shellRound: Scenario = {
  id: 'shell-round',
  prompt: 'Use the shell.',
  replies: [
    {
      chunks: [
        call('bash', {
          command:
            'mkdir -p .vscode && echo "{}" > .vscode/tasks.json && echo noted > note.txt && sed -i s/4500/4600/ src/fees.js && cat .env; true',
        }),
      ],
    },
    { chunks: [{ text: 'The shell said: {{result}}' }] },
  ],
};

let server: GeminiServer;
let session: Session;
let chat: Chat;

const read = (name: string) => readFileSync(path.join(session.folder, name), 'utf8');

beforeAll(async () => {
  server = await startGeminiServer({ scenarios: [shellRound, ...scenarios] });
  session = await openSession({
    settings: { 'sunaba.model.baseUrl': server.url, 'sunaba.wasi.host': 'vscode' },
    extensions: [process.env['SUNABA_WASI_CORE'] ?? path.join(root, 'out/coreStandIn')],
  });
  chat = await Chat.open(session);
});

afterAll(async () => {
  await session?.close();
  await server?.close();
});

it('T19, T28: shell effects are staged, a protected file is held, a secret is not there; apply, survive a reload, undo', async () => {
  const turn = await chat.ask('Use the shell.');
  await chat.frame.locator('.status', { hasText: 'VS Code WASI' }).waitFor();
  expect(await turn.innerText()).toMatch(/\.env.*No such file/);
  await chat.row('.vscode/tasks.json').waitFor();
  expect(await chat.review.locator('.review-row').count()).toBe(3);
  expect(read('src/fees.js')).toContain('dailyFee = 4500');
  expect(existsSync(path.join(session.folder, 'note.txt'))).toBe(false);

  await session.reload();
  chat = await Chat.open(session);
  await chat.row('note.txt').waitFor();
  await chat.reviewButton('Apply').click();
  await chat.row('note.txt').waitFor({ state: 'detached' });
  expect(read('src/fees.js')).toContain('dailyFee = 4600');
  expect(read('note.txt')).toBe('noted\n');
  expect(existsSync(path.join(session.folder, '.vscode'))).toBe(false);
  await chat.reviewButton('Discard').click();
  await chat.review.waitFor({ state: 'detached' });

  await chat.frame.locator('.aside', { hasText: 'Applied 2 changes' }).getByRole('button', { name: 'Undo' }).click();
  await chat.frame.locator('.aside', { hasText: 'Took back' }).waitFor();
  expect(read('src/fees.js')).toContain('dailyFee = 4500');
  expect(existsSync(path.join(session.folder, 'note.txt'))).toBe(false);
});
