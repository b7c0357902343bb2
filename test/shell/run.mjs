#!/usr/bin/env node
// Runs every case in GNU bash and in the shell of guests/shell, over fresh copies of one folder, and compares standard
// output, exit status, the files afterwards and standard error.
//
//   node test/shell/run.mjs [--shell PATH] [--wasm] [--only TEXT] [--show] [--jobs N]
//
// --shell: a native build of the shell (default: guests/target/release/sunaba-shell). --wasm: through the built
// command line's `exec`, on the embedded host. A case file holds many cases: `=== name` begins one, `#: file` makes it a
// script file, `#: stdin` feeds it to standard input, `#: stderr any` compares only whether there were errors, `#: native`
// keeps it from WebAssembly, where the sandbox' own rules show (docs/shell.md).
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const { values: options } = parseArgs({
  options: {
    shell: { type: 'string', default: join(root, 'guests/target/release/sunaba-shell') },
    wasm: { type: 'boolean', default: false },
    cases: { type: 'string', default: join(here, 'cases') },
    only: { type: 'string' },
    show: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    timings: { type: 'boolean', default: false },
  },
});

/** Differences that stay in WebAssembly, `topic/name: reason` a line; the documentation tells them too (docs/shell.md). */
function readKnown() {
  const file = join(here, 'known-differences.txt');
  const lines = options.wasm && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
}

const limitMs = 20_000;

/** @typedef {{ name: string, topic: string, script: string, how: 'string' | 'file' | 'stdin', stderr: 'text' | 'any' | 'ignore', native: boolean }} Case */

/** @returns {Case[]} */
function readCases() {
  const cases = [];
  for (const file of readdirSync(options.cases).sort()) {
    if (!file.endsWith('.txt')) continue;
    const topic = basename(file, '.txt');
    const text = readFileSync(join(options.cases, file), 'latin1');
    for (const piece of text.split(/^=== /m).slice(1)) {
      const end = piece.indexOf('\n');
      const name = piece.slice(0, end).trim();
      let script = piece.slice(end + 1);
      const found = { topic, name, how: 'string', stderr: 'text', native: false };
      for (let match; (match = /^#: (.*)\n/.exec(script)); script = script.slice(match[0].length)) {
        const [key, value] = match[1].split(' ');
        if (key === 'file' || key === 'stdin') found.how = key;
        else if (key === 'stderr') found.stderr = value;
        else if (key === 'native') found.native = true;
        else throw new Error(`${file}: ${name}: unknown directive ${key}`);
      }
      // A blank line in front of the next case is not part of this one.
      cases.push({ ...found, script: script.replace(/\n\n$/, '\n').replace(/\n$/, '') });
    }
  }
  return cases.filter(({ topic, name }) => options.only === undefined || `${topic}/${name}`.includes(options.only));
}

const environment = {
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
  TMPDIR: '/tmp',
  USER: 'tester',
  LOGNAME: 'tester',
};

function run(command, args, { cwd, input, argv0 }) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, args, {
      cwd,
      argv0,
      env: { ...environment, HOME: cwd, PWD: cwd, XDG_STATE_HOME: join(base, 'state') },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const timer = setTimeout(() => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }, limitMs);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({
        stdout: Buffer.concat(out).toString('latin1'),
        stderr: Buffer.concat(err).toString('latin1'),
        status: code ?? `signal ${signal}`,
        ms: performance.now() - started,
      });
    });
  });
}

/** Every file below a folder with its kind and content. */
function listFiles(folder) {
  const found = {};
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const full = join(path, entry.name);
      const name = relative(folder, full);
      if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(full)}`;
      else if (entry.isDirectory()) {
        found[name] = 'folder';
        walk(full);
      } else if (entry.isFile()) found[name] = `${(statSync(full).mode & 0o111) !== 0 ? 'x ' : ''}${readFileSync(full, 'latin1')}`;
      else found[name] = 'other';
    }
  };
  walk(folder);
  return found;
}

/** Process ids differ from run to run. */
function normalise(text) {
  return text
    .replace(/\b\d{2,7} (Terminated|Killed|Hangup|Aborted|Segmentation fault|User defined)/g, 'PID $1')
    .replace(/(Terminated|Killed|Hangup|Aborted|Segmentation fault).*$/gm, '$1')
    .replace(/\(\d{3,7}\) - /g, '(PID) - ');
}

/** The built command line, which runs the shell in WebAssembly over the same folder. */
function inSandbox({ how, script }, work) {
  const command = how === 'string' ? text(script) : how === 'file' ? 'exec bash ./case.sh' : 'exec bash';
  const cli = join(root, 'dist/cli.cjs');
  return { command: process.execPath, args: [cli, 'exec', '--root', work, '--mode', 'auto', '--env', 'LC_ALL=C.UTF-8', '--', command] };
}

/** A script of a case file, whose bytes are read one by one, as text. */
function text(script) {
  return /[\x80-\xff]/.test(script) ? Buffer.from(script, 'latin1').toString('utf8') : script;
}

async function one(item, work) {
  const results = [];
  for (const which of ['bash', 'ours']) {
    rmSync(work, { recursive: true, force: true });
    cpSync(join(here, 'folder'), work, { recursive: true });
    const script = Buffer.from(item.script, 'latin1');
    let args = [];
    let input = '';
    if (item.how === 'string') args = ['-c', text(item.script)];
    else if (item.how === 'file') {
      writeFileSync(join(work, 'case.sh'), script);
      args = ['./case.sh'];
    } else input = script;
    const ours = options.wasm ? inSandbox(item, work) : { command: options.shell, args };
    const chosen = which === 'bash' ? { command: '/bin/bash', args } : ours;
    const result = await run(chosen.command, chosen.args, { cwd: work, input, argv0: 'bash' });
    results.push({ ...result, files: listFiles(work) });
  }
  const [bash, ours] = results;
  if (options.wasm) for (const name of ['stdout', 'stderr']) bash[name] = bash[name].replaceAll(work, '/workspace');
  ours.stderr = ours.stderr.replace(/^sunaba: \d+ changes? applied\.\n/m, '');
  const faults = [];
  if (bash.stdout !== ours.stdout) faults.push(['stdout', bash.stdout, ours.stdout]);
  if (bash.status !== ours.status) faults.push(['status', bash.status, ours.status]);
  const [a, b] = [JSON.stringify(bash.files), JSON.stringify(ours.files)];
  if (a !== b) faults.push(['files', a, b]);
  const [x, y] = [normalise(bash.stderr), normalise(ours.stderr)];
  if (item.stderr === 'text' ? x !== y : item.stderr === 'any' && (x === '') !== (y === '')) faults.push(['stderr', x, y]);
  return { item, faults, bashMs: bash.ms, oursMs: ours.ms };
}

const cases = readCases().filter(({ native }) => !(native && options.wasm));
const base = mkdtempSync(join(tmpdir(), 'shell-suite-'));
const queue = [...cases];
const done = [];
await Promise.all(
  Array.from({ length: Number(options.jobs) }, async (_, at) => {
    const work = join(base, `w${at}`, 'workspace');
    mkdirSync(dirname(work), { recursive: true });
    for (let item; (item = queue.shift());) done.push(await one(item, work));
  }),
);
rmSync(base, { recursive: true, force: true });

const known = readKnown();
const nameOf = ({ item }) => `${item.topic}/${item.name}`;
const differing = done.filter(({ faults }) => faults.length > 0);
const failed = differing.filter((result) => !known.has(nameOf(result)));
for (const { item, faults } of failed) {
  console.log(`FAIL ${item.topic}/${item.name}`);
  if (!options.show) continue;
  console.log(item.script.replace(/^/gm, '    | '));
  for (const [what, want, got] of faults) console.log(`  ${what}\n    bash: ${JSON.stringify(want)}\n    ours: ${JSON.stringify(got)}`);
}
if (options.timings) {
  const ratios = done.map(({ bashMs, oursMs }) => oursMs / bashMs).sort((p, q) => p - q);
  console.log(`time, ours : bash, median ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)}`);
}
const version = spawnSync('/bin/bash', ['-c', 'echo $BASH_VERSION'], { encoding: 'utf8' }).stdout.trim();
console.log(`compared with GNU bash ${version}`);
for (const result of differing)
  if (known.has(nameOf(result))) console.log(`differs as listed: ${nameOf(result)}: ${known.get(nameOf(result))}`);
for (const result of done) if (result.faults.length === 0 && known.has(nameOf(result))) console.log(`no longer differs: ${nameOf(result)}`);
console.log(`${done.length - differing.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 && done.length > 0 ? 0 : 1;
