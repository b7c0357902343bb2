// Collects the texts of `l10n.t(…)` and `l10n.parts(…)` in src into l10n/bundle.l10n.json, which translators copy. `--check` only compares.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { globSync } from './fsCompat.mjs';

const root = path.join(import.meta.dirname, '..');
const file = path.join(root, 'l10n/bundle.l10n.json');

const texts = new Set();
for (const source of [...globSync('src/**/*.ts', root), ...globSync('src/**/*.tsx', root)]) {
  for (const [, single, double] of readFileSync(path.join(root, source), 'utf8').matchAll(
    /l10n\.(?:t|parts)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
  )) {
    texts.add((single ?? double).replaceAll(/\\(.)/g, '$1'));
  }
}
const bundle = `${JSON.stringify(Object.fromEntries([...texts].sort().map((text) => [text, text])), null, 2)}\n`;
if (process.argv.includes('--check')) {
  let now = '';
  try {
    now = readFileSync(file, 'utf8');
  } catch {
    // There is none yet.
  }
  if (now !== bundle) {
    console.error('sunaba: l10n/bundle.l10n.json is not what the sources say. Run: node scripts/l10n.mjs');
    process.exit(1);
  }
} else {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bundle);
}
