import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Chat } from '../support/chat';
import { startGeminiServer, type GeminiServer } from '../support/gemini/geminiServer';
import { call, type Scenario } from '../support/gemini/scenario';
import { scenarios } from '../support/gemini/scenarios';
import { descendants, killNow } from '../support/processes';
import { openSession, type Session } from '../support/session';

const fileCount = 1500;

const writing: readonly Scenario[] = [
  {
    id: 'many',
    prompt: 'Write many files.',
    replies: [
      {
        chunks: [
          call('bash', {
            command: `mkdir -p many && i=0; while [ $i -lt ${fileCount} ]; do echo "file $i" > many/$i.txt; i=$((i+1)); done`,
          }),
        ],
      },
      { chunks: [{ text: 'Written.' }] },
    ],
  },
  {
    id: 'long',
    prompt: 'Write a note, then think for a long time.',
    replies: [
      { chunks: [call('write_file', { path: 'note.txt', content: 'half a thought\n' })] },
      { chunks: [{ text: 'Let me think' }], fault: 'silence' },
    ],
  },
];

let server: GeminiServer;
let session: Session;
let chat: Chat;

const written = () => (existsSync(path.join(session.folder, 'many')) ? readdirSync(path.join(session.folder, 'many')) : []);

/** What the window's end without warning does: the page is loaded anew, and nothing was told to the extension host. */
async function reloadAbruptly(): Promise<void> {
  await session.page.reload();
  await session.page.locator('.monaco-workbench').waitFor();
  chat = await Chat.open(session);
}

beforeAll(async () => {
  server = await startGeminiServer({ scenarios: [...writing, ...scenarios] });
  session = await openSession({ settings: { 'sunaba.model.baseUrl': server.url, 'sunaba.wasi.host': 'embedded' } });
  chat = await Chat.open(session);
});

afterAll(async () => {
  await session?.close();
  await server?.close();
});

beforeEach(async () => {
  if ((await chat.review.count()) > 0) {
    await chat.reviewButton('Discard').click();
    await chat.review.waitFor({ state: 'detached' });
  }
  rmSync(path.join(session.folder, 'many'), { recursive: true, force: true });
});

describe('the window ends without warning', () => {
  it('what is pending is there again, and so is the mode that was chosen the moment before', async () => {
    await chat.ask('Raise the daily fee to 50.00.');
    await chat.row('src/fees.js').waitFor();
    await chat.chooseMode('read-only');
    await reloadAbruptly();
    await chat.frame.locator('.mode-button', { hasText: 'read-only' }).waitFor();
    await chat.row('src/fees.js').waitFor();
    expect(readFileSync(path.join(session.folder, 'src/fees.js'), 'utf8')).toContain('dailyFee = 4500');
    await chat.chooseMode('ask');
    await chat.reviewButton('Apply').click();
    await chat.review.waitFor({ state: 'detached' });
    expect(readFileSync(path.join(session.folder, 'src/fees.js'), 'utf8')).toContain('dailyFee = 5000');
  });

  it('in the middle of a turn: what it had staged is there to be reviewed, nothing of it is in the folder, and the chat says that it was cut', async () => {
    await chat.send('Write a note, then think for a long time.');
    await chat.frame.locator('.answer', { hasText: 'Let me think' }).waitFor();
    await reloadAbruptly();
    await chat.row('note.txt').waitFor();
    await chat.frame.locator('.notice', { hasText: 'was closed while this turn ran' }).waitFor();
    expect(existsSync(path.join(session.folder, 'note.txt'))).toBe(false);
  });
});

describe('T56: the extension host is killed', () => {
  it('in the middle of an apply: each file is wholly old or wholly new, and the next start says which', async () => {
    await chat.ask('Write many files.');
    await chat.row('many/0.txt').waitFor();
    expect(written()).toEqual([]);
    await chat.reviewButton('Apply').click();
    await expect.poll(() => written().length, { interval: 5, timeout: 60_000 }).toBeGreaterThan(0);
    const below = descendants(session.server.pid ?? 0);
    const host = below.find(({ command }) => command.includes('--type=extensionHost'));
    expect(host).toBeDefined();
    // The sandbox' process carries the commit out: it goes first, as on a machine that loses its power both would.
    for (const { pid } of host === undefined ? [] : [...descendants(host.pid), host]) killNow(pid);
    await session.page.reload();
    await session.page.locator('.monaco-workbench').waitFor();
    chat = await Chat.open(session);

    // Recovery has ended when the review shows what is still pending, or that nothing is.
    await expect
      .poll(
        async () => {
          const names = written();
          const pending = (await chat.review.count()) > 0;
          return (names.length === 0 && pending) || (names.length === fileCount && !pending);
        },
        { timeout: 60_000 },
      )
      .toBe(true);
    for (const name of written()) {
      expect(readFileSync(path.join(session.folder, 'many', name), 'utf8')).toBe(`file ${name.replace('.txt', '')}\n`);
    }
    if ((await chat.review.count()) > 0) {
      await chat.reviewButton('Apply').click();
      await chat.review.waitFor({ state: 'detached', timeout: 60_000 });
    }
    expect(written()).toHaveLength(fileCount);
  });
});
