#!/usr/bin/env node
// Builds the guests: cargo for wasm32-wasip1, brotli, manifest.json.
//
//   npm run guests [-- NAME...] [--no-install] [--force]
//   node scripts/guests.mjs --check
//
// Products go to guests/build/bin, and from there into guests/bin (but not with --no-install). A guest whose sources
// are those of its entry in guests/build/bin is not built again (but with --force). --check builds nothing: it compares
// the sources with the manifest in guests/bin, and fails naming what differs.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { readLicences } from './guests/licences.mjs';
import { compress, mergeManifest, readManifest, replaceFile, sha256 } from './guests/pack.mjs';
import { findToolchain, target } from './guests/toolchain.mjs';
import { readGuests } from './guests/workspace.mjs';

const root = join(dirname(dirname(fileURLToPath(import.meta.url))), 'guests');
const built = join(root, 'build/bin');
const shipped = join(root, 'bin');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean' }, 'no-install': { type: 'boolean' }, force: { type: 'boolean' } },
});

function check(guests) {
  const faults = [];
  const shippedGuests = readManifest(shipped).guests;
  for (const guest of guests) {
    const entry = shippedGuests.find(({ name }) => name === guest.name);
    if (entry === undefined) faults.push(`${guest.name}: not in guests/bin`);
    else if (entry.sourceHash !== guest.sourceHash) faults.push(`${guest.name}: sources differ from those of guests/bin`);
    else if (!existsSync(join(shipped, entry.file))) faults.push(`${guest.name}: guests/bin/${entry.file} is missing`);
    else if (sha256(brotliDecompressSync(readFileSync(join(shipped, entry.file)))) !== entry.sha256) {
      faults.push(`${guest.name}: guests/bin/${entry.file} is not what the manifest says`);
    }
  }
  for (const { name } of shippedGuests) {
    if (!guests.some((guest) => guest.name === name)) faults.push(`${name}: in guests/bin, but not in guests/`);
  }
  if (faults.length === 0) {
    console.log(`guests: ${guests.length} up to date`);
    return;
  }
  console.error(`${faults.map((fault) => `guests: ${fault}`).join('\n')}\nRun: npm run guests`);
  process.exitCode = 1;
}

/** Where cargo unpacks crates: a machine's own path, which panic messages would carry into the guests. */
function registries() {
  const folder = join(process.env.CARGO_HOME || join(homedir(), '.cargo'), 'registry/src');
  return existsSync(folder) ? readdirSync(folder).map((name) => [join(folder, name), 'crates']) : [];
}

const remapped = (pairs) => pairs.map(([from, to]) => `--remap-path-prefix=${from}=${to}`);

function build(guests) {
  const toolchain = findToolchain(root);
  const rustc = toolchain.run(['rustc', '-V'], { capture: true }).trim();
  const flags = [...toolchain.rustFlags, ...remapped([[root, 'guests'], ...registries()])];
  const config = `target.${target}.rustflags=${JSON.stringify(flags)}`;
  const crates = guests.flatMap(({ crate }) => ['-p', crate]);
  toolchain.run(['cargo', 'build', '--release', '--target', target, '--config', config, ...crates]);
  const metadata = JSON.parse(
    toolchain.run(['cargo', 'metadata', '--format-version', '1', '--filter-platform', target], { capture: true }),
  );
  // The hash is of what was there when the build began: a file that changed meanwhile makes its guest due again.
  return guests.map(({ name, crate, directory, tools, sourceHash }) => {
    const bytes = readFileSync(join(root, 'target', target, 'release', `${crate}.wasm`));
    const compressed = compress(bytes);
    const file = `${name}.wasm.br`;
    replaceFile(join(built, file), compressed);
    console.log(`${name} (${directory}): ${bytes.length} bytes, ${compressed.length} compressed`);
    return {
      name,
      file,
      tools,
      sourceHash,
      sha256: sha256(bytes),
      size: bytes.length,
      compressedSize: compressed.length,
      rustc,
      licences: readLicences(metadata, crate),
    };
  });
}

function install(names) {
  mkdirSync(shipped, { recursive: true });
  const entries = readManifest(built).guests.filter(({ name }) => names.has(name));
  for (const { file } of entries) copyFileSync(join(built, file), join(shipped, file));
  mergeManifest(shipped, entries, (name) => names.has(name));
  const files = new Set(readManifest(shipped).guests.map(({ file }) => file));
  for (const name of readdirSync(shipped)) if (name.endsWith('.wasm.br') && !files.has(name)) rmSync(join(shipped, name));
}

const guests = readGuests(root);
const unknown = positionals.filter((name) => !guests.some((guest) => guest.name === name));
if (unknown.length > 0) {
  console.error(`No such guest: ${unknown.join(', ')}. There are: ${guests.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else if (values.check) {
  check(guests);
} else {
  const names = new Set(guests.map(({ name }) => name));
  const fresh = new Map(readManifest(built).guests.map(({ name, sourceHash }) => [name, sourceHash]));
  const due = guests
    .filter(({ name }) => positionals.length === 0 || positionals.includes(name))
    .filter(({ name, sourceHash }) => values.force || fresh.get(name) !== sourceHash);
  if (due.length > 0) mergeManifest(built, build(due), () => true);
  else console.log('guests: nothing to build');
  if (!values['no-install']) install(names);
}
