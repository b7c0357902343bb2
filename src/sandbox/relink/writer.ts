/** Bytes of a LEB128 number, unsigned. */
export function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** Bytes of a LEB128 number, signed, of 32 bits. */
export function s32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && !(low & 0x40)) || (rest === -1 && low & 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export function name(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...u32(bytes.length), ...bytes];
}

type Piece = Uint8Array | readonly number[];

/** Gathers the sections of a module and joins them once. */
export class ModuleWriter {
  readonly #pieces: Piece[] = [[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]];

  section(id: number, ...pieces: Piece[]): void {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.#pieces.push([id, ...u32(length)], ...pieces);
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#pieces.reduce((sum, piece) => sum + piece.length, 0));
    let offset = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    return bytes;
  }
}
