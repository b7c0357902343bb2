import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { extensions } from 'vscode';
import type { Sandbox } from '../../src/sandbox/sandbox';
import { openSandbox } from '../../src/sandbox/vscodeWasi/vscodeSandbox';
import { defaultLimits } from '../../src/shared/limits';

/** What a bench works with that VS Code has started like a test suite. */
export interface BenchInVscode {
  readonly core: string;
  /** Empty; gone when the bench has ended. */
  readonly folder: string;
  /** Opens a sandbox on the host that this VS Code is started for, and disposes of it after `use`. */
  readonly inSandbox: (use: (sandbox: Sandbox) => Promise<void>) => Promise<void>;
}

export const say = (text: string): void => console.log(`[test] ${text}`);

/** Runs a bench and reports that it ended. */
export async function benchInVscode(measure: (bench: BenchInVscode) => Promise<void>): Promise<void> {
  const extension = extensions.getExtension('sunaba.sunaba');
  if (!extension) throw new Error('Sunaba is not installed here');
  const dist = path.join(extension.extensionPath, 'dist');
  const core = process.env['SUNABA_TEST_CORE'] ?? 'none';
  const folder = mkdtempSync(path.join(tmpdir(), 'sunaba-bench-'));
  const inSandbox: BenchInVscode['inSandbox'] = async (use) => {
    const { sandbox } = await openSandbox(core === 'none' ? 'embedded' : 'vscode', { dist, folder, limits: defaultLimits });
    try {
      await use(sandbox);
    } finally {
      await sandbox.dispose();
    }
  };
  try {
    await measure({ core, folder, inSandbox });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const report = process.env['SUNABA_TEST_REPORT'];
  if (report) writeFileSync(report, JSON.stringify({ passed: 1, failed: 0, failures: [], files: 1 }));
}
