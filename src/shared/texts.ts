/** The user's language: English texts as they stand in the code, and what stands in their place. Empty for English. */
export type Words = Readonly<Record<string, string>>;

export interface Texts {
  /** The text in the user's language, `{0}`, `{1}` … replaced. */
  t(text: string, ...values: readonly (string | number)[]): string;
  /** A text that `english` made, perhaps in another process and some time ago, in the user's language; any other as it is. */
  again(made: string): string;
}

export function createTexts(words: Words): Texts {
  let templates: readonly Template[] | undefined;
  const t: Texts['t'] = (text, ...values) => fill(findText(words, text), values);
  const again = (made: string): string => {
    if (Object.hasOwn(words, made)) return findText(words, made);
    templates ??= toTemplates(words);
    for (const { pattern, order, text } of templates) {
      const found = pattern.exec(made);
      if (found === null) continue;
      const values: string[] = [];
      for (const [index, number] of order.entries()) values[number] = again(found[index + 1] ?? '');
      return t(text, ...values);
    }
    return made;
  };
  return { t, again };
}

/**
 * For rooms that do not know who reads: what they say is English in logs, in a chat's file and on the command line. Import
 * it as `l10n`, so that the text comes into the bundle; whoever shows it to a user calls `again`.
 */
export const english: Texts = createTexts({});

export function findText(words: Words, text: string): string {
  return Object.hasOwn(words, text) ? (words[text] ?? text) : text;
}

function fill(text: string, values: readonly (string | number)[]): string {
  return text.replaceAll(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}

interface Template {
  readonly text: string;
  readonly pattern: RegExp;
  /** Which value each group of the pattern is. */
  readonly order: readonly number[];
}

/** A text with fewer letters of its own would be found in what it did not make. */
const minLetters = 15;

/** Those with the most letters of their own first: they say most surely what they are. */
function toTemplates(words: Words): readonly Template[] {
  return Object.keys(words)
    .map((text) => ({ text, pieces: text.split(/\{(\d+)\}/) }))
    .map(({ text, pieces }) => ({
      text,
      letters: pieces.filter((_, index) => index % 2 === 0).join('').length,
      order: pieces.filter((_, index) => index % 2 === 1).map(Number),
      pattern: new RegExp(
        `^${pieces.map((piece, index) => (index % 2 === 1 ? '([^]*?)' : piece.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))).join('')}$`,
      ),
    }))
    .filter(({ letters, order }) => order.length > 0 && letters >= minLetters)
    .sort((one, other) => other.letters - one.letters);
}
