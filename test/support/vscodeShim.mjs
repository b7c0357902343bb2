#!/usr/bin/env node
// Stands where `@vscode/test-electron` expects VS Code's executable: takes the desktop's arguments, runs the tests in
// code-server's extension host with Chromium as the window, and ends with their exit code.
import { chromium } from 'playwright-core';
import path from 'node:path';
import { chromiumFlags, installFolder, makeProfile, startCodeServer } from '../../scripts/codeServer.mjs';
import { findChromium } from '../../scripts/ensure.mjs';

const options = new Map();
const development = [];
let folder;
for (const argument of process.argv.slice(2)) {
  const match = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
  if (!match) folder ??= path.resolve(argument);
  else if (match[1] === 'extensionDevelopmentPath') development.push(match[2]);
  else options.set(match[1], match[2] ?? '');
}

const settings = process.env['SUNABA_TEST_SETTINGS'];
const profile = makeProfile(settings ? JSON.parse(settings) : {});
// Extensions that a suite wants beside ours: the stand-in core, or the real one.
for (const directory of (process.env['SUNABA_TEST_EXTENSIONS'] ?? '').split(path.delimiter).filter(Boolean)) {
  installFolder(directory, profile.extensions);
}

const limitMs = Number(process.env['SUNABA_TEST_TIMEOUT_MS'] ?? 600_000);
let code = 1;
let browser;
let server;
try {
  server = await startCodeServer({
    userData: profile.userData,
    extensions: profile.extensions,
    trust: options.has('disable-workspace-trust'),
  });
  const uri = (file) => `vscode-remote://127.0.0.1:${server.port}${file}`;
  const payload = development.map((directory) => ['extensionDevelopmentPath', uri(directory)]);
  if (options.has('extensionTestsPath')) payload.push(['extensionTestsPath', uri(options.get('extensionTestsPath'))]);
  browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
  const page = await browser.newPage();
  code = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the tests did not end within ${limitMs / 1000} s`)), limitMs);
    const setUp = async () => {
      await page.exposeFunction('codeAutomationLog', (type, args) => {
        const text = (Array.isArray(args) ? args : [args])
          .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
          .join(' ');
        // Everything of ours is prefixed by the reporter; the other lines are VS Code's own.
        if (text.startsWith('[test] ')) console.log(text.slice(7));
        else if (process.env['SUNABA_TEST_VERBOSE']) console.log(`[vscode:${type}] ${text}`);
      });
      await page.exposeFunction('codeAutomationExit', (value) => {
        clearTimeout(timer);
        resolve(Number(value));
      });
      page.on('crash', () => reject(new Error('the window crashed')));
      await page.goto(server.url(folder, payload));
    };
    setUp().catch(reject);
  });
} catch (error) {
  console.error(`vscodeShim: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  await browser?.close();
  await server?.stop();
  profile.remove();
}
process.exit(code);
