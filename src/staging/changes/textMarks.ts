import { isAscii } from 'node:buffer';

/** Characters that change how text reads without being seen: bidirectional controls, zero-width and tag characters, variation selectors beyond emoji's. */
const deceptive =
  /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u180e\u00ad\u3164\u115f\u1160\uffa0]|\ufeff|[\u{e0000}-\u{e007f}\u{e0100}-\u{e01ef}]|(?<!\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)\u200d/u;

/** How many bytes decide whether a file is binary, as git has it. */
const sniffedBytes = 8000;

export function isBinary(bytes: Uint8Array): boolean {
  const first = bytes.indexOf(0);
  return first >= 0 && first < sniffedBytes;
}

/** True where a text holds what a reader does not see. A byte order mark at its start is none. */
export function hasDeceptiveCharacters(bytes: Buffer): boolean {
  if (isAscii(bytes)) return false;
  const text = bytes.toString('utf8');
  return deceptive.test(text.startsWith('\ufeff') ? text.slice(1) : text);
}
