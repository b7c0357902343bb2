#!/usr/bin/env node
// Compares Sunaba's tools with the machine's GNU tools, case by case (test/support/differential.mjs).
//
//   node test/tools/run.mjs (--wasm | --native FOLDER) [--only TEXT] [--show] [--jobs N]
//
// --wasm: in sandboxes of the embedded host, from what `node esbuild.mjs --tests` has built. --native: FOLDER holds the
// tools' names as links to their native builds; the shell is then the machine's bash.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { embeddedSandboxes, runSuite } from '../support/differential.mjs';
import { runNatively, toolsSuite } from './suite.mjs';

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
const { wasm, native, only, show, timings } = options;
if (wasm === (native !== undefined)) {
  console.error('Usage: run.mjs (--wasm | --native FOLDER) [--only TEXT] [--show] [--jobs N]');
  process.exit(2);
}
const suite = toolsSuite(here);
const { passed, failed } = await runSuite(suite, {
  ...(native === undefined
    ? { sandboxes: embeddedSandboxes(root, suite.limitMs) }
    : { native: (item, folder) => runNatively(native, item, folder) }),
  ...(only === undefined ? {} : { only }),
  show,
  timings,
  jobs: Number(options.jobs),
});
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
