import { malformed } from './relinkError';

/** Reads a range of a module's bytes. Every read is checked against the range's end; the bytes are never copied. */
export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public offset: number,
    readonly end: number,
  ) {}

  /** A reader of what is left of the same range. */
  fork(): Reader {
    return new Reader(this.bytes, this.offset, this.end);
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  byte(what: string): number {
    const value = this.offset < this.end ? this.bytes[this.offset] : undefined;
    if (value === undefined) throw malformed(`${what} is cut off`, this.offset);
    this.offset++;
    return value;
  }

  /** An unsigned LEB128 of 32 bits: at most five bytes, no bit beyond the 32nd. */
  u32(what: string): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte(what);
      if (shift === 28 && byte > 0x0f) throw malformed(`${what} is no 32-bit number`, start);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw malformed(`${what} is no 32-bit number`, start);
  }

  /** A signed LEB128 of 32 bits. */
  s32(what: string): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte(what);
      if (shift === 28) {
        const rest = byte & 0x78;
        if (byte > 0x7f || (rest !== 0 && rest !== 0x78)) throw malformed(`${what} is no 32-bit number`, start);
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 28 && byte & 0x40 ? value | (-1 << (shift + 7)) : value;
    }
    throw malformed(`${what} is no 32-bit number`, start);
  }

  /** Skips a LEB128 number of up to `maxBytes` bytes. */
  skipLeb(what: string, maxBytes: number): void {
    const start = this.offset;
    for (let count = 0; count < maxBytes; count++) if (this.byte(what) < 0x80) return;
    throw malformed(`${what} is too long`, start);
  }

  skip(length: number, what: string): void {
    if (length > this.end - this.offset) throw malformed(`${what} is cut off`, this.offset);
    this.offset += length;
  }

  /** A sub-range of `length` bytes, which are skipped here. */
  range(length: number, what: string): Reader {
    const start = this.offset;
    this.skip(length, what);
    return new Reader(this.bytes, start, start + length);
  }

  name(what: string): string {
    const start = this.offset;
    const range = this.range(this.u32(`length of ${what}`), what);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.bytes.slice(range.offset, range.end));
    } catch {
      throw malformed(`${what} is no UTF-8`, start);
    }
  }

  finish(what: string): void {
    if (!this.done) throw malformed(`${what} has bytes left over`, this.offset);
  }
}
