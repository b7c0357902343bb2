// `npm test`: everything that is checked, with no earlier command. `node scripts/test.mjs SUITE…` runs some of it.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { ensureCodeServer, ensureComparisonTools, ensureDependencies, ensureSystemPackages, root } from './ensure.mjs';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'sunaba-test-'));
const notRunFile = path.join(scratch, 'not-run.txt');
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Runs a program with its output shown; gives its exit status. */
function show(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, SUNABA_BUILT: '1', SUNABA_NOT_RUN: notRunFile, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

const npx = (...args) => show(process.execPath, [path.join(root, 'node_modules', ...bin(args[0])), ...args.slice(1)]);

/** A package's own program, so that no shell or PATH is between us and it. */
function bin(name) {
  return {
    tsc: ['typescript/bin/tsc'],
    eslint: ['eslint/bin/eslint.js'],
    prettier: ['prettier/bin/prettier.cjs'],
    vitest: ['vitest/vitest.mjs'],
  }[name];
}

// A long run's end is what people see: what failed is told again there.
const failures = [];
const indent = (text) =>
  text
    .split('\n')
    .slice(0, 12)
    .map((line) => `      ${line.slice(0, 400)}`)
    .join('\n');

/** A check that passes or fails as one. */
const check = (task) => async () => ((await task()) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

async function vitest(...args) {
  const report = path.join(scratch, `vitest-${Date.now()}.json`);
  const code = await npx('vitest', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    testResults,
  } = JSON.parse(readFileSync(report, 'utf8'));
  for (const file of testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'pending' || test.status === 'skipped') appendFileSync(notRunFile, `${test.fullName}: skipped\n`);
      if (test.status === 'failed') failures.push(`${test.fullName}\n${indent(test.failureMessages.join('\n'))}`);
    }
    if (file.status === 'failed' && file.assertionResults.length === 0) failures.push(`${file.name}\n${indent(file.message)}`);
  }
  // A file that does not load fails without a failing test in it.
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed, skipped };
}

async function integration() {
  const { integrationSuite } = await import('./testIntegration.mjs');
  return integrationSuite({ scratch, notRunFile });
}

/** A differential suite against the machine's GNU programs; its own last line tells the counts. */
async function differential(script) {
  const { code, text } = await capture(process.execPath, [script, '--wasm']);
  for (const line of text.split('\n')) {
    if (line.startsWith('not run: ')) appendFileSync(notRunFile, `${line.slice(9)}\n`);
    const different = /^FAIL ([^:]+)/.exec(line)?.[1];
    const listed = different !== undefined && text.includes(`differs as listed: ${different}:`);
    if (different !== undefined && !listed) failures.push(`${path.basename(path.dirname(script))}: ${line.slice(5)}`);
  }
  const counts = /^(\d+) passed, (\d+) failed/m.exec(text);
  if (!counts) return { passed: 0, failed: 1 };
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: failed === 0 && code !== 0 ? 1 : failed };
}

/** As `show`, and gives what was printed. */
function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
      process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, text }));
  });
}

const suites = {
  types: check(
    async () =>
      (await npx('tsc', '-p', '.')) || (existsSync(path.join(root, 'src/webview/tsconfig.json')) ? npx('tsc', '-p', 'src/webview') : 0),
  ),
  lint: check(() => npx('eslint', '.')),
  format: check(() => npx('prettier', '--check', '--log-level', 'warn', '.')),
  guests: check(() => show(process.execPath, ['scripts/guests.mjs', '--check'])),
  build: check(() => show(process.execPath, ['esbuild.mjs', '--tests'])),
  unit: () => vitest(),
  shell: () => differential('test/shell/run.mjs'),
  tools: () => differential('test/tools/run.mjs'),
  integration,
  package: check(() => show(process.execPath, ['scripts/package.mjs'])),
  e2e: async () => {
    await ensureCodeServer();
    return vitest('--config', 'vitest.e2e.config.ts');
  },
};

// What a suite needs beside itself.
const before = { unit: ['build'], shell: ['build'], tools: ['build'], integration: ['build'], e2e: ['build', 'package'] };

const asked = process.argv.slice(2);
for (const name of asked) {
  if (!(name in suites)) {
    console.error(`sunaba: there is no suite "${name}". The suites: ${Object.keys(suites).join(', ')}`);
    process.exit(2);
  }
}
const chosen = new Set((asked.length > 0 ? asked : Object.keys(suites)).flatMap((name) => [...(before[name] ?? []), name]));

mkdirSync(path.join(root, 'out'), { recursive: true });
await ensureDependencies();
if (chosen.has('integration') || chosen.has('e2e')) await ensureSystemPackages();
if (chosen.has('shell') || chosen.has('tools')) await ensureComparisonTools();

const totals = { passed: 0, failed: 0 };
const lines = [];
for (const [name, suite] of Object.entries(suites)) {
  if (!chosen.has(name)) continue;
  console.log(`\n── ${name} ${'─'.repeat(60 - name.length)}`);
  const begun = Date.now();
  let counts;
  try {
    counts = await suite();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    counts = { passed: 0, failed: 1 };
  }
  totals.passed += counts.passed;
  totals.failed += counts.failed;
  lines.push(
    `${name.padEnd(12)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(4)} failed   ${((Date.now() - begun) / 1000).toFixed(1)} s`,
  );
  if (name === 'build' && counts.failed > 0) break;
}

console.log(`\n${lines.join('\n')}`);
if (existsSync(notRunFile)) {
  const reasons = [...new Set(readFileSync(notRunFile, 'utf8').trim().split('\n'))];
  console.log(`\nNot run here:\n${reasons.map((line) => `  - ${line}`).join('\n')}`);
}
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((text) => `  - ${text}`).join('\n')}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed > 0 ? 1 : 0);
