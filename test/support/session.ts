import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type FrameLocator, type Page } from 'playwright-core';
import { chromiumFlags, installFolder, installVsix, makeProfile, startCodeServer } from '../../scripts/codeServer.mjs';
import { findChromium, root } from '../../scripts/ensure.mjs';

/** A VS Code with the packaged extension in it, a window on a fresh copy of the sample folder, and what ends it all. */
export interface Session {
  readonly page: Page;
  readonly folder: string;
  readonly profile: { readonly directory: string; readonly userData: string; readonly extensions: string };
  readonly server: { readonly origin: string; readonly pid: number | undefined; log(): string };
  /** The chat panel's inner frame, wherever VS Code put it. */
  panel(): Promise<FrameLocator>;
  /** Runs a command by the palette, as a user types it. */
  command(title: string): Promise<void>;
  /** Reloads the window by VS Code's own command, which lets the extension host end in order. */
  reload(): Promise<void>;
  /** Another window on the same or another folder. */
  open(folder?: string): Promise<Page>;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly settings?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  /** A folder to copy; the sample where absent, no folder where null. */
  readonly sample?: string | null;
  /** What the folder is called; `sample` where absent. */
  readonly folderName?: string;
  readonly trust?: boolean;
  /** Opens a workspace of folders with these names, each a copy of the sample, in the place of one folder. */
  readonly workspace?: readonly string[];
  /** A script that runs in every page and frame before its own. */
  readonly initScript?: string;
  /** Folders of extensions to put beside ours. */
  readonly extensions?: readonly string[];
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** The VSIX that `npm run package` made. */
export function vsixPath(): string {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const file = path.join(root, `sunaba-${version}.vsix`);
  if (!existsSync(file)) throw new Error('There is no VSIX. Run: npm run package');
  return file;
}

export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const profile = makeProfile(options.settings ?? {});
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'sunaba-e2e-'));
  const folder = path.join(scratch, options.folderName ?? 'sample');
  if (options.sample === null) mkdirSync(folder);
  else cpSync(options.sample ?? path.join(root, 'test/fixtures/workspace'), folder, { recursive: true });
  const workspace = path.join(scratch, 'several.code-workspace');
  for (const name of options.workspace ?? []) cpSync(folder, path.join(scratch, name), { recursive: true });
  if (options.workspace) writeFileSync(workspace, JSON.stringify({ folders: options.workspace.map((name) => ({ path: name })) }));
  await installVsix(vsixPath(), profile);
  for (const directory of options.extensions ?? []) installFolder(directory, profile.extensions);
  const server = await startCodeServer({
    ...profile,
    trust: options.trust ?? true,
    smoke: false,
    // Journals and checkpoints of its own, not those of whoever runs the tests.
    env: { XDG_STATE_HOME: path.join(scratch, 'state'), ...options.env },
  });
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await server.stop();
    profile.remove();
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: chromiumFlags });
    const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 800 } });
    // As on a desktop, where VS Code has the clipboard without a question.
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    if (options.initScript !== undefined) await context.addInitScript({ content: options.initScript });
    const open = async (directory: string | undefined): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(directory === workspace ? server.url(workspace, [], 'workspace') : server.url(directory));
      await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
      return page;
    };
    const page = await open(options.workspace ? workspace : options.sample === null ? undefined : folder);
    return {
      page,
      folder,
      profile,
      server,
      close,
      open: (directory = folder) => open(directory),
      command: (title) => runCommand(page, title),
      reload: async () => {
        await Promise.all([page.waitForEvent('load', { timeout: 60_000 }), runCommand(page, 'Developer: Reload Window')]);
        await page.locator('.monaco-workbench').waitFor();
      },
      panel: () => findPanel(page),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Types a command's title into the palette and runs the first match. A list opened before the extensions were read stays without them, so it is opened anew. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget input[type="text"], .quick-input-widget .quick-input-box input').first();
  const row = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await page.keyboard.press('F1');
      // A window that still settles takes the keyboard away and closes the list again: then it is opened anew.
      await input.fill(`>${title}`, { timeout: 3000 });
      await row.click({ timeout: 2000 });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** VS Code nests a webview's page in two frames; with several webviews the panel's is the one that says it is. */
export async function findPanel(page: Page): Promise<FrameLocator> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const count = await page.locator('iframe.webview').count();
    for (let index = 0; index < count; index++) {
      const frame = page.locator('iframe.webview').nth(index).contentFrame().locator('#active-frame').contentFrame();
      if (
        (await frame
          .locator('[data-sunaba="chat"]')
          .count()
          .catch(() => 0)) > 0
      )
        return frame;
    }
    if (Date.now() > deadline) throw new Error(`the chat panel did not appear; ${count} webviews are there`);
    await page.waitForTimeout(100);
  }
}

/** VS Code's logs of this session that mention us, for a failing test's message. */
export function extensionHostLog(session: Session): string {
  const logs = path.join(session.profile.userData, 'logs');
  if (!existsSync(logs)) return '';
  return readdirSync(logs, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('remoteexthost.log'))
    .map((name) => readFileSync(path.join(logs, name), 'utf8'))
    .join('\n');
}
