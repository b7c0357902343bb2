#!/usr/bin/env node
// Compares the shell of guests/shell with GNU bash, case by case (test/support/differential.mjs).
//
//   node test/shell/run.mjs [--shell PATH] [--wasm] [--cases FOLDER] [--only TEXT] [--show] [--jobs N]
//
// --shell: a native build of the shell (default: guests/target/release/sunaba-shell). --wasm: in sandboxes of
// the embedded host, from what `node esbuild.mjs --tests` has built.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { embeddedSandboxes, runSuite } from '../support/differential.mjs';
import { runNatively, shellSuite } from './suite.mjs';

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
const suite = shellSuite(here, options.cases);
const { only, show, timings } = options;
const version = spawnSync('/bin/bash', ['-c', 'echo $BASH_VERSION'], { encoding: 'utf8' }).stdout.trim();
console.log(`compared with GNU bash ${version}`);
const { passed, failed } = await runSuite(suite, {
  ...(options.wasm
    ? { sandboxes: embeddedSandboxes(root, suite.limitMs) }
    : { native: (item, folder) => runNatively(options.shell, item, folder) }),
  ...(only === undefined ? {} : { only }),
  show,
  timings,
  jobs: Number(options.jobs),
});
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
