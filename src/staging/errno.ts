/** WASI preview1's errno values (wasi_snapshot_preview1.witx, `$errno`). */
export const errno = {
  success: 0, toobig: 1, acces: 2, addrinuse: 3, addrnotavail: 4, afnosupport: 5, again: 6, already: 7, badf: 8,
  badmsg: 9, busy: 10, canceled: 11, child: 12, connaborted: 13, connrefused: 14, connreset: 15, deadlk: 16,
  destaddrreq: 17, dom: 18, dquot: 19, exist: 20, fault: 21, fbig: 22, hostunreach: 23, idrm: 24, ilseq: 25,
  inprogress: 26, intr: 27, inval: 28, io: 29, isconn: 30, isdir: 31, loop: 32, mfile: 33, mlink: 34, msgsize: 35,
  multihop: 36, nametoolong: 37, netdown: 38, netreset: 39, netunreach: 40, nfile: 41, nobufs: 42, nodev: 43,
  noent: 44, noexec: 45, nolck: 46, nolink: 47, nomem: 48, nomsg: 49, noprotoopt: 50, nospc: 51, nosys: 52,
  notconn: 53, notdir: 54, notempty: 55, notrecoverable: 56, notsock: 57, notsup: 58, notty: 59, nxio: 60,
  overflow: 61, ownerdead: 62, perm: 63, pipe: 64, proto: 65, protonosupport: 66, prototype: 67, range: 68,
  rofs: 69, spipe: 70, srch: 71, stale: 72, timedout: 73, txtbsy: 74, xdev: 75, notcapable: 76,
} as const;

export type ErrnoName = keyof typeof errno;
export type Errno = (typeof errno)[ErrnoName];

/** A file operation's failure, as a guest will see it. One frozen instance a code: failing look-ups are frequent and must stay cheap. */
export class FsError extends Error {
  constructor(readonly code: ErrnoName) {
    super(code);
    this.name = 'FsError';
  }
  get errno(): Errno {
    return errno[this.code];
  }
}

const instances = new Map<ErrnoName, FsError>();

/** The error to throw for `code`. Shared and without a useful stack. */
export function fsError(code: ErrnoName): FsError {
  let error = instances.get(code);
  if (!error) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    error = new FsError(code);
    Error.stackTraceLimit = limit;
    instances.set(code, error);
  }
  return error;
}

const fromNode: Readonly<Record<string, ErrnoName>> = {
  EACCES: 'acces', EPERM: 'perm', ENOENT: 'noent', EEXIST: 'exist', ENOTDIR: 'notdir', EISDIR: 'isdir',
  ENOTEMPTY: 'notempty', ELOOP: 'loop', EINVAL: 'inval', ENAMETOOLONG: 'nametoolong', ENOSPC: 'nospc', EDQUOT: 'dquot',
  EROFS: 'rofs', EMFILE: 'mfile', ENFILE: 'nfile', EFBIG: 'fbig', EXDEV: 'xdev', EBUSY: 'busy', EMLINK: 'mlink',
  ENXIO: 'nxio', EAGAIN: 'again', EBADF: 'badf', ETXTBSY: 'txtbsy', ENOMEM: 'nomem', ENODEV: 'nodev', EIO: 'io', EINTR: 'intr',
};

/** What a failure of node's fs means to a guest; anything unknown is EIO, so that no host text gets through. */
export function toFsError(cause: unknown): FsError {
  if (cause instanceof FsError) return cause;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  return fsError(fromNode[code] ?? 'io');
}
