import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { createTexts, findText, type Texts, type Words } from '../shared/texts';

export interface L10n extends Texts {
  /** The same with elements in the place of `{0}`, `{1}` … */
  parts(text: string, ...values: readonly preact.ComponentChild[]): preact.ComponentChildren;
}

export const L10nContext = createContext<L10n>(createL10n({}));

export function useL10n(): L10n {
  return useContext(L10nContext);
}

export function createL10n(words: Words): L10n {
  return {
    ...createTexts(words),
    // Odd pieces are the numbers between the braces.
    parts: (text, ...values) =>
      findText(words, text)
        .split(/\{(\d+)\}/)
        .map((piece, index) => (index % 2 === 0 ? piece : values[Number(piece)])),
  };
}
