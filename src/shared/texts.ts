/** The user's language: English texts as they stand in the code, and what stands in their place. Empty for English. */
export type Words = Readonly<Record<string, string>>;

export interface Texts {
  /** The text in the user's language, `{0}`, `{1}` … replaced. */
  t(text: string, ...values: readonly (string | number)[]): string;
}

export function createTexts(words: Words): Texts {
  return {
    t: (text, ...values) =>
      findText(words, text).replaceAll(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole)),
  };
}

export function findText(words: Words, text: string): string {
  return Object.hasOwn(words, text) ? (words[text] ?? text) : text;
}
