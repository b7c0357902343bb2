import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { root } from '../../scripts/ensure.mjs';
import { Chat } from '../support/chat';
import { startGeminiServer, type GeminiServer } from '../support/gemini/geminiServer';
import { call, type Scenario } from '../support/gemini/scenario';
import { openSession, type Session } from '../support/session';

/* Changes that a diff of text does not show well, or that are too many: the review says what they are and stays quick. */

const shell = (id: string, prompt: string, command: string): Scenario => ({
  id,
  prompt,
  replies: [{ chunks: [call('bash', { command })] }, { chunks: [{ text: 'Done.' }] }],
});

const fileCount = 5000;
const odd: readonly Scenario[] = [
  shell(
    'odd',
    'Make odd changes.',
    [
      String.raw`printf '\000\001\002PNG\377' > logo.bin`,
      'chmod +x src/fees.js',
      'ln -s src/harbour.js near.js',
      'ln -s /etc/hosts away.txt',
      'rm docs/fees.md',
      'mkdir empty',
      String.raw`printf 'if (admin\342\200\256 // check\n) { }\n' > bidi.js`,
      String.raw`printf 'x\n' > "$(printf 'na\342\200\256me.txt')"`,
    ].join('\n'),
  ),
  shell(
    'many',
    'Change very many files.',
    `mkdir -p many && i=0; while [ $i -lt ${fileCount} ]; do echo "$i" > many/$i.txt; i=$((i+1)); done`,
  ),
  shell('large', 'Write a large file.', `yes 'a line of a long log, as programs write them' | head -c 20000000 > large.log`),
];

let server: GeminiServer;
let session: Session;
let chat: Chat;

const pictures = path.join(root, 'test-results/screenshots');
const file = (name: string) => path.join(session.folder, name);
const picture = (name: string) => session.page.screenshot({ path: path.join(pictures, `odd-${name}.png`) });

/** Opens a change from its row and gives what VS Code says about it, where it has no diff. */
async function said(name: string): Promise<string> {
  await chat.row(name).locator('.review-file').click();
  const toast = session.page.locator('.notification-list-item', { hasText: name }).first();
  await toast.waitFor();
  const text = await toast.locator('.notification-list-item-message').innerText();
  await session.command('Notifications: Clear All Notifications');
  return text;
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  server = await startGeminiServer({ scenarios: odd });
  session = await openSession({ settings: { 'sunaba.model.baseUrl': server.url, 'sunaba.wasi.host': 'embedded' } });
  chat = await Chat.open(session);
});

afterAll(async () => {
  await session?.close();
  await server?.close();
});

beforeEach(async () => {
  if ((await chat.review.count()) === 0) return;
  await chat.reviewButton('Discard').click();
  await chat.review.waitFor({ state: 'detached' });
});

it('binary, mode, links, folders and hidden characters: each says what it is', async () => {
  await chat.ask('Make odd changes.');
  await chat.row('logo.bin').waitFor();
  await picture('list');
  expect(await said('logo.bin')).toContain('binary');
  expect(await said('src/fees.js')).toContain('executable');
  expect(await said('near.js')).toContain('src/harbour.js');
  expect(await chat.row('near.js').innerText()).toContain('src/harbour.js');
  // T27: a link that leads out of the folder is never applied, and the review says so.
  expect(await chat.row('away.txt').innerText()).toContain('not applied');
  expect(await chat.row('away.txt').getByRole('button', { name: 'Apply away.txt' }).count()).toBe(0);
  // T38: what cannot be seen is named, in contents and in names.
  expect(await chat.row('bidi.js').innerText()).toContain('hidden characters');
  expect(await chat.review.locator('.invisible-character').count()).toBeGreaterThan(0);

  await chat.frame.getByRole('button', { name: 'Review all changes' }).click();
  await session.page.locator('.tab', { hasText: 'Sunaba: review' }).waitFor();
  await session.page.locator('.multiDiffEntry', { hasText: 'bidi.js' }).first().waitFor();
  await picture('diff');
  await chat.row('docs/fees.md').locator('.review-file').click();
  await session.page.locator('.original-in-monaco-diff-editor').first().waitFor();
  await picture('deleted');

  await chat.reviewButton('Apply').click();
  await expect.poll(() => existsSync(file('logo.bin'))).toBe(true);
  await expect.poll(() => chat.row('near.js').count()).toBe(0);
  expect([...readFileSync(file('logo.bin'))]).toEqual([0, 1, 2, 80, 78, 71, 255]);
  expect(statSync(file('src/fees.js')).mode & 0o100).toBe(0o100);
  expect(lstatSync(file('near.js')).isSymbolicLink()).toBe(true);
  expect(existsSync(file('docs/fees.md'))).toBe(false);
  expect(lstatSync(file('away.txt'), { throwIfNoEntry: false })).toBeUndefined();
});

it(`${fileCount} changed files: a list that stays quick, by keyboard, and one apply`, async () => {
  await chat.ask('Change very many files.');
  await chat.row('many/0.txt').waitFor();
  expect(await chat.reviewButton('Apply').isEnabled()).toBe(true);
  expect(await chat.review.locator('.review-head').innerText()).toContain('5,00');
  await picture('many');
  // The panel answers while it shows them.
  await chat.composer.fill('still here');
  expect(await chat.composer.inputValue()).toBe('still here');
  await chat.composer.fill('');

  await chat.frame.getByRole('button', { name: 'Review all changes' }).press('Enter');
  const input = session.page.locator('.quick-input-widget input').first();
  await session.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await input.fill('many/4321.txt');
  await session.page.locator('.quick-input-list .monaco-list-row', { hasText: '4321' }).first().waitFor();
  await picture('many-list');
  await session.page.keyboard.press('Enter');
  await session.page.locator('.tab', { hasText: '4321.txt' }).waitFor();

  await chat.reviewButton('Apply').click();
  await chat.review.waitFor({ state: 'detached', timeout: 60_000 });
  expect(readFileSync(file('many/4999.txt'), 'utf8')).toBe('4999\n');
  await chat.lastTurn.getByRole('button', { name: 'Undo' }).click();
  await chat.frame.locator('.aside', { hasText: 'Took back' }).waitFor({ timeout: 60_000 });
  await expect.poll(() => existsSync(file('many/4999.txt'))).toBe(false);
});

it('a file of 20 MB is shown as large, opens, and is applied byte for byte', async () => {
  writeFileSync(file('large.log'), 'short\n');
  await chat.ask('Write a large file.');
  await chat.row('large.log').waitFor();
  expect(await chat.row('large.log').innerText()).toContain('large');
  await chat.row('large.log').locator('.review-file').click();
  await session.page.locator('.tab', { hasText: 'large.log' }).waitFor();
  await picture('large');
  await chat.reviewButton('Apply').click();
  await chat.review.waitFor({ state: 'detached', timeout: 60_000 });
  expect(statSync(file('large.log')).size).toBe(20_000_000);
});
