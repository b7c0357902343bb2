import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The user's language: English texts as they stand in the code, and what stands in their place. Empty for English. */
export type Words = Readonly<Record<string, string>>;

export interface L10n {
  /** The text in the user's language, `{0}`, `{1}` … replaced. */
  t(text: string, ...values: readonly (string | number)[]): string;
  /** The same with elements in the place of `{0}`, `{1}` … */
  parts(text: string, ...values: readonly preact.ComponentChild[]): preact.ComponentChildren;
}

export const L10nContext = createContext<L10n>(createL10n({}));

export function useL10n(): L10n {
  return useContext(L10nContext);
}

export function createL10n(words: Words): L10n {
  const find = (text: string): string => (Object.hasOwn(words, text) ? (words[text] ?? text) : text);
  return {
    t: (text, ...values) => find(text).replaceAll(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole)),
    // Odd pieces are the numbers between the braces.
    parts: (text, ...values) =>
      find(text)
        .split(/\{(\d+)\}/)
        .map((piece, index) => (index % 2 === 0 ? piece : values[Number(piece)])),
  };
}
