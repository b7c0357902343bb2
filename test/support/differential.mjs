// A differential suite: each case runs with the machine's GNU programs and in Sunaba, over fresh copies of one folder, and
// standard output, exit status, the files afterwards and standard error are compared. test/shell and test/tools say what
// their cases are; this file runs them, natively or in sandboxes, on whichever host those are.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** @typedef {{ stdout: string, stderr: string, status: number | string, ms: number }} Outcome Bytes as latin1 text. */
/** @typedef {{ topic: string, name: string, script: string, native: boolean, stderr: 'text' | 'any' | 'ignore' }} Case */
/** @typedef {{ command: string, env: Record<string, string>, input: Buffer | string | null }} SandboxRun */
/** @typedef {{ run(run: SandboxRun, folder: string): Promise<Outcome>, forget(folder: string): Promise<void> }} Sandboxes See keptSandbox.main.ts. */
/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} here The suite's folder, where known-differences.txt lies.
 * @property {number} limitMs The most that one run of a case may take.
 * @property {Case[]} cases
 * @property {string[]} notRun Sentences about cases that this machine cannot compare.
 * @property {(folder: string) => void} fill Puts a fresh copy of the cases' folder at a path.
 * @property {(item: Case, folder: string) => Promise<Outcome>} reference Runs a case with GNU's programs.
 * @property {(item: Case, folder: string) => SandboxRun} sandboxed How a case runs in a sandbox.
 * @property {(text: string) => string} tidyOutput Takes out of standard output what may differ.
 * @property {(text: string) => string} tidy Takes out of standard error what may differ from run to run.
 */

/** Runs a program with its own process group, which is killed as one at the limit. @returns {Promise<Outcome>} */
export function runProgram(command, args, { cwd, env, input = null, argv0, limitMs }) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(command, args, { cwd, argv0, env, stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'], detached: true });
    const out = [];
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    const timer = setTimeout(() => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    }, limitMs);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const text = (chunks) => Buffer.concat(chunks).toString('latin1');
      resolve({ stdout: text(out), stderr: text(err), status: code ?? `signal ${signal}`, ms: performance.now() - started });
    });
  });
}

/** Sandboxes of the embedded host, kept over many cases as a conversation keeps its own. @returns {Sandboxes} */
export function embeddedSandboxes(root, limitMs) {
  return createRequire(import.meta.url)(join(root, 'out/keptSandbox.cjs')).keepEmbeddedSandboxes(join(root, 'dist'), limitMs);
}

/** How many cases one sandbox sees: each leaves a checkpoint of its folder, and 500 are kept. */
const casesOfSandbox = 100;

/** Every file below a folder with its kind, mode and content. */
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
      } else if (entry.isFile()) found[name] = `${(statSync(full).mode & 0o777).toString(8)} ${readFileSync(full, 'latin1')}`;
      else found[name] = 'other';
    }
  };
  walk(folder);
  return found;
}

/** Differences that stay in WebAssembly, `topic/name: reason` a line; docs/shell.md tells them too. */
function readKnown(here) {
  const file = join(here, 'known-differences.txt');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
}

/** @param {Suite} suite */
async function compare(suite, item, folder, ours, where) {
  const results = [];
  for (const run of [suite.reference, ours]) {
    // The folder itself stays: a sandbox is open on it.
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    suite.fill(folder);
    const outcome = await run(item, folder);
    results.push({ ...outcome, files: listFiles(folder) });
  }
  const [want, got] = results;
  const placed = (text) => text.replaceAll(folder, where ?? folder);
  const [out, ourOut] = [want, got].map(({ stdout }) => suite.tidyOutput(placed(stdout)));
  const faults = [];
  if (out !== ourOut) faults.push(['stdout', out, ourOut]);
  if (want.status !== got.status) faults.push(['status', want.status, got.status]);
  const [x, y] = [want, got].map(({ stderr }) => suite.tidy(placed(stderr)));
  if (item.stderr === 'text' ? x !== y : item.stderr === 'any' && (x === '') !== (y === '')) faults.push(['stderr', x, y]);
  for (const name of new Set([...Object.keys(want.files), ...Object.keys(got.files)]))
    if (want.files[name] !== got.files[name]) faults.push([`file ${name}`, want.files[name], got.files[name]]);
  return { item, faults, wantMs: want.ms, gotMs: got.ms };
}

const shown = (value) => JSON.stringify(value ?? 'not there').slice(0, 1500);

/** @param {(line: string) => void} say */
function report({ item, faults }, show, say) {
  say(`FAIL ${item.topic}/${item.name}: ${faults.map(([what]) => what).join(', ')}`);
  if (!show) return;
  say(item.script.slice(0, 4000).replace(/^/gm, '    | '));
  for (const [what, want, got] of faults) say(`  ${what}\n    GNU:  ${shown(want)}\n    ours: ${shown(got)}`);
}

/**
 * Runs a suite's cases and prints what differs; the last line tells the counts.
 *
 * @param {Suite} suite
 * @param {object} options `native` runs a case without a sandbox, else `sandboxes` do.
 * @param {(item: Case, folder: string) => Promise<Outcome>} [options.native]
 * @param {Sandboxes} [options.sandboxes]
 * @param {(line: string) => void} [options.say]
 */
export async function runSuite(suite, { native, sandboxes, only, show = false, jobs = 2, timings = false, say = console.log }) {
  for (const sentence of suite.notRun) say(`not run: ${sentence}`);
  const ours = native ?? ((item, folder) => sandboxes.run(suite.sandboxed(item, folder), folder));
  const known = native ? new Map() : readKnown(suite.here);
  const nameOf = ({ topic, name }) => `${topic}/${name}`;
  const queue = suite.cases.filter((item) => (only === undefined || nameOf(item).includes(only)) && (native || !item.native));
  const base = mkdtempSync(join(tmpdir(), `${suite.name}-suite-`));
  const done = [];
  try {
    await Promise.all(
      Array.from({ length: jobs }, async (_, at) => {
        for (let lot = 0; queue.length > 0; lot++) {
          const folder = join(base, `w${at}-${lot}`, 'workspace');
          for (let left = casesOfSandbox, item; left > 0 && (item = queue.shift()); left--) {
            const result = await compare(suite, item, folder, ours, native ? undefined : '/workspace');
            done.push(result);
            if (result.faults.length > 0 && !known.has(nameOf(item))) report(result, show, say);
          }
          await sandboxes?.forget(folder);
          rmSync(folder, { recursive: true, force: true });
        }
      }),
    );
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
  const differing = done.filter(({ faults }) => faults.length > 0);
  const failed = differing.filter(({ item }) => !known.has(nameOf(item)));
  if (timings) {
    const ratios = done.map(({ wantMs, gotMs }) => gotMs / wantMs).sort((p, q) => p - q);
    say(`time, ours : GNU's, median ${ratios[Math.floor(ratios.length / 2)]?.toFixed(2)}`);
  }
  for (const { item } of differing) if (known.has(nameOf(item))) say(`differs as listed: ${nameOf(item)}: ${known.get(nameOf(item))}`);
  for (const { item, faults } of done) if (faults.length === 0 && known.has(nameOf(item))) say(`no longer differs: ${nameOf(item)}`);
  const passed = done.length - differing.length;
  say(`${passed} passed, ${failed.length} failed`);
  return { passed, failed: failed.length, listed: differing.length - failed.length };
}
