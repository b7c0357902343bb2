import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Chat } from '../support/chat';
import { startGeminiServer, type GeminiServer } from '../support/gemini/geminiServer';
import { call, type Scenario } from '../support/gemini/scenario';
import { scenarios } from '../support/gemini/scenarios';
import { findPanel, openSession, runCommand, type Session } from '../support/session';

/* What a user does with conflicts, by the keyboard alone, with what a checkpoint no longer keeps, and from other places of VS Code. */

const shell = (id: string, prompt: string, command: string): Scenario => ({
  id,
  prompt,
  replies: [{ chunks: [call('bash', { command })] }, { chunks: [{ text: 'Done.' }] }],
});

const byHand: readonly Scenario[] = [
  shell('three', 'Write three files.', 'mkdir -p new; for n in one two three; do echo "$n" > new/$n.txt; done'),
  ...['first', 'second', 'third'].map((which) =>
    shell(
      `large-${which}`,
      `Write the ${which} large file.`,
      `yes 'the ${which} of three' | head -c 3000000 > next.log; mv next.log large.log`,
    ),
  ),
  {
    id: 'step-by-step',
    prompt: 'Write two notes, one after the other.',
    replies: [
      { chunks: [call('write_file', { path: 'note-a.txt', content: 'a\n' })] },
      { chunks: [call('write_file', { path: 'note-b.txt', content: 'b\n' })] },
      { chunks: [{ text: 'Both are there.' }] },
    ],
  },
  {
    id: 'suggestions',
    prompt: 'How do I build this?',
    replies: [
      { chunks: [call('suggest_command', { command: 'npm ci && npm run build', reason: 'It builds.' })] },
      { chunks: [call('suggest_command', { command: 'echo one\necho two', reason: 'Two lines.' })] },
      { chunks: [call('suggest_command', { command: 'echo one\u0003true', reason: 'A key that ends a line.' })] },
      { chunks: [{ text: 'So.' }] },
    ],
  },
  { id: 'thanks', prompt: 'What does this tell you?', replies: [{ chunks: [{ text: 'A lot.' }] }] },
];

let server: GeminiServer;
let session: Session;
let chat: Chat;

const file = (name: string) => path.join(session.folder, name);
const read = (name: string) => readFileSync(file(name), 'utf8');
const toast = (text: string) => session.page.locator('.notification-list-item', { hasText: text });
const press = (key: string) => session.page.keyboard.press(key);

/** What has the keyboard in the panel, by its name. */
const focused = (): Promise<string> =>
  chat.frame
    .locator('body')
    .evaluate(
      '(() => { const e = document.activeElement; return e === document.body ? "nothing" : (e.getAttribute("aria-label") ?? e.title ?? "") || e.textContent; })()',
    );

/** Goes on with Tab until what has this name has the keyboard. */
async function tabTo(name: string | RegExp, back = false): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < 60; step++) {
    const now = await focused();
    if (typeof name === 'string' ? now === name : name.test(now)) return;
    seen.push(now);
    await press(back ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`Tab did not come to ${String(name)}, but to: ${seen.join(' | ')}`);
}

/** Whether an outline or a border of its own shows where the keyboard is. */
async function showsFocus(element: Locator): Promise<boolean> {
  return element.evaluate((node: unknown) => {
    const { getComputedStyle } = globalThis as unknown as {
      getComputedStyle: (node: unknown) => { outlineStyle: string; outlineWidth: string };
    };
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  });
}

async function proposeFee(): Promise<Locator> {
  await chat.ask('Raise the daily fee to 50.00.');
  await chat.row('src/fees.js').waitFor();
  writeFileSync(file('src/fees.js'), 'export const dailyFee = 1;\n');
  await chat.reviewButton('Apply').click();
  const conflict = chat.row('src/fees.js').locator('.is-conflict');
  await conflict.waitFor();
  expect(read('docs/fees.md')).toContain('costs 50.00');
  expect(read('src/fees.js')).toBe('export const dailyFee = 1;\n');
  await conflict.click();
  // What the agent worked from, against the folder's and against the proposed.
  const entries = session.page.locator('.multiDiffEntry');
  await entries.nth(1).waitFor();
  for (const [index, name, after] of [
    [0, 'in your folder', 'dailyFee = 1'],
    [1, 'proposed', 'dailyFee = 5000'],
  ] as const) {
    await expect.poll(async () => (await entries.nth(index).innerText()).replaceAll('\u00a0', ' ')).toContain(after);
    const shown = (await entries.nth(index).innerText()).replaceAll('\u00a0', ' ');
    expect(shown).toContain(name);
    expect(shown).toContain('dailyFee = 4500');
  }
  return conflict;
}

beforeAll(async () => {
  server = await startGeminiServer({ scenarios: [...byHand, ...scenarios] });
  session = await openSession({
    settings: {
      'sunaba.model.baseUrl': server.url,
      'sunaba.wasi.host': 'embedded',
      'sunaba.checkpoints.budgetMiB': 5,
      'files.autoSave': 'off',
      'terminal.integrated.gpuAcceleration': 'off',
    },
  });
  chat = await Chat.open(session);
});

afterAll(async () => {
  await session?.close();
  await server?.close();
});

beforeEach(async () => {
  await session.command('View: Close All Editors');
  await session.command('Notifications: Clear All Notifications');
  if ((await chat.review.count()) > 0) {
    await chat.reviewButton('Discard').click();
    await chat.review.waitFor({ state: 'detached' });
  }
  for (const name of ['src/fees.js', 'docs/fees.md']) {
    writeFileSync(file(name), readFileSync(path.join(import.meta.dirname, '../fixtures/workspace', name)));
  }
  for (const name of ['new', 'large.log', 'note-a.txt', 'note-b.txt']) rmSync(file(name), { recursive: true, force: true });
});

describe('T58: a conflict is resolved by choosing or editing', () => {
  it('Keep the folder’s: the proposal is gone, the file is as the user had it', async () => {
    const conflict = await proposeFee();
    await toast('src/fees.js').getByRole('button', { name: 'Keep the folder’s' }).click();
    await conflict.waitFor({ state: 'detached' });
    await session.page.locator('.tab', { hasText: 'what changed in your folder' }).waitFor({ state: 'detached' });
    await chat.review.waitFor({ state: 'detached' });
    expect(read('src/fees.js')).toBe('export const dailyFee = 1;\n');
  });

  it('Keep the Proposed: it is asked for anew, and applied over what the user has seen', async () => {
    const conflict = await proposeFee();
    await toast('src/fees.js').getByRole('button', { name: 'Keep the Proposed' }).click();
    await conflict.waitFor({ state: 'detached' });
    expect(read('src/fees.js')).toBe('export const dailyFee = 1;\n');
    await chat.reviewButton('Apply').click();
    await chat.review.waitFor({ state: 'detached' });
    expect(read('src/fees.js')).toContain('dailyFee = 5000');
  });

  it('Edit the Proposed: both sides stand beside each other, what is saved is what is applied', async () => {
    const conflict = await proposeFee();
    await toast('src/fees.js').getByRole('button', { name: 'Edit the Proposed' }).click();
    await session.page.locator('.tab', { hasText: 'your folder and the proposed' }).waitFor();
    const modified = session.page.locator('.modified-in-monaco-diff-editor .monaco-editor, .modified-in-monaco-diff-editor').first();
    await modified.waitFor();
    await modified.click();
    await press('Control+a');
    await session.page.keyboard.type('export const dailyFee = 2;');
    await press('Control+s');
    await conflict.waitFor({ state: 'detached' });
    await chat.reviewButton('Apply').click();
    await chat.review.waitFor({ state: 'detached' });
    expect(read('src/fees.js')).toBe('export const dailyFee = 2;');
  });
});

it('the whole review by keyboard: Tab, arrows and Enter; the keyboard is never lost and always seen', async () => {
  await chat.ask('Write three files.');
  await chat.row('new/three.txt').waitFor();
  // The folder that they make new is not told beside them.
  expect(await chat.review.locator('.review-row').count()).toBe(3);
  await chat.composer.click();
  await tabTo('Apply new/one.txt', true);
  expect(await showsFocus(chat.row('new/one.txt').getByRole('button', { name: 'Apply new/one.txt' }))).toBe(true);
  // Arrows go from file to file, on what the keyboard was at.
  await press('ArrowDown');
  expect(await focused()).toBe('Apply new/three.txt');
  await press('ArrowDown');
  expect(await focused()).toBe('Apply new/two.txt');
  await press('ArrowUp');
  await press('ArrowUp');
  expect(await focused()).toBe('Apply new/one.txt');
  // What is applied goes away, and the keyboard goes to the next one.
  await press('Enter');
  await chat.row('new/one.txt').waitFor({ state: 'detached' });
  await expect.poll(focused).toBe('Apply new/three.txt');
  expect(existsSync(file('new/one.txt'))).toBe(true);
  await tabTo('Discard new/three.txt');
  await press('Space');
  await chat.row('new/three.txt').waitFor({ state: 'detached' });
  await expect.poll(focused).toBe('Discard new/two.txt');
  // The diff opens on Enter, and the panel's own key takes the keyboard back to it.
  await tabTo(/two\.txt.*created|created.*two\.txt|created: new\/two\.txt/, true);
  await press('Enter');
  await session.page.locator('.tab', { hasText: 'two.txt' }).waitFor();
  await session.command('Sunaba: Open Chat');
  await expect.poll(focused).toBe('Message to Sunaba');
  await tabTo(/^Apply$|Write these changes/, true);
  await press('Enter');
  await chat.review.waitFor({ state: 'detached' });
  await expect.poll(focused).toBe('Message to Sunaba');
  expect(read('new/two.txt')).toBe('two\n');
  expect(existsSync(file('new/three.txt'))).toBe(false);
  // And back again.
  await tabTo('Undo', true);
  expect(await showsFocus(chat.aside(/Applied/).getByRole('button', { name: 'Undo' }))).toBe(true);
  await press('Enter');
  await chat.aside('Took back').waitFor();
  await expect.poll(() => existsSync(file('new/two.txt'))).toBe(false);
  expect(await focused()).not.toBe('nothing');
});

it('checkpoints that had to go are said in the conversation, and their Undo says that it is too late', async () => {
  for (const which of ['first', 'second', 'third']) {
    await chat.ask(`Write the ${which} large file.`);
    await chat.row('large.log').waitFor();
    await chat.reviewButton('Apply').click();
    await chat.review.waitFor({ state: 'detached' });
  }
  const notice = chat.frame.locator('.notice', { hasText: 'given up' }).last();
  await notice.waitFor();
  expect(await notice.innerText()).toMatch(/5 MiB.*cannot be undone any more.*sunaba\.checkpoints\.budgetMiB/s);
  const applied = chat.frame.locator('.aside', { hasText: 'Applied large.log' });
  expect(await applied.count()).toBe(3);
  const before = read('large.log');
  await applied.nth(1).getByRole('button', { name: 'Undo' }).click();
  await toast('not kept any more').waitFor();
  expect(read('large.log')).toBe(before);
  await session.command('Notifications: Clear All Notifications');
  await applied.nth(2).getByRole('button', { name: 'Undo' }).click();
  await chat.aside('Took back large.log').waitFor();
  expect(read('large.log')).not.toBe(before);
  await notice.getByRole('button', { name: 'Open Settings' }).click();
  await session.page.locator('.settings-editor').waitFor();
});

describe('goes back to before a message', () => {
  const goBack = async (what: string) => {
    await chat.lastTurn.getByRole('button', { name: 'Go back to before this message' }).click();
    await session.page.locator('.quick-input-list .monaco-list-row', { hasText: what }).click();
    await chat.aside('Went back').waitFor();
  };

  it('auto: each call is in the folder as it ends, each with a way back of its own; files only, and forth again', async () => {
    await chat.chooseMode('auto');
    await chat.startAnew(session);
    await chat.ask('Write two notes, one after the other.');
    expect(await chat.review.count()).toBe(0);
    await chat.aside('Applied note-a.txt').waitFor();
    await chat.aside('Applied note-b.txt').getByRole('button', { name: 'Undo' }).click();
    await chat.aside('Took back note-b.txt').waitFor();
    expect([read('note-a.txt'), existsSync(file('note-b.txt'))]).toEqual(['a\n', false]);
    await chat.aside('Took back note-b.txt').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => existsSync(file('note-b.txt'))).toBe(true);

    await goBack('Files only');
    expect([existsSync(file('note-a.txt')), existsSync(file('note-b.txt'))]).toEqual([false, false]);
    expect(await chat.turns.count()).toBe(1);
    await chat.aside('Went back').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => existsSync(file('note-a.txt')) && existsSync(file('note-b.txt'))).toBe(true);
    await chat.aside('Went back').waitFor({ state: 'detached' });
  });

  it('conversation only: the folder stays as it is, and the prompt is there to be said otherwise', async () => {
    await chat.chooseMode('auto');
    await chat.startAnew(session);
    await chat.ask('Write two notes, one after the other.');
    await goBack('Conversation only');
    expect(await chat.frame.locator('.prompt').count()).toBe(0);
    expect(await chat.composer.inputValue()).toBe('Write two notes, one after the other.');
    expect([read('note-a.txt'), read('note-b.txt')]).toEqual(['a\n', 'b\n']);
    await chat.aside('Went back').getByRole('button', { name: 'Undo' }).click();
    await chat.frame.locator('.prompt').waitFor();
    await chat.composer.fill('');
    await chat.chooseMode('ask');
  });
});

it('a suggested command is copied as it is; of several lines it is refused, and with a key in it it never gets into a terminal', async () => {
  const turn = await chat.ask('How do I build this?');
  const cards = turn.locator('.suggestion');
  expect(await cards.count()).toBe(2);
  expect(await turn.locator('section[data-state="failed"]').count()).toBe(1);
  const clipboard = () => session.page.evaluate('navigator.clipboard.readText()');
  await cards.first().getByRole('button', { name: 'Copy' }).click();
  await expect.poll(clipboard).toBe('npm ci && npm run build');
  await cards.last().getByRole('button', { name: 'Insert in Terminal' }).click();
  await toast('control characters').waitFor();
  expect(await session.page.locator('.terminal-wrapper').count()).toBe(0);
  await expect.poll(clipboard).toBe('echo one\u0003true');
});

it('what is selected in the terminal goes to the chat, and the clipboard is as it was', async () => {
  await session.command('Terminal: Create New Terminal');
  const rows = session.page.locator('.terminal-wrapper.active .xterm-rows');
  await rows.waitFor();
  await session.page.keyboard.type('echo out-of-the-$((40+2))');
  await press('Enter');
  await expect.poll(() => rows.innerText(), { timeout: 20_000 }).toContain('out-of-the-42');
  await session.command('Terminal: Select All');
  await session.command('Sunaba: Add Terminal Selection to Chat');
  await chat.frame.locator('.composer .chip', { hasText: 'terminal output' }).waitFor();
  await chat.ask('What does this tell you?');
  expect(server.requests.at(-1)?.text).toContain('out-of-the-42');
  await session.command('Terminal: Kill All Terminals');
});

it('T28: a hidden file goes to the model only as a piece that the user attached himself, once, after a warning', async () => {
  writeFileSync(file('.env'), 'TOKEN=shown-by-hand\n');
  await session.page.locator('.explorer-folders-view .monaco-list-row', { hasText: '.env' }).first().dblclick();
  const editor = session.page.locator('.editor-instance .monaco-editor').first();
  await editor.click();
  await press('Control+a');
  await session.command('Sunaba: Add Selection to Chat');
  const dialog = session.page.locator('.monaco-dialog-box', { hasText: '.env' });
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await chat.frame.locator('.composer .chip').count()).toBe(0);

  await editor.click();
  await press('Control+a');
  await session.command('Sunaba: Add Selection to Chat');
  await dialog.getByRole('button', { name: 'Send It Once' }).click();
  await chat.frame.locator('.composer .chip', { hasText: '.env' }).waitFor();
  const before = server.requests.length;
  await chat.ask('What does this tell you?');
  expect(server.requests.at(before)?.text).toContain('shown-by-hand');
  await chat.startAnew(session);
  const next = server.requests.length;
  await chat.ask('What is in this folder?');
  for (const request of server.requests.slice(next)) expect(request.text).not.toContain('shown-by-hand');
});

it('T68: a second window on the folder has the same chat and the same pending changes, and the turns of both are kept', async () => {
  await chat.startAnew(session);
  await chat.ask('Which TODOs are left in the code?');
  const page = await session.open();
  const second = await Chat.open({ ...session, page, panel: () => findPanel(page), command: (title) => runCommand(page, title) });
  await second.turns.first().waitFor();
  await second.ask('What is in this folder?');
  await chat.ask('Compare docs/fees.md with src/fees.js.');
  await expect.poll(() => chat.frame.locator('.prompt').allInnerTexts()).toHaveLength(3);
  expect((await chat.frame.locator('.prompt').allInnerTexts()).map((text) => text.trim())).toEqual([
    'Which TODOs are left in the code?',
    'What is in this folder?',
    'Compare docs/fees.md with src/fees.js.',
  ]);
  await page.close();
});
