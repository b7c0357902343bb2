#!/usr/bin/env node
// Runs every case with the machine's GNU tools and with Sunaba's, over fresh copies of one folder, and compares standard
// output, exit status, the files afterwards and standard error.
//
//   node test/tools/run.mjs (--wasm | --native FOLDER) [--only TEXT] [--show] [--jobs N]
//
// --wasm: through the built command line's `exec`, on the embedded host. --native: FOLDER holds the tools' names as links
// to their native builds; the shell is then the machine's bash. In a case file `### name` begins a case; after the name
// `stderr-any` compares only whether there were errors, and `native` keeps a case from --wasm. Messages that quote with
// curly marks in a UTF-8 locale count as those with straight ones.
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const { values: options } = parseArgs({
  options: {
    wasm: { type: 'boolean', default: false },
    native: { type: 'string' },
    only: { type: 'string' },
    show: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    timings: { type: 'boolean', default: false },
  },
});
if (options.wasm === (options.native !== undefined)) {
  console.error('Usage: run.mjs (--wasm | --native FOLDER) [--only TEXT] [--show] [--jobs N]');
  process.exit(2);
}

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

const limitMs = 30_000;
const gnuPath = '/usr/bin:/bin';
const environment = { LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8', TZ: 'UTC', HOME: '/nonexistent', USER: 'u' };

/** The GNU tools that a topic is compared with; where one is missing, its cases are named as not run. */
const needed = {
  awk: ['gawk'],
  jq: ['jq'],
  patch: ['patch'],
  text: ['tree', 'file', 'xxd', 'hexdump', 'column', 'strings'],
  archive: ['zip', 'unzip'],
  rg: ['rg'],
  bc: ['bc'],
};

function has(program) {
  return gnuPath.split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @returns {{ topic: string, name: string, words: string[], script: string }[]} */
function readCases() {
  const cases = [];
  for (const file of readdirSync(join(here, 'cases')).sort()) {
    const topic = basename(file, '.cases');
    const text = readFileSync(join(here, 'cases', file), 'utf8');
    for (const piece of text.split(/^### /m).slice(1)) {
      const end = piece.indexOf('\n');
      const [name = '', ...words] = piece.slice(0, end).trim().split(/\s+/);
      cases.push({ topic, name, words, script: piece.slice(end + 1).trimEnd() });
    }
  }
  return cases
    .filter(({ topic, name }) => options.only === undefined || `${topic}/${name}`.includes(options.only))
    .filter(({ words }) => !(options.wasm && words.includes('native')));
}

function run(command, args, cwd, path, own = {}) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, args, {
      cwd,
      env: { ...environment, PATH: path, ...own },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    const timer = setTimeout(() => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }, limitMs);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const plain = (chunks) => Buffer.concat(chunks).toString('latin1').replaceAll('\xe2\x80\x98', "'").replaceAll('\xe2\x80\x99', "'");
      resolve({ stdout: plain(out), stderr: plain(err), status: code ?? `signal ${signal}`, ms: performance.now() - started });
    });
  });
}

/** Every file below a folder with its kind, mode and content. */
function listFiles(folder) {
  const found = {};
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const full = join(path, entry.name);
      const name = relative(folder, full);
      if (entry.isSymbolicLink()) found[name] = `-> ${readlinkSync(full)}`;
      else if (entry.isDirectory()) {
        found[name] = 'folder';
        walk(full);
      } else found[name] = `${(statSync(full).mode & 0o777).toString(8)} ${readFileSync(full, 'latin1')}`;
    }
  };
  walk(folder);
  return found;
}

async function one(item, fixture, work) {
  const results = [];
  for (const which of ['gnu', 'ours']) {
    rmSync(work, { recursive: true, force: true });
    cpSync(fixture, work, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    let done;
    if (which === 'gnu') done = await run('/bin/bash', ['-c', item.script], work, gnuPath);
    else if (options.wasm) {
      const variables = ['LC_ALL', 'LANG', 'TZ', 'USER', 'HOME'].flatMap((name) => ['--env', `${name}=${environment[name]}`]);
      const args = [join(root, 'dist/cli.cjs'), 'exec', '--root', work, '--mode', 'auto', ...variables, '--', item.script];
      // Where the command line keeps its state; the tools' own HOME is not for that.
      done = await run(process.execPath, args, work, process.env.PATH ?? gnuPath, { XDG_STATE_HOME: join(base, 'state') });
    } else done = await run('/bin/bash', ['-c', item.script], work, options.native);
    results.push({ ...done, files: listFiles(work) });
  }
  const [gnu, ours] = results;
  const clean = (text) => text.replaceAll(work, '/workspace').replace(/^(?:\/bin\/)?bash: (?:line \d+: )?(?:\s*\d+ )?/gm, 'bash: ');
  const faults = [];
  if (clean(gnu.stdout) !== clean(ours.stdout)) faults.push(['stdout', clean(gnu.stdout), clean(ours.stdout)]);
  if (gnu.status !== ours.status) faults.push(['status', gnu.status, ours.status]);
  // What the command line itself says of the changes it applied is not the tools'.
  const [x, y] = [clean(gnu.stderr), clean(ours.stderr).replace(/^sunaba: .*\n/gm, '')];
  if (item.words.includes('stderr-any') ? (x === '') !== (y === '') : x !== y) faults.push(['stderr', x, y]);
  for (const name of new Set([...Object.keys(gnu.files), ...Object.keys(ours.files)])) {
    if (gnu.files[name] !== ours.files[name]) faults.push([`file ${name}`, gnu.files[name], ours.files[name]]);
  }
  return { item, faults, gnuMs: gnu.ms, oursMs: ours.ms };
}

const shown = (value) => JSON.stringify(value ?? 'not there').slice(0, 1500);

function report({ item, faults }) {
  if (faults.length === 0) return;
  console.log(`FAIL ${item.topic}/${item.name}: ${faults.map(([what]) => what).join(', ')}`);
  if (!options.show) return;
  console.log(item.script.replace(/^/gm, '    | '));
  for (const [what, want, got] of faults) console.log(`  ${what}\n    gnu:  ${shown(want)}\n    ours: ${shown(got)}`);
}

const lacking = new Map(Object.entries(needed).flatMap(([topic, programs]) => programs.filter((p) => !has(p)).map((p) => [topic, p])));
const all = readCases();
const cases = all.filter(({ topic }) => !lacking.has(topic));
for (const [topic, program] of lacking) {
  const count = all.filter((item) => item.topic === topic).length;
  if (count > 0) console.log(`not run: ${count} cases of ${topic}, for want of ${program} on this machine`);
}
const base = mkdtempSync(join(tmpdir(), 'tools-suite-'));
const fixture = join(base, 'fixture');
mkdirSync(fixture);
spawnSync('/bin/bash', [join(here, 'fixture.sh')], { cwd: fixture, env: { ...environment, PATH: gnuPath }, stdio: 'inherit' });
const queue = [...cases];
const done = [];
await Promise.all(
  Array.from({ length: Number(options.jobs) }, async (_, at) => {
    const work = join(base, `w${at}`, 'w');
    mkdirSync(dirname(work), { recursive: true });
    for (let item; (item = queue.shift());) {
      const result = await one(item, fixture, work);
      done.push(result);
      report(result);
    }
  }),
);
rmSync(base, { recursive: true, force: true });

const known = readKnown();
const nameOf = ({ item }) => `${item.topic}/${item.name}`;
const differing = done.filter(({ faults }) => faults.length > 0);
const failed = differing.filter((result) => !known.has(nameOf(result)));
if (options.timings) {
  const ratios = done.map(({ gnuMs, oursMs }) => oursMs / gnuMs).sort((p, q) => p - q);
  console.log(`time, ours : GNU's, median ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)}`);
}
for (const result of differing)
  if (known.has(nameOf(result))) console.log(`differs as listed: ${nameOf(result)}: ${known.get(nameOf(result))}`);
for (const result of done) if (result.faults.length === 0 && known.has(nameOf(result))) console.log(`no longer differs: ${nameOf(result)}`);
console.log(`${done.length - differing.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 && done.length > 0 ? 0 : 1;
