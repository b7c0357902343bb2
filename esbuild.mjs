// Bundles the extension, its workers, the webview and the command line into dist/, and the tests' own programs into out/.
// Usage: node esbuild.mjs [--watch] [--production] [--tests]
import { build, context } from 'esbuild';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  chmodSync,
} from './scripts/fsCompat.mjs';
import path from 'node:path';
import { collectLicences } from './scripts/licences.mjs';

const root = import.meta.dirname;
const flags = new Set(process.argv.slice(2));
const watch = flags.has('--watch');
const production = flags.has('--production');

/** Shared by everything that runs in node; CommonJS because VS Code loads extensions and workers so. */
const node = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  sourcemap: production ? false : 'linked',
  minify: production,
  keepNames: true,
  metafile: true,
  logLevel: 'warning',
  define: { SUNABA_VERSION: JSON.stringify(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version) },
  absWorkingDir: root,
  outExtension: { '.js': '.cjs' },
  // Google's SDK calls the global `fetch`, which follows redirects with the key and has no time-out for silence.
  inject: ['src/models/fetchForSdk.ts'],
};

/** Threads and child processes are files named `<name>.entry.ts`; each becomes dist/<name>.cjs. */
function entries() {
  const found = { extension: 'src/extension.ts', cli: 'src/cli.ts' };
  for (const file of globSync('src/**/*.entry.ts', root)) found[path.basename(file, '.entry.ts')] = file;
  return Object.fromEntries(Object.entries(found).filter(([, file]) => existsSync(path.join(root, file))));
}

const jobs = [{ ...node, entryPoints: entries(), outdir: 'dist' }];

const webviewEntry = ['src/webview/main.tsx', 'src/webview/main.ts'].find((file) => existsSync(path.join(root, file)));
if (webviewEntry) {
  jobs.push({
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: { webview: webviewEntry },
    outdir: 'dist',
    sourcemap: production ? false : 'linked',
    minify: production,
    metafile: true,
    logLevel: 'warning',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    absWorkingDir: root,
    tsconfig: 'src/webview/tsconfig.json',
  });
}

if (flags.has('--tests')) {
  const tests = {};
  for (const file of globSync('test/support/*.main.ts', root)) tests[path.basename(file, '.main.ts')] = file;
  for (const file of globSync('test/integration/**/*.test.ts', root)) {
    tests[`integration/${path.relative('test/integration', file).replace(/\.ts$/, '')}`] = file;
  }
  for (const file of globSync('bench/*.bench.ts', root)) tests[`bench/${path.basename(file, '.ts')}`] = file;
  if (existsSync(path.join(root, 'test/integration/index.ts'))) tests['integration/index'] = 'test/integration/index.ts';
  for (const file of globSync('test/support/coreStandIn/*.entry.ts', root)) tests[`coreStandIn/${path.basename(file, '.entry.ts')}`] = file;
  if (Object.keys(tests).length > 0) {
    jobs.push({
      ...node,
      minify: false,
      external: ['vscode', 'mocha', 'playwright-core', '@vscode/test-electron', 'esbuild'],
      entryPoints: tests,
      outdir: 'out',
    });
  }
}

function copyStatic() {
  mkdirSync(path.join(root, 'dist'), { recursive: true });
  const guests = ['guests/build/bin', 'guests/bin']
    .map((dir) => path.join(root, dir))
    .find((dir) => existsSync(path.join(dir, 'manifest.json')));
  if (guests) {
    rmSync(path.join(root, 'dist/guests'), { recursive: true, force: true });
    mkdirSync(path.join(root, 'dist/guests'), { recursive: true });
    for (const name of readdirSync(guests))
      if (/\.wasm\.br$|^manifest\.json$/.test(name)) cpSync(path.join(guests, name), path.join(root, 'dist/guests', name));
  }
  if (existsSync(path.join(root, 'dist/cli.cjs'))) chmodSync(path.join(root, 'dist/cli.cjs'), 0o755);
  const standIn = path.join(root, 'test/support/coreStandIn/package.json');
  if (flags.has('--tests') && existsSync(standIn)) cpSync(standIn, path.join(root, 'out/coreStandIn/package.json'));
}

if (watch) {
  const begun = '[watch] build started';
  const done = '[watch] build finished';
  // The words are what .vscode/tasks.json waits for.
  const report = {
    name: 'report',
    setup: (b) => {
      b.onStart(() => console.log(begun));
      b.onEnd((r) => {
        for (const e of r.errors) console.error(`✘ [ERROR] ${e.text}\n    ${e.location?.file}:${e.location?.line}:${e.location?.column}:`);
        copyStatic();
        console.log(done);
      });
    },
  };
  for (const job of jobs) await (await context({ ...job, plugins: [report] })).watch();
} else {
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  const results = [];
  for (const job of jobs) results.push(await build(job));
  copyStatic();
  const inputs = results.slice(0, webviewEntry ? 2 : 1).flatMap((r) => Object.keys(r.metafile.inputs));
  const manifest = path.join(root, 'dist/guests/manifest.json');
  const guests = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : undefined;
  writeFileSync(path.join(root, 'dist/THIRD-PARTY-LICENSES.txt'), collectLicences(root, inputs, guests));
}
