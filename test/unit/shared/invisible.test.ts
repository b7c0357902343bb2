import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { hasInvisible, markInvisible, showInvisible } from '../../../src/shared/invisible';

describe('T38: characters that cannot be seen are shown by their names', () => {
  test.each([
    ['Unicode tags', 'ok\u{e0001}\u{e0041}\u{e007f}', 'ok[U+E0001][U+E0041][U+E007F]'],
    ['bidi overrides', 'if (admin\u202e\u2066) {', 'if (admin[U+202E][U+2066]) {'],
    ['bidi marks', 'a\u200eb\u200fc\u061cd', 'a[U+200E]b[U+200F]c[U+061C]d'],
    ['zero width', 'a\u200bb\u200cc\u200dd\u2060e\ufefff', 'a[U+200B]b[U+200C]c[U+200D]d[U+2060]e[U+FEFF]f'],
    ['fillers', 'a\u3164b\u115fc\uffa0d\u00ade', 'a[U+3164]b[U+115F]c[U+FFA0]d[U+00AD]e'],
    ['variation selectors', 'a\ufe00\u{e0100}', 'a[U+FE00][U+E0100]'],
    ['control characters', 'a\u0000b\u0008c\u009bd', 'a[U+0000]b[U+0008]c[U+009B]d'],
  ])('%s', (_, text, shown) => {
    expect(markInvisible(text)).toBe(shown);
    expect(hasInvisible(text)).toBe(true);
  });

  test.each([['plain text, with\ttabs\r\nand breaks'], ['naïve Ελληνικά русский 日本語 العربية'], ['👩‍💻 ❤️ 1️⃣ 🏳️‍🌈'], ['']])(
    '%j stays as it is',
    (text) => {
      expect(hasInvisible(text)).toBe(false);
      expect(markInvisible(text)).toBe(text);
    },
  );

  test('no piece of text holds what was marked, and nothing else is lost', () => {
    const odd = fc.constantFrom('\u202e', '\u200b', '\u{e0041}', '\u2069', 'a', '{', ' ', 'é', '\n');
    fc.assert(
      fc.property(fc.array(odd), (characters) => {
        const pieces = showInvisible(characters.join(''));
        const text = pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
        expect(text).toBe(characters.filter((character) => /[a{ é\n]/.test(character)).join(''));
        expect(pieces.filter((piece) => piece.kind === 'marker')).toHaveLength(characters.filter((c) => !/[a{ é\n]/.test(c)).length);
      }),
    );
  });
});
