import type { Errno } from './errno';

/*
 * The seam between the kernel and the guard. Everything is synchronous: kernel and guard share one thread.
 * Every function fails by throwing `FsError` (see errno.ts); no message of it ever holds a host path.
 * Paths are guest paths, already decoded from UTF-8, `/`-separated, relative to a base directory or absolute.
 * The walk (components, `..`, links, trailing slashes, ELOOP, NUL) lives in one place, `walk.ts`.
 */

/** On whose behalf an operation happens: its ledger, its limits, and whether it may write at all. */
export interface Accessor {
  readonly pid: number;
  /** Writes fail with EROFS. */
  readonly readOnly: boolean;
  readonly ledger: LedgerSink;
  readonly quota: QuotaSink;
}

export interface LedgerSink {
  /** A file was opened to be read. */
  read(path: string): void;
  bytesRead(bytes: number): void;
  written(path: string): void;
  bytesWritten(bytes: number): void;
  created(path: string): void;
  removed(path: string): void;
  refused(path: string, reason: string): void;
}

/** Counts what limits bound; each method throws FsError (EDQUOT, EFBIG) where the limit is reached. */
export interface QuotaSink {
  write(bytes: number): void;
  create(): void;
  /** The size a file is about to have. */
  fileSize(bytes: number): void;
}

export type NodeKind = 'file' | 'directory' | 'symlink' | 'device' | 'unsupported';

export interface Stat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly kind: NodeKind;
  readonly nlink: number;
  readonly size: number;
  /** Permission bits alone, 0o7777. */
  readonly mode: number;
  readonly atimeNs: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export interface DirEntry {
  readonly name: string;
  readonly ino: bigint;
  readonly kind: NodeKind;
}

export interface OpenOptions {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  /** The path must name a directory (O_DIRECTORY). */
  readonly directory: boolean;
  /** Follow a link at the last component; without it a link there is ELOOP. */
  readonly follow: boolean;
  /** Permission bits of a new file; 0o644 where absent. */
  readonly mode?: number;
}

export interface SetTimes {
  /** Nanoseconds since the epoch; null leaves it as it is. */
  readonly atimeNs: bigint | null;
  readonly mtimeNs: bigint | null;
}

/** An open regular file: positioned I/O alone; the offset belongs to the kernel's open file description. */
export interface OpenFile {
  readonly kind: 'file';
  stat(): Stat;
  /** Bytes read into `into` from `offset`; 0 at the end of the file. `into` may be a view on shared memory. */
  read(cx: Accessor, into: Uint8Array, offset: number): number;
  /** Writes all of `from` at `offset`, filling a gap with zeros; gives the bytes written. */
  write(cx: Accessor, from: Uint8Array, offset: number): number;
  truncate(cx: Accessor, size: number): void;
  allocate(cx: Accessor, offset: number, length: number): void;
  setTimes(cx: Accessor, times: SetTimes): void;
  chmod(cx: Accessor, mode: number): void;
  sync(): void;
  close(): void;
}

/** An open directory: the base of later paths. It stays the same directory when it is renamed. */
export interface OpenDirectory {
  readonly kind: 'directory';
  stat(): Stat;
  /** A snapshot in a stable order, with `.` and `..` first; the kernel serves cookies from it. */
  entries(cx: Accessor): readonly DirEntry[];
  setTimes(cx: Accessor, times: SetTimes): void;
  chmod(cx: Accessor, mode: number): void;
  /** The guest's own path of it, as of now (`/workspace/a`); for messages and `getcwd`. */
  path(): string;
  close(): void;
}

/** A device that the kernel provides, opened by name (`null`, `stdin`, …). */
export interface OpenDevice {
  readonly kind: 'device';
  readonly name: string;
  stat(): Stat;
}

export type Opened = OpenFile | OpenDirectory | OpenDevice;

/** What a name in the virtual root leads to. */
export type Mount =
  | { readonly kind: 'tree'; readonly tree: FileTree }
  /** Names that open as devices: /dev. */
  | { readonly kind: 'devices'; readonly names: readonly string[] }
  /** Names that exist and can be executed by the kernel, with no contents to read: /bin, /usr/bin. */
  | { readonly kind: 'programs'; readonly names: () => readonly string[] };

/** A mountable tree (the overlay over the folder; the scratch of a conversation). Its inside is its own. */
export interface FileTree {
  /** The node at the top; how nodes work is described in node.ts. */
  readonly root: import('./node').Node;
  dispose(): void;
}

/**
 * All that a process can name. `base` confines: `..` above it, and links that lead out of it, are ENOTCAPABLE;
 * absolute paths are ENOTCAPABLE too unless `base` is the namespace's own root.
 */
export interface Namespace {
  /** Opens a directory by absolute guest path, for preopens and `cwd`. */
  openRoot(path: string): OpenDirectory;
  open(cx: Accessor, base: OpenDirectory, path: string, options: OpenOptions): Opened;
  stat(cx: Accessor, base: OpenDirectory, path: string, follow: boolean): Stat;
  setTimes(cx: Accessor, base: OpenDirectory, path: string, follow: boolean, times: SetTimes): void;
  chmod(cx: Accessor, base: OpenDirectory, path: string, follow: boolean, mode: number): void;
  mkdir(cx: Accessor, base: OpenDirectory, path: string, mode?: number): void;
  rmdir(cx: Accessor, base: OpenDirectory, path: string): void;
  unlink(cx: Accessor, base: OpenDirectory, path: string): void;
  rename(cx: Accessor, fromBase: OpenDirectory, from: string, toBase: OpenDirectory, to: string): void;
  link(cx: Accessor, fromBase: OpenDirectory, from: string, follow: boolean, toBase: OpenDirectory, to: string): void;
  /** Makes a link at `path` with this text; the text is stored as it is, confinement is decided when it is followed. */
  symlink(cx: Accessor, target: string, base: OpenDirectory, path: string): void;
  readlink(cx: Accessor, base: OpenDirectory, path: string): string;
}

export interface NamespaceOptions {
  /** Absolute guest paths, each at most two components deep: `/workspace`, `/tmp`, `/dev`, `/bin`, `/usr/bin`. `/` alone is allowed as the only one. */
  readonly mounts: ReadonlyMap<string, Mount>;
  /** The system whose names hold; this one's where absent. */
  readonly platform?: NodeJS.Platform;
}

export type { Errno };
