/** A piece of text, or one character that a reader would not see and that is shown by its name instead. */
export type Visible = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'marker'; readonly label: string };

/**
 * Characters that change how a text reads without being seen: bidirectional controls, zero-width ones, Unicode tags,
 * fillers, and control characters other than tab and line breaks. Variation selectors and the joiner stay where an emoji needs them.
 */
const invisible =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

const emoji = /\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f/u;

/** Splits a text so that nothing in it stays unseen. Joined, the text pieces are the text without its invisible characters. */
export function showInvisible(text: string): readonly Visible[] {
  const pieces: Visible[] = [];
  let from = 0;
  for (const match of text.matchAll(invisible)) {
    const character = match[0];
    if (belongsToEmoji(text, match.index, character)) continue;
    if (match.index > from) pieces.push({ kind: 'text', text: text.slice(from, match.index) });
    pieces.push({ kind: 'marker', label: `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}` });
    from = match.index + character.length;
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) });
  return pieces;
}

export function hasInvisible(text: string): boolean {
  return showInvisible(text).some((piece) => piece.kind === 'marker');
}

/** The text with `[U+202E]` in the place of each invisible character, for where no markup is to be had. */
export function markInvisible(text: string): string {
  return showInvisible(text)
    .map((piece) => (piece.kind === 'text' ? piece.text : `[${piece.label}]`))
    .join('');
}

/** U+FE0F after an emoji or key cap, U+200D between two emoji. */
function belongsToEmoji(text: string, index: number, character: string): boolean {
  if (character !== '\ufe0f' && character !== '\u200d') return false;
  const before = [...text.slice(Math.max(0, index - 4), index)].at(-1) ?? '';
  if (character === '\ufe0f') return /\p{Emoji}/u.test(before);
  const after = [...text.slice(index + 1, index + 3)].at(0) ?? '';
  return emoji.test(before) && emoji.test(after);
}
