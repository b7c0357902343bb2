// The licences of everything that the package carries: npm packages by what esbuild bundled, crates by the guests' manifest.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The text of THIRD-PARTY-LICENSES.txt. `inputs` are esbuild's input paths, relative to `root`. */
export function collectLicences(root, inputs, guestsManifest) {
  const packages = new Map();
  for (const input of inputs) {
    const match = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) packages.set(match[1], path.join(root, input.slice(0, match[0].length)));
  }
  const parts = ['Sunaba carries the following third-party software.\n'];
  for (const [name, directory] of [...packages].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const meta = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
    const file = readdirSync(directory).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    parts.push(
      `${'-'.repeat(72)}\n${name} ${meta.version} (${meta.license ?? 'see below'})\n\n${file ? readFileSync(path.join(directory, file), 'utf8').trim() : ''}\n`,
    );
  }
  const crates = new Map();
  for (const guest of guestsManifest?.guests ?? [])
    for (const crate of guest.licences ?? []) crates.set(`${crate.name} ${crate.version}`, crate.licence ?? crate.license ?? 'unknown');
  if (crates.size > 0) {
    parts.push(`${'-'.repeat(72)}\nRust crates in the guests (dist/guests), each under the licence named:\n`);
    parts.push(
      [...crates]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([crate, licence]) => `${crate}: ${licence}`)
        .join('\n'),
    );
  }
  return `${parts.join('\n')}\n`;
}
