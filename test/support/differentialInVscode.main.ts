import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { extensions } from 'vscode';
import { openSandbox } from '../../src/sandbox/vscodeWasi/vscodeSandbox';
import { keepSandboxes, type KeptSandboxes } from './keptSandbox.main';

/* The differential suites inside the extension host, on the VS Code WASI API; scripts/testDifferential.mjs starts it. */

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly listed: number;
}

interface SuiteOptions {
  readonly sandboxes: KeptSandboxes;
  readonly show: boolean;
  readonly jobs: number;
  readonly only: string | undefined;
  readonly say: (line: string) => void;
}

const say = (line: string) => console.log(line.replace(/^/gm, '[test] '));

export async function run(): Promise<void> {
  const extension = extensions.getExtension('sunaba.sunaba');
  if (!extension) throw new Error('Sunaba is not installed here');
  const root = extension.extensionPath;
  const hosts = new Set<string>();
  const load = async (file: string) => (await import(pathToFileURL(path.join(root, 'test', file)).href)) as Record<string, unknown>;
  const { runSuite } = (await load('support/differential.mjs')) as { runSuite: (suite: unknown, options: SuiteOptions) => Promise<Counts> };
  const total = { passed: 0, failed: 0 };
  for (const name of ['shell', 'tools']) {
    const made = (await load(`${name}/suite.mjs`))[`${name}Suite`] as (here: string) => { readonly limitMs: number };
    const suite = made(path.join(root, 'test', name));
    const sandboxes = keepSandboxes(
      async (options) => {
        const { sandbox, notice } = await openSandbox('vscode', options);
        if (notice !== null) say(notice);
        hosts.add(sandbox.host);
        return sandbox;
      },
      path.join(root, 'dist'),
      suite.limitMs,
    );
    const only = process.env['SUNABA_TEST_ONLY'];
    const { passed, failed, listed } = await runSuite(suite, { sandboxes, show: true, jobs: 1, only, say });
    say(
      `${name}, ${[...hosts].join()} host, ${process.env['SUNABA_TEST_CORE'] ?? 'none'} core: ${passed} as GNU, ${listed} listed, ${failed} not`,
    );
    total.passed += passed;
    total.failed += failed;
  }
  const report = process.env['SUNABA_TEST_REPORT'];
  if (report) writeFileSync(report, JSON.stringify({ ...total, failures: [], files: 2 }));
  if (total.failed > 0) throw new Error(`${total.failed} cases differ`);
}
