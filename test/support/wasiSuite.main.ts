import path from 'node:path';
import { createEmbeddedSandbox } from '../../src/sandbox/embedded/embeddedSandbox';
import { defaultLimits } from '../../src/shared/limits';
import { findPrograms, runProgram } from './wasi/suite';

/* `npm run test:wasi`: the public suite on the embedded host. Arguments: parts of names of the programs to run. */

async function main(): Promise<number> {
  const suite = process.env['WASI_TESTSUITE'];
  if (!suite) {
    console.error('sunaba: set WASI_TESTSUITE to a checkout of WebAssembly/wasi-testsuite, branch prod/testsuite-base.');
    return 2;
  }
  const asked = process.argv.slice(2);
  const programs = findPrograms(suite).filter((file) => asked.length === 0 || asked.some((part) => file.includes(part)));
  let passed = 0;
  for (const file of programs) {
    const { name, failure } = await runProgram(file, (folder) =>
      Promise.resolve(createEmbeddedSandbox({ dist: path.resolve('dist'), folder, mount: '/', limits: defaultLimits })),
    );
    if (failure === null) passed++;
    console.log(failure === null ? `ok     ${name}` : `failed ${name}\n         ${failure.trim().replaceAll('\n', '\n         ')}`);
  }
  console.log(`wasi-testsuite, embedded host: ${passed} of ${programs.length}`);
  return passed === programs.length && passed > 0 ? 0 : 1;
}

void main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
