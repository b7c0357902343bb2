import { appendFileSync, copyFileSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../scripts/ensure.mjs';
import { Chat } from '../support/chat';
import { apiError } from '../support/gemini/apiError';
import { startGeminiServer, type GeminiServer } from '../support/gemini/geminiServer';
import type { Scenario } from '../support/gemini/scenario';
import { scenarios } from '../support/gemini/scenarios';
import { findPermissionsPage } from '../support/permissionsPage';
import { openSession, type Session } from '../support/session';

/*
 * Pictures of the panel in every kind of theme, narrow and wide, for people to look at (test-results/screenshots). With
 * SUNABA_README_PICTURES=1 the README's own pictures are taken anew.
 */

const pictures = path.join(root, 'test-results/screenshots');
/** An answer with all that can be too wide, a tool with a long output, a question, and an error at the end. */
const wide: readonly Scenario[] = [
  {
    id: 'wide',
    prompt: 'Show me everything that is too wide for you.',
    replies: [
      {
        chunks: [
          {
            call: {
              name: 'bash',
              args: {
                command: `i=0; while [ $i -lt 300 ]; do echo "line $i of a long output, ${'wide '.repeat(40)}"; i=$((i+1)); done; ls nowhere`,
              },
            },
            signature: 'c2lnbmF0dXJl',
          },
        ],
      },
      {
        chunks: [
          {
            text: [
              '## A heading\n\nA paragraph with `aVeryLongIdentifierThatHasNoPlaceToBreakAndGoesOnAndOnAndOnForEver` in it.',
              `\n\n\`\`\`js\nconst line = '${'a very long line of code '.repeat(12)}';\n${'call(line);\n'.repeat(30)}\`\`\`\n\n`,
              '| name | meaning | default | seen in |\n|---|---|---|---|\n| `first` | what comes first in a long table | none | nowhere |\n\n',
              '1. one\n2. two\n   - [a link](https://example.com/a/b/c)\n\n> quoted\n',
            ].join(''),
          },
        ],
      },
    ],
  },
  { id: 'no-key', prompt: 'Use a bad key.', replies: [{ error: { status: 400, body: apiError.wrongKey } }] },
];

let server: GeminiServer;
let session: Session;
let chat: Chat;

/** Whether something in the panel is wider than the panel. */
async function runsOut(): Promise<boolean> {
  return chat.frame.locator('main.messages').evaluate((element: unknown) => {
    const box = element as { scrollWidth: number; clientWidth: number };
    return box.scrollWidth > box.clientWidth;
  });
}

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  server = await startGeminiServer({ scenarios: [...wide, ...scenarios] });
  session = await openSession({
    settings: {
      'sunaba.model.baseUrl': server.url,
      'sunaba.permissions.rules': [
        { tool: 'bash', command: 'make *', action: 'ask' },
        { path: 'customers/**', action: 'deny' },
      ],
    },
    viewport: { width: 1360, height: 860 },
  });
  chat = await Chat.open(session);
  await takePicture('empty');
  await chat.ask('What is in this folder?');
  await chat.ask('Show me the contents of /etc/hosts.');
});

afterAll(async () => {
  await session?.close();
  await server?.close();
});

/** Changes the theme as a user does, and waits until workbench and panel wear it. */
async function wear(theme: string, kind: string, panelKind: string): Promise<void> {
  await session.command('Preferences: Color Theme');
  const input = session.page.locator('.quick-input-widget input').first();
  await session.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await input.fill(theme);
  await session.page.keyboard.press('Enter');
  await session.page.locator(`.monaco-workbench.${kind}`).waitFor();
  await chat.frame.locator(`body.${panelKind}`).waitFor();
}

/** Drags the border of the side bar that holds the panel until the panel is about this wide. */
async function setPanelWidth(width: number, { page } = session): Promise<void> {
  const box = await page.locator('.part.auxiliarybar').boundingBox();
  if (!box) throw new Error('the panel is not in the secondary side bar');
  // The border stands in the gap before the side bar.
  await page.mouse.move(box.x - 2, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x - 2 + box.width - width, box.y + 300, { steps: 8 });
  await page.mouse.up();
  const after = await page.locator('.part.auxiliarybar').boundingBox();
  expect(Math.abs((after?.width ?? 0) - width)).toBeLessThan(60);
}

async function takePicture(name: string): Promise<string> {
  const file = path.join(pictures, `${name}.png`);
  await session.page.screenshot({ path: file });
  expect(statSync(file).size).toBeGreaterThan(20_000);
  return file;
}

it.each([
  ['light', 'Light Modern', 'vs', 'vscode-light'],
  ['dark', 'Dark Modern', 'vs-dark', 'vscode-dark'],
  ['high-contrast', 'Dark High Contrast', 'hc-black', 'vscode-high-contrast'],
  ['high-contrast-light', 'Light High Contrast', 'hc-light', 'vscode-high-contrast-light'],
])('nothing runs out of the panel, theme %s, narrow and wide', async (name, theme, kind, panelKind) => {
  await wear(theme, kind, panelKind);
  for (const [size, width] of [
    ['narrow', 240],
    ['wide', 620],
  ] as const) {
    await setPanelWidth(width);
    await takePicture(`${name}-${size}`);
    expect(await runsOut()).toBe(false);
  }
});

it.each([
  ['light', 'Light Modern', 'vs', 'vscode-light'],
  ['dark', 'Dark Modern', 'vs-dark', 'vscode-dark'],
  ['high-contrast', 'Dark High Contrast', 'hc-black', 'vscode-high-contrast'],
  ['high-contrast-light', 'Light High Contrast', 'hc-light', 'vscode-high-contrast-light'],
])('long code, long output, errors and a review stay within the panel, theme %s', async (name, theme, kind, panelKind) => {
  await wear(theme, kind, panelKind);
  await setPanelWidth(280);
  if ((await chat.frame.locator('.review').count()) === 0) {
    await chat.startAnew(session);
    await chat.ask('Show me everything that is too wide for you.');
    await chat.card('bash').locator('.tool-head').click();
    await chat.ask('Use a bad key.');
    await chat.ask('Raise the daily fee to 50.00.');
    await chat.frame.locator('.review').waitFor();
  }
  const messages = chat.frame.locator('main.messages');
  for (const [at, top] of [
    ['start', 0],
    ['middle', 700],
    ['end', 100_000],
  ] as const) {
    await messages.evaluate((element: unknown, to: number) => {
      (element as { scrollTop: number }).scrollTop = to;
    }, top);
    await takePicture(`wide-${name}-${at}`);
  }
  expect(await runsOut()).toBe(false);
});

it.each([
  ['light', 'Light Modern', 'vs', 'vscode-light'],
  ['dark', 'Dark Modern', 'vs-dark', 'vscode-dark'],
  ['high-contrast', 'Dark High Contrast', 'hc-black', 'vscode-high-contrast'],
])('a quota that is used up, a conflict and the permissions page, theme %s', async (name, theme, kind, panelKind) => {
  await wear(theme, kind, panelKind);
  await setPanelWidth(420);
  if ((await chat.frame.locator('.is-conflict').count()) === 0) {
    if ((await chat.frame.locator('.review').count()) === 0) await chat.ask('Raise the daily fee to 50.00.');
    await chat.ask('Use up the quota of the day.');
    appendFileSync(path.join(session.folder, 'src/fees.js'), '// mine\n');
    await chat.frame.locator('.review-head').getByRole('button', { name: 'Apply', exact: true }).click();
    await chat.frame.locator('.is-conflict').waitFor();
  }
  await chat.frame.locator('.is-conflict').click();
  await session.page.locator('.multiDiffEntry').nth(1).waitFor();
  await takePicture(`conflict-${name}`);
  await session.command('Notifications: Clear All Notifications');
  await session.command('View: Close All Editors');
  await session.command('Sunaba: Permissions for This Workspace');
  const page = await findPermissionsPage(session.page);
  await page.locator('summary').first().click();
  await takePicture(`permissions-${name}`);
  await session.command('View: Close All Editors');
});

it('takes the pictures of the README', async () => {
  const taken: string[] = [];
  const own = await openSession({
    settings: { 'sunaba.model.baseUrl': server.url, 'workbench.colorTheme': 'Dark Modern' },
    viewport: { width: 1360, height: 860 },
    folderName: 'harbour',
  });
  const take = async (name: string) => {
    const file = path.join(pictures, `${name}.png`);
    await own.page.mouse.move(680, 500);
    await own.page.screenshot({ path: file });
    taken.push(file);
  };
  try {
    const panel = await Chat.open(own);
    await setPanelWidth(520, own);
    await panel.ask('What is in this folder?');
    await take('answer');
    await panel.ask('Show me the contents of /etc/hosts.');
    await take('refusal');
    await panel.startAnew(own);
    await panel.ask('Raise the daily fee to 50.00.');
    await panel.frame.locator('.review').waitFor();
    await panel.frame.getByRole('button', { name: 'Review all changes' }).click();
    await own.page.locator('.multiDiffEntry').nth(1).waitFor();
    // VS Code colours the code, and says in its status bar that it is at it.
    await own.page.locator('.statusbar', { hasText: 'Activating Extensions' }).waitFor({ state: 'detached' });
    await own.page.waitForTimeout(4000);
    await take('review');
  } finally {
    await own.close();
  }
  if (process.env['SUNABA_README_PICTURES'] !== '1') return;
  const target = path.join(root, 'media/readme');
  mkdirSync(target, { recursive: true });
  for (const file of taken) copyFileSync(file, path.join(target, path.basename(file)));
});
