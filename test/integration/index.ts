import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/**
 * Runs every bundled `*.test.cjs` beside this file in the extension host. Lines for people go to the console with a
 * prefix that the shim lets through; the counts go to the file that SUNABA_TEST_REPORT names.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false });
  const pattern = process.env['SUNABA_TEST_GREP'];
  if (pattern) mocha.grep(new RegExp(pattern));
  const files = readdirSync(__dirname, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.cjs'));
  for (const name of files.sort()) mocha.addFile(path.join(__dirname, name));
  const failures: { title: string; error: string }[] = [];
  const counts = { passed: 0, failed: 0 };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) => {
      counts.passed++;
      console.log(`[test]   ✓ ${test.fullTitle()} (${test.duration ?? 0} ms)`);
    });
    runner.on('fail', (test, error: Error) => {
      counts.failed++;
      failures.push({ title: test.fullTitle(), error: error.stack ?? error.message });
      console.log(`[test]   ✗ ${test.fullTitle()}\n[test] ${error.stack ?? error.message}`);
    });
  });
  const report = process.env['SUNABA_TEST_REPORT'];
  if (report) writeFileSync(report, JSON.stringify({ ...counts, failures, files: files.length }));
  if (counts.failed > 0) throw new Error(`${counts.failed} integration tests failed`);
  if (counts.passed === 0) throw new Error('no integration test ran');
}
