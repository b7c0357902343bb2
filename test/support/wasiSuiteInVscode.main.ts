import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { extensions } from 'vscode';
import { openSandbox } from '../../src/sandbox/vscodeWasi/vscodeSandbox';
import { defaultLimits } from '../../src/shared/limits';
import { findPrograms, runProgram } from './wasi/suite';

/* The public suite inside the extension host, on the host that the installed extensions lead to. */

export async function run(): Promise<void> {
  const suite = process.env['WASI_TESTSUITE'];
  const extension = extensions.getExtension('sunaba.sunaba');
  if (!suite || !extension) throw new Error('WASI_TESTSUITE or the extension is missing');
  const dist = path.join(extension.extensionPath, 'dist');
  const failures: { title: string; error: string }[] = [];
  let host = 'none';
  const programs = findPrograms(suite);
  for (const file of programs) {
    const { name, failure } = await runProgram(file, async (folder) => {
      const { sandbox } = await openSandbox('auto', { dist, folder, mount: '/', limits: defaultLimits });
      host = sandbox.host;
      return sandbox;
    });
    if (failure === null) continue;
    failures.push({ title: name, error: failure });
    console.log(`[test] failed ${name}: ${failure.trim().split('\n')[0] ?? ''}`);
  }
  const passed = programs.length - failures.length;
  console.log(`[test] wasi-testsuite, ${host} host, ${process.env['SUNABA_TEST_CORE'] ?? 'none'} core: ${passed} of ${programs.length}`);
  const report = process.env['SUNABA_TEST_REPORT'];
  if (report) writeFileSync(report, JSON.stringify({ passed, failed: failures.length, failures, files: 1 }));
  if (failures.length > 0) throw new Error(`${failures.length} programs of the suite failed`);
}
