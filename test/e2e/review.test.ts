import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Chat } from '../support/chat';
import { startGeminiServer, type GeminiServer } from '../support/gemini/geminiServer';
import { call, type Scenario } from '../support/gemini/scenario';
import { scenarios } from '../support/gemini/scenarios';
import { openSession, runCommand, type Session } from '../support/session';

/** Turns that write, over the sample folder. */
const writing: readonly Scenario[] = [
  {
    id: 'protected',
    prompt: 'Set up a task.',
    replies: [
      { chunks: [call('write_file', { path: '.vscode/tasks.json', content: '{ "version": "2.0.0" }\n' })] },
      { chunks: [call('write_file', { path: 'notes.txt', content: 'a task was set up\n' })] },
      { chunks: [{ text: 'The task is there.' }] },
    ],
  },
  {
    id: 'change',
    prompt: 'Change the changelog.',
    replies: [
      { chunks: [call('read_file', { path: 'CHANGELOG.md' })] },
      { chunks: [call('edit_file', { path: 'CHANGELOG.md', old_text: '## 1.2.0', new_text: '## 1.3.0' })] },
      { chunks: [{ text: 'Changed.' }] },
    ],
  },
  {
    id: 'suggest',
    prompt: 'How do I run the tests?',
    replies: [
      { chunks: [call('suggest_command', { command: 'npm test', reason: 'It runs the tests.' })] },
      { chunks: [{ text: 'With `npm test`.' }] },
    ],
  },
];

let server: GeminiServer;
let session: Session;
let chat: Chat;

const file = (name: string) => path.join(session.folder, name);
const read = (name: string) => readFileSync(file(name), 'utf8');

function fresh(): void {
  for (const name of ['src/fees.js', 'docs/fees.md']) {
    writeFileSync(file(name), readFileSync(path.join(import.meta.dirname, '../fixtures/workspace', name)));
  }
  for (const name of ['CHANGELOG.md', 'notes.txt', '.vscode']) rmSync(file(name), { recursive: true, force: true });
}

beforeAll(async () => {
  server = await startGeminiServer({ scenarios: [...writing, ...scenarios] });
  session = await openSession({
    settings: {
      'sunaba.model.baseUrl': server.url,
      'sunaba.wasi.host': 'embedded',
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

describe('the review', () => {
  beforeEach(async () => {
    if ((await chat.review.count()) > 0) {
      await chat.reviewButton('Discard').click();
      await chat.review.waitFor({ state: 'detached' });
    }
    fresh();
    await chat.chooseMode('ask');
  });

  it('stages what the agent writes: the folder is as it was until Apply, and Undo takes the apply back', async () => {
    await chat.ask('Raise the daily fee to 50.00.');
    await chat.row('src/fees.js').waitFor();
    expect(read('src/fees.js')).toContain('dailyFee = 4500');
    expect(await chat.review.locator('.review-row').count()).toBe(2);
    await chat.reviewButton('Apply').click();
    await chat.aside('Applied 2 changes').waitFor();
    expect(read('src/fees.js')).toContain('dailyFee = 5000');
    expect(read('docs/fees.md')).toContain('costs 50.00');
    await chat.review.waitFor({ state: 'detached' });
    await chat.aside('Applied 2 changes').getByRole('button', { name: 'Undo' }).click();
    await chat.aside('Took back').waitFor();
    expect(read('src/fees.js')).toContain('dailyFee = 4500');
    expect(read('docs/fees.md')).toContain('costs 45.00');
  });

  it('applies and discards file by file, by keyboard too', async () => {
    await chat.ask('Raise the daily fee to 50.00.');
    await chat.row('docs/fees.md').getByRole('button', { name: 'Apply docs/fees.md' }).press('Enter');
    await chat.row('docs/fees.md').waitFor({ state: 'detached' });
    expect(read('docs/fees.md')).toContain('costs 50.00');
    expect(read('src/fees.js')).toContain('dailyFee = 4500');
    await chat.row('src/fees.js').getByRole('button', { name: 'Discard src/fees.js' }).press('Enter');
    await chat.review.waitFor({ state: 'detached' });
    expect(read('src/fees.js')).toContain('dailyFee = 4500');
  });

  it('T19, T20: a protected file waits for a click of its own, in the mode auto too', async () => {
    await chat.chooseMode('auto');
    await chat.ask('Set up a task.');
    await chat.aside('Applied notes.txt').waitFor();
    expect(read('notes.txt')).toBe('a task was set up\n');
    await chat.row('.vscode/tasks.json').waitFor();
    expect(existsSync(file('.vscode'))).toBe(false);
    expect(await chat.reviewButton('Apply').isDisabled()).toBe(true);
    expect(await chat.row('.vscode/tasks.json').innerText()).toContain('protected');
    await chat.row('.vscode/tasks.json').getByRole('button', { name: 'Apply .vscode/tasks.json' }).click();
    await chat.review.waitFor({ state: 'detached' });
    expect(read('.vscode/tasks.json')).toBe('{ "version": "2.0.0" }\n');
  });

  it('T58: a file that changed on disk since is a conflict, never overwritten', async () => {
    await chat.ask('Raise the daily fee to 50.00.');
    await chat.row('src/fees.js').waitFor();
    writeFileSync(file('src/fees.js'), 'export const dailyFee = 1;\n');
    await chat.reviewButton('Apply').click();
    const conflict = chat.row('src/fees.js').locator('.is-conflict');
    await conflict.waitFor();
    expect(read('src/fees.js')).toBe('export const dailyFee = 1;\n');
    await conflict.click();
    // All three sides: what it was based on against the folder's, and against what is proposed.
    await session.page.locator('.multiDiffEntry').nth(1).waitFor();
    expect(await session.page.locator('.multiDiffEntry').count()).toBe(2);
    await session.page
      .locator('.notification-list-item', { hasText: 'src/fees.js' })
      .getByRole('button', { name: 'Keep the Proposed' })
      .click();
    await conflict.waitFor({ state: 'detached' });
    await chat.reviewButton('Apply').click();
    await chat.review.waitFor({ state: 'detached' });
    expect(read('src/fees.js')).toContain('dailyFee = 5000');
  });

  it('T58: unsaved edits in an editor are not lost', async () => {
    await chat.ask('Write a changelog.');
    await chat.reviewButton('Apply').click();
    await chat.review.waitFor({ state: 'detached' });
    await session.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'CHANGELOG.md' }).dblclick();
    const editor = session.page.locator('.editor-instance .monaco-editor').first();
    await editor.click();
    await session.page.keyboard.press('Control+End');
    await session.page.keyboard.type('mine');
    await session.page.locator('.tab.dirty', { hasText: 'CHANGELOG.md' }).waitFor();
    writeFileSync(file('CHANGELOG.md'), readFileSync(file('CHANGELOG.md')));
    await chat.ask('Change the changelog.');
    await chat.row('CHANGELOG.md').waitFor();
    await chat.reviewButton('Apply').click();
    await chat.row('CHANGELOG.md').locator('.is-conflict', { hasText: 'unsaved' }).waitFor();
    expect(read('CHANGELOG.md')).not.toContain('1.3.0');
    await session.page.locator('.tab.dirty', { hasText: 'CHANGELOG.md' }).waitFor();
    await editor.click();
    await session.page.keyboard.press('Control+z');
    await runCommand(session.page, 'File: Revert File');
  });

  it('the proposed side can be edited before it is applied, and what is shown is what is applied (T47)', async () => {
    await chat.ask('Write a changelog.');
    await chat.row('CHANGELOG.md').locator('.review-file').click();
    const modified = session.page.locator('.modified-in-monaco-diff-editor').first();
    await modified.waitFor();
    await modified.click();
    await session.page.keyboard.press('Control+End');
    await session.page.keyboard.type('- edited by hand');
    await session.page.keyboard.press('Control+s');
    await expect.poll(() => chat.row('CHANGELOG.md').locator('.lines').innerText()).toContain('+6');
    await chat.reviewButton('Apply').click();
    await chat.review.waitFor({ state: 'detached' });
    expect(read('CHANGELOG.md')).toBe('# Changelog\n\n## 1.2.0\n\n- Fees are counted by the started day.\n- edited by hand');
  });

  it('what is pending survives a reload, and the next turn works on top of it', async () => {
    await chat.ask('Raise the daily fee to 50.00.');
    await chat.row('src/fees.js').waitFor();
    await session.reload();
    chat = await Chat.open(session);
    await chat.row('src/fees.js').waitFor();
    await chat.ask('Write a changelog.');
    await chat.row('CHANGELOG.md').waitFor();
    expect(await chat.review.locator('.review-row').count()).toBe(3);
    expect(read('src/fees.js')).toContain('dailyFee = 4500');
  });

  it('goes back to before a message: files and conversation, and the step back can be undone', async () => {
    await chat.chooseMode('auto');
    const before = await chat.turns.count();
    await chat.ask('Raise the daily fee to 50.00.');
    await chat.aside('Applied').waitFor();
    expect(read('src/fees.js')).toContain('dailyFee = 5000');
    await chat.lastTurn.getByRole('button', { name: 'Go back to before this message' }).click();
    await session.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Files and conversation' }).click();
    await expect.poll(() => chat.turns.count()).toBe(before);
    expect(read('src/fees.js')).toContain('dailyFee = 4500');
    expect(await chat.composer.inputValue()).toBe('Raise the daily fee to 50.00.');
    // The step stands in the conversation, so that it can be undone after a reload, too.
    await session.reload();
    chat = await Chat.open(session);
    await chat.aside('Went back').getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => chat.turns.count()).toBe(before + 1);
    // Both files: the next test writes them afresh, which must not meet the step that is still under way.
    await expect.poll(() => read('src/fees.js')).toContain('dailyFee = 5000');
    await expect.poll(() => read('docs/fees.md')).toContain('costs 50.00');
    await chat.composer.fill('');
  });

  it('read-only: the agent has no tool that writes', async () => {
    await chat.chooseMode('read-only');
    const before = server.requests.length;
    const turn = await chat.ask('Write a changelog.');
    expect(await turn.locator('section[data-tool="write_file"]').getAttribute('data-state')).toBe('failed');
    const { tools } = JSON.parse(server.requests.at(before)?.text ?? '{}') as { tools: { functionDeclarations: { name: string }[] }[] };
    const declared = tools.flatMap((tool) => tool.functionDeclarations).map(({ name }) => name);
    expect(declared).toContain('read_file');
    expect(declared).not.toContain('write_file');
    expect(await chat.review.count()).toBe(0);
    expect(existsSync(file('CHANGELOG.md'))).toBe(false);
  });

  it('the mode is changed by key as well, and kept over a reload', async () => {
    await chat.composer.click();
    await session.page.keyboard.press('Control+.');
    await chat.frame.locator('.mode-button', { hasText: 'auto' }).waitFor();
    await session.reload();
    chat = await Chat.open(session);
    await chat.frame.locator('.mode-button', { hasText: 'auto' }).waitFor();
  });

  it('a suggested command goes to the terminal without Enter', async () => {
    const turn = await chat.ask('How do I run the tests?');
    const card = turn.locator('.suggestion');
    expect(await card.innerText()).toContain('Not run');
    await card.getByRole('button', { name: 'Insert in Terminal' }).click();
    const rows = session.page.locator('.terminal-wrapper.active .xterm-rows');
    await rows.waitFor();
    await expect.poll(() => rows.innerText(), { timeout: 20_000 }).toContain('npm test');
    expect((await rows.innerText()).match(/npm test/g)).toHaveLength(1);
    expect(await rows.innerText()).not.toContain('npm error');
  });
});
