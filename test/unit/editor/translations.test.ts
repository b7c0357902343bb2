import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../../..');
const read = (file: string) => JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Readonly<Record<string, string>>;

/** Each language's file, with the English one that it stands for. */
const translations = [
  ...readdirSync(path.join(root, 'l10n'))
    .filter((name) => /^bundle\.l10n\..+\.json$/.test(name) && name !== 'bundle.l10n.json')
    .map((name) => [`l10n/${name}`, 'l10n/bundle.l10n.json'] as const),
  ...readdirSync(root)
    .filter((name) => /^package\.nls\..+\.json$/.test(name))
    .map((name) => [name, 'package.nls.json'] as const),
];

/** What a translation must hold as it stands: placeholders, names of settings and values, addresses. */
function fixedParts(text: string): readonly string[] {
  return [...(text.match(/\{\d+\}|`[^`]+`|https?:\/\/[^\s)]+/g) ?? [])].sort();
}

describe('translations', () => {
  test('there is a language beside English, for the panel and for the manifest', () => {
    expect(translations.length).toBeGreaterThanOrEqual(2);
  });

  test.each(translations)('%s has every text of %s and no other, with the same placeholders', (translated, english) => {
    const from = read(english);
    const to = read(translated);
    expect(Object.keys(to).sort()).toEqual(Object.keys(from).sort());
    const wrong = Object.entries(from).filter(
      ([key, text]) => to[key]?.trim() === '' || JSON.stringify(fixedParts(text)) !== JSON.stringify(fixedParts(to[key] ?? '')),
    );
    expect(wrong.map(([key]) => key)).toEqual([]);
  });
});
