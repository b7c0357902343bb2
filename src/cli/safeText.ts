/**
 * Text of a model, a tool or a file name as a terminal may show it: control characters other than tab and line feed
 * become visible, so that none of them moves the cursor, sets the title or writes the clipboard.
 */
export function shown(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(unsafe, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

// C0 but tab and line feed, DEL and C1, bidirectional controls, zero-width characters, tags.
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
