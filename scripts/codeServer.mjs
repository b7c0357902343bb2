// Starts a code-server (VS Code in the browser, its extension host a node process) for tests and `npm start`.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ensureCodeServer, run } from './ensure.mjs';

/** A port that was free a moment ago on the loopback interface. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Settings that keep VS Code's own chat, welcome page and telemetry out of the way. */
export const quietSettings = {
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'workbench.tips.enabled': false,
  'security.workspace.trust.startupPrompt': 'never',
  'extensions.ignoreRecommendations': true,
};

/** A private directory for one run: user data and extensions. */
export function makeProfile(settings = {}) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'sunaba-profile-'));
  const userData = path.join(directory, 'user-data');
  mkdirSync(path.join(userData, 'User'), { recursive: true });
  mkdirSync(path.join(directory, 'extensions'), { recursive: true });
  writeFileSync(path.join(userData, 'User/settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2));
  return {
    directory,
    userData,
    extensions: path.join(directory, 'extensions'),
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/**
 * Starts code-server and waits until it listens. `trust: false` opens folders in Restricted Mode.
 * `smoke` lets a page's payload name extensions under development and tests.
 */
export async function startCodeServer({
  userData,
  extensions,
  port = 0,
  trust = true,
  smoke = true,
  env = {},
  host = '127.0.0.1',
  quiet = true,
}) {
  const { node, entry } = await ensureCodeServer();
  const chosen = port || (await freePort());
  const args = [entry, '--auth', 'none', '--bind-addr', `${host}:${chosen}`, '--user-data-dir', userData, '--extensions-dir', extensions];
  args.push('--config', path.join(userData, 'code-server.yaml'), '--disable-telemetry', '--disable-update-check');
  if (trust) args.push('--disable-workspace-trust');
  if (smoke) args.push('--vscode-option', 'enable-smoke-test-driver');
  const clean = { ...process.env, ...env };
  // Inherited from a VS Code terminal these would make code-server talk to that one.
  for (const name of ['VSCODE_IPC_HOOK_CLI', 'VSCODE_PID', 'ELECTRON_RUN_AS_NODE']) delete clean[name];
  const child = spawn(node, args, { env: clean, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' });
  let log = '';
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`code-server did not listen within 60 s:\n${log}`)), 60_000);
    const onData = (chunk) => {
      log = (log + String(chunk)).slice(-20_000);
      if (!quiet) process.stderr.write(chunk);
      if (log.includes('HTTP server listening')) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`code-server ended with ${code}:\n${log}`));
    });
  });
  return {
    port: chosen,
    origin: `http://${host}:${chosen}`,
    pid: child.pid,
    log: () => log,
    /** The page that opens `folder`, with an optional payload of smoke-test options. */
    url(folder, payload = [], query = 'folder') {
      const parts = [];
      if (folder) parts.push(`${query}=${encodeURIComponent(folder)}`);
      else parts.push('ew=true');
      if (payload.length > 0) parts.push(`payload=${encodeURIComponent(JSON.stringify(payload))}`);
      return `http://${host}:${chosen}/?${parts.join('&')}`;
    },
    ended,
    async stop() {
      if (child.exitCode !== null) return;
      // The whole group: its extension hosts are grandchildren.
      const signal = (name) => {
        try {
          if (process.platform === 'win32') child.kill(name);
          else process.kill(-child.pid, name);
        } catch {
          // It has ended in between.
        }
      };
      signal('SIGTERM');
      const killer = setTimeout(() => signal('SIGKILL'), 5000);
      await ended;
      clearTimeout(killer);
      signal('SIGKILL');
    },
  };
}

/** Flags that Chromium needs as root, without a network and without a display. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function readJson(file, fallback) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : fallback;
}

/** Makes an extension's folder stand in an extensions directory, as if it were installed. */
export function installFolder(directory, extensions) {
  const { name, publisher, version } = readJson(path.join(directory, 'package.json'), {});
  const target = path.join(extensions, `${publisher}.${name}-${version}`);
  rmSync(target, { recursive: true, force: true });
  cpSync(directory, target, { recursive: true, dereference: true });
  // A folder put here by hand is not seen while an older list of the extensions stands here.
  rmSync(path.join(extensions, 'extensions.json'), { force: true });
}

/** Installs a VSIX the way a user does. */
export async function installVsix(vsix, { userData, extensions }) {
  const { node, entry } = await ensureCodeServer();
  const config = path.join(userData, 'code-server.yaml');
  await run(node, [entry, '--config', config, '--install-extension', vsix, '--extensions-dir', extensions, '--user-data-dir', userData]);
}
