// The integration suites: tests inside the extension host of a real VS Code, through @vscode/test-electron's runTests.
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { ensureCodeServer, root } from './ensure.mjs';

/** Where desktop VS Code can be downloaded and shown, its executable; else the shim that starts code-server. */
async function executable() {
  const canShow = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (canShow) {
    try {
      const answer = await fetch('https://update.code.visualstudio.com/api/releases/stable', { signal: AbortSignal.timeout(5000) });
      if (answer.ok) return { path: await downloadAndUnzipVSCode('stable'), desktop: true };
    } catch {
      // Not to be had from here: code-server is the same VS Code.
    }
  }
  await ensureCodeServer();
  return { path: path.join(root, 'test/support/vscodeShim.mjs'), desktop: false };
}

/** Each variant is one run of VS Code: with the stand-in core, without a core, with the real one where it is given. */
function variants(notRunFile) {
  const standIn = path.join(root, 'out/coreStandIn');
  const list = [{ name: 'no core', extensions: [], env: { SUNABA_TEST_CORE: 'none' } }];
  if (existsSync(path.join(standIn, 'package.json')))
    list.push({ name: 'stand-in core', extensions: [standIn], env: { SUNABA_TEST_CORE: 'standIn' } });
  const real = process.env['SUNABA_WASI_CORE'];
  if (real) list.push({ name: 'real core', extensions: [path.resolve(real)], env: { SUNABA_TEST_CORE: 'real' } });
  else appendFileSync(notRunFile, 'integration on the real VS Code WASI core: no folder is given by SUNABA_WASI_CORE\n');
  return list;
}

/** Runs `tests` (its `run` export, in the extension host) once a variant, or once each of `cores`; what it counted comes from its report. */
export async function integrationSuite({ scratch, notRunFile, tests = 'out/integration/index.cjs', cores, env: more = {} }) {
  const vscode = await executable();
  const totals = { passed: 0, failed: 0 };
  for (const variant of variants(notRunFile)) {
    if (cores && !cores.includes(variant.env.SUNABA_TEST_CORE)) continue;
    console.log(`VS Code with ${variant.name}:`);
    const folder = path.join(scratch, `workspace-${variant.env.SUNABA_TEST_CORE}`);
    const sample = path.join(root, 'test/fixtures/workspace');
    mkdirSync(folder, { recursive: true });
    if (existsSync(sample)) cpSync(sample, folder, { recursive: true });
    const report = path.join(scratch, `integration-${variant.env.SUNABA_TEST_CORE}.json`);
    const env = {
      ...variant.env,
      ...more,
      SUNABA_TEST_REPORT: report,
      SUNABA_NOT_RUN: notRunFile,
      SUNABA_TEST_WORKSPACE: folder,
      SUNABA_TEST_EXTENSIONS: variant.extensions.join(path.delimiter),
    };
    try {
      await runTests({
        vscodeExecutablePath: vscode.path,
        extensionDevelopmentPath: vscode.desktop ? [root, ...variant.extensions] : root,
        extensionTestsPath: path.join(root, tests),
        launchArgs: [folder, '--disable-workspace-trust'],
        extensionTestsEnv: env,
      });
    } catch (error) {
      if (!existsSync(report)) {
        console.error(error instanceof Error ? error.message : error);
        totals.failed++;
        continue;
      }
    }
    if (!existsSync(report)) {
      totals.failed++;
      continue;
    }
    const { passed, failed } = JSON.parse(readFileSync(report, 'utf8'));
    totals.passed += passed;
    totals.failed += failed;
  }
  return totals;
}
