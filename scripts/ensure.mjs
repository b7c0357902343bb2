// What the commands need and a bare machine lacks: node_modules, Node 24 and code-server (kept in a cache outside the
// checkout), Debian's Chromium. Only node's own modules here: this runs before `npm ci`.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync, accessSync, constants, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.dirname(import.meta.dirname);

/** Where downloads live that checkouts share. */
export function cacheDirectory() {
  const base =
    process.env['XDG_CACHE_HOME'] ||
    (process.platform === 'darwin' ? path.join(os.homedir(), 'Library/Caches') : path.join(os.homedir(), '.cache'));
  const directory = path.join(process.platform === 'win32' && process.env['LOCALAPPDATA'] ? process.env['LOCALAPPDATA'] : base, 'sunaba');
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** The first executable of these names on PATH, or undefined. */
export function which(...names) {
  for (const name of names) {
    for (const directory of (process.env['PATH'] ?? '').split(path.delimiter)) {
      const file = path.join(directory, process.platform === 'win32' ? `${name}.cmd` : name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this directory; the next one may have it.
      }
    }
  }
  return undefined;
}

/** The environment without what an outer `npm run` put there: an inner npm would take the outer one's node for its own. */
function withoutOuterNpm(env) {
  const outer = /^(npm_(config_user_agent|node_execpath|execpath|command|lifecycle_.*|package_.*)|NODE|INIT_CWD)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !outer.test(name)));
}

/** Runs a command and rejects with its last lines when it fails. Its output is shown with `show`. */
export function run(command, args, { cwd = root, env = process.env, show = false, timeoutMs = 900_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: withoutOuterNpm(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      timeout: timeoutMs,
    });
    let tail = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        tail = (tail + String(chunk)).slice(-4000);
        if (show) process.stdout.write(chunk);
      });
    }
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(tail) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${tail}`)),
    );
  });
}

function say(text) {
  process.stdout.write(`sunaba: ${text}\n`);
}

/** Does `task` once: several commands may start at the same time and share the cache; one of them does it, the others wait. */
async function once(directory, name, task) {
  const stamp = path.join(directory, `.${name}.done`);
  const lock = path.join(directory, `.${name}.lock`);
  for (let told = false; !existsSync(stamp);) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!told) say(`waiting for another command that sets up ${directory} …`);
      told = true;
      if (isLeft(lock)) rmSync(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 1000));
      continue;
    }
    try {
      // It may have been done between the look and the lock.
      if (existsSync(stamp)) return;
      await task();
      writeFileSync(stamp, '');
    } finally {
      rmSync(lock, { force: true });
    }
  }
}

/** Whether the process that wrote its id there is no more. */
function isLeft(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (!(pid > 0)) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** `npm ci` when node_modules is missing or belongs to another lock file. */
export async function ensureDependencies() {
  const lock = readFileSync(path.join(root, 'package-lock.json'));
  const stamp = path.join(root, 'node_modules/.sunaba-lock');
  if (existsSync(stamp) && readFileSync(stamp).equals(lock)) return;
  say('installing npm packages (npm ci) …');
  await run('npm', ['ci', '--no-audit', '--no-fund']);
  writeFileSync(stamp, lock);
}

function isRoot() {
  return process.getuid?.() === 0;
}

/** Debian packages that the browser host needs; installs them as root, else says which command does. */
export async function ensureSystemPackages() {
  if (process.platform !== 'linux') return;
  const missing = [];
  if (!which('chromium', 'chromium-browser', 'google-chrome')) missing.push('chromium');
  if (!['/usr/include/krb5.h', '/usr/include/gssapi.h', '/usr/include/mit-krb5/gssapi.h'].some((file) => existsSync(file)))
    missing.push('libkrb5-dev');
  for (const [tool, name] of [
    ['make', 'make'],
    ['g++', 'g++'],
    ['python3', 'python3'],
  ])
    if (!which(tool)) missing.push(name);
  if (missing.length === 0) return;
  if (!isRoot() || !which('apt-get'))
    throw new Error(`These system packages are missing. Run: sudo apt-get install -y ${missing.join(' ')}`);
  say(`installing ${missing.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  await run('apt-get', ['install', '-y', '-q', ...missing], { env });
}

/** Tools of a Debian machine that the differential suites compare with; best effort, for root only: what is missing is named by the suite. */
export async function ensureComparisonTools() {
  if (process.platform !== 'linux' || !isRoot() || !which('apt-get')) return;
  const wanted = {
    gawk: 'gawk',
    jq: 'jq',
    rg: 'ripgrep',
    xxd: 'xxd',
    hexdump: 'bsdextrautils',
    tree: 'tree',
    file: 'file',
    patch: 'patch',
    zip: 'zip',
    unzip: 'unzip',
    bc: 'bc',
    ed: 'ed',
    uuencode: 'sharutils',
    time: 'time',
    strings: 'binutils',
  };
  const missing = Object.entries(wanted)
    .filter(([tool]) => !which(tool))
    .map(([, name]) => name);
  if (missing.length === 0) return;
  say(`installing ${missing.join(', ')} to compare with …`);
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-y', '-q', ...missing], { env });
  } catch (error) {
    say(`not installed: ${String(error).split('\n')[0]}`);
  }
}

/** Node 24 from npm's package `node`: code-server needs it, whatever node runs this. */
export async function ensureNode24() {
  const directory = path.join(cacheDirectory(), 'node24');
  const binary = path.join(directory, 'node_modules/.bin/node');
  mkdirSync(directory, { recursive: true });
  await once(directory, 'installed', async () => {
    say('installing Node 24 from npm …');
    writeFileSync(path.join(directory, 'package.json'), '{"private":true}');
    await run('npm', ['install', '--no-audit', '--no-fund', 'node@24'], { cwd: directory });
  });
  execFileSync(binary, ['-v']);
  return binary;
}

/** VS Code as code-server has it; see docs/architecture.md, "A real VS Code in the tests". */
export const codeServerVersion = '4.139.1';

/** Installs code-server where it is not there yet; gives the node to run it with and its entry. */
export async function ensureCodeServer() {
  await ensureSystemPackages();
  const node = await ensureNode24();
  const directory = path.join(cacheDirectory(), `code-server-${codeServerVersion}`);
  const entry = path.join(directory, 'node_modules/code-server/out/node/entry.js');
  mkdirSync(directory, { recursive: true });
  await once(directory, 'installed', async () => {
    say(`installing code-server ${codeServerVersion} from npm (about two minutes, 0.6 GB) …`);
    rmSync(path.join(directory, 'node_modules'), { recursive: true, force: true });
    writeFileSync(path.join(directory, 'package.json'), '{"private":true}');
    const PATH = `${path.dirname(node)}${path.delimiter}${process.env['PATH'] ?? ''}`;
    await run('npm', ['install', '--no-audit', '--no-fund', `code-server@${codeServerVersion}`], {
      cwd: directory,
      env: { ...process.env, PATH },
    });
  });
  return { node, entry };
}

/** A Chromium to drive, or undefined. */
export function findChromium() {
  return process.env['SUNABA_CHROMIUM'] || which('chromium', 'chromium-browser', 'google-chrome');
}
