import { closeSync, constants, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { replacePrivateFile, writeFully } from '../privateFile';
import { formatTransaction, parseTransaction, type LogRecord } from './records';

/** Lines after which the log is written anew from the state it stands for. */
const compactAfterLines = 20_000;

/**
 * The upper layer's metadata on disk: lines are appended, one a transaction, and from time to time the whole is
 * replaced by one line that holds the state. A last line that was cut by a crash is dropped when the log is opened. Any
 * other line that cannot be read (a damaged disk, a later version) is passed over: the lines after it stand for
 * themselves, and `isDamaged` tells that some of what was staged may be missing.
 */
export class MetadataLog {
  private fd: number;
  private lines = 0;
  private size = 0;
  private damaged = false;

  private constructor(
    private readonly path: string,
    fd: number,
  ) {
    this.fd = fd;
  }

  /** Opens the log and hands every record that it holds to `take`, oldest first. */
  static open(path: string, take: (record: LogRecord) => void): MetadataLog {
    if (!existsSync(path)) writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
    const bytes = readFileSync(path);
    const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    const log = new MetadataLog(path, fd);
    let whole = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, whole)) {
      const records = parseTransaction(bytes.toString('utf8', whole, end));
      if (records === null) log.damaged = true;
      records?.forEach(take);
      whole = end + 1;
      log.lines++;
    }
    if (whole < bytes.length) ftruncateSync(fd, whole);
    log.size = whole;
    return log;
  }

  /** True until the log is replaced. */
  get isDamaged(): boolean {
    return this.damaged;
  }

  /** All of the records or, where it throws (no space), none. */
  append(records: readonly LogRecord[]): void {
    const line = Buffer.from(formatTransaction(records));
    try {
      writeFully(this.fd, line);
    } catch (cause) {
      ftruncateSync(this.fd, this.size);
      throw cause;
    }
    this.size += line.byteLength;
    this.lines++;
  }

  /** True when it is time to hand the state to `replace`. */
  get isLong(): boolean {
    return this.lines > compactAfterLines;
  }

  replace(state: readonly LogRecord[]): void {
    const text = formatTransaction(state);
    replacePrivateFile(this.path, text);
    this.damaged = false;
    this.size = Buffer.byteLength(text);
    closeSync(this.fd);
    this.fd = openSync(this.path, constants.O_WRONLY | constants.O_APPEND);
    this.lines = -Math.floor(state.length / 4); // a large state is not written anew more often than it changes
  }

  sync(): void {
    fsyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }
}
