import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRefusedOnWindows } from '../../permissions/nameIdentity';
import { hashOfFd } from '../contentHash';
import { toFsError } from '../errno';
import { toStat } from '../hostStat';
import { DescriptorLower, openRegular } from '../lower/descriptorLower';
import { splitLower } from '../lower/lower';
import type { Stat } from '../vfs';
import type { EntryState } from './entryState';

const folderFlags = process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const readFlags = process.platform === 'win32' ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The user's folder as a commit writes it. Paths are relative to the folder; each directory on the way is opened
 * without following links (on Linux; elsewhere looked at with lstat), so that a commit cannot be led out either.
 */
export class HostFolder {
  /** The same for every spelling and every link that leads to the folder: it names the folder's lock. */
  readonly realPath: string;
  private readonly folders: DescriptorLower | null;

  constructor(root: string) {
    // The system's own tells how the disk spells a path, on systems that take no notice of case.
    this.realPath = realpathSync.native(root);
    this.folders = DescriptorLower.isSupported() ? new DescriptorLower(this.realPath) : null;
  }

  dispose(): void {
    this.folders?.dispose();
  }

  stat(path: string): Stat | null {
    return this.at(
      path,
      (host) => {
        const stats = lstatSync(host, { bigint: true, throwIfNoEntry: false });
        return stats === undefined ? null : toStat(stats);
      },
      null,
    );
  }

  /** What stands at a path now, contents read; null where nothing does. */
  state(path: string): EntryState | null {
    const stat = this.stat(path);
    if (stat === null) return null;
    switch (stat.kind) {
      case 'file':
        return this.at(path, (host) => {
          const { fd } = openRegular(host, readFlags);
          return { kind: 'file', hash: hashOfFd(fd, stat.size, true), mode: stat.mode };
        });
      case 'symlink':
        return { kind: 'symlink', target: this.at(path, (host) => readlinkSync(host)) };
      case 'directory':
        return { kind: 'directory', mode: stat.mode };
      default:
        return { kind: 'file', hash: stat.kind, mode: stat.mode };
    }
  }

  list(path: string): string[] {
    return this.at(`${path}/.`, (host) => readdirSync(host), []);
  }

  /** Moves a file out of the folder, to a path of the host, copying where that is another file system. */
  moveOut(path: string, target: string): void {
    this.at(path, (host) => {
      rmSync(target, { force: true });
      try {
        renameSync(host, target);
      } catch (cause) {
        if (toFsError(cause).code !== 'xdev') throw cause;
        if (lstatSync(host).isSymbolicLink()) symlinkSync(readlinkSync(host), target);
        else copyFileSync(host, target, constants.COPYFILE_EXCL);
        unlinkSync(host);
      }
    });
  }

  rename(from: string, to: string): void {
    this.atTwo(from, to, renameSync);
  }

  /** A second name for a file, or a copy where the file system has no such thing; a link is made anew. */
  duplicate(from: string, to: string): void {
    const stat = this.stat(from);
    if (stat?.kind === 'symlink') {
      const target = this.at(from, (host) => readlinkSync(host));
      this.at(to, (host) => symlinkSync(target, host));
      return;
    }
    this.atTwo(from, to, (source, target) => {
      try {
        linkSync(source, target);
      } catch (cause) {
        const { code } = toFsError(cause);
        if (code === 'nospc' || code === 'rofs' || code === 'dquot' || code === 'exist') throw cause;
        copyFileSync(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      }
    });
  }

  mkdir(path: string, mode: number): void {
    this.at(path, (host) => {
      mkdirSync(host, { mode: 0o700 });
      chmodSync(host, mode);
    });
  }

  rmdir(path: string): void {
    this.at(path, (host) => rmdirSync(host));
  }

  unlink(path: string): void {
    this.at(path, (host) => unlinkSync(host));
  }

  symlink(target: string, path: string): void {
    this.at(path, (host) => symlinkSync(target, host));
  }

  chmod(path: string, mode: number): void {
    const kind = this.stat(path)?.kind;
    if (kind === 'directory') return this.at(path, (host) => chmodSync(host, mode));
    this.at(path, (host) => {
      const { fd } = openRegular(host, readFlags);
      closeSync(fd);
      chmodSync(host, mode);
    });
  }

  /** Creates a file that was not there, for the user alone. */
  createFile(path: string): number {
    const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;
    return this.at(path, (host) => openSync(host, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | noFollow, 0o600));
  }

  openFile(path: string): number {
    return this.at(path, (host) => openRegular(host, readFlags).fd);
  }

  /** Makes what was renamed, made and removed in a directory last. One that is gone, or replaced by something else, needs nothing. */
  sync(directory: string): void {
    if (process.platform === 'win32') return;
    this.at(
      directory === '' ? '.' : directory,
      (host) => {
        const fd = openFolderOrNull(host);
        if (fd === null) return;
        try {
          fsyncSync(fd);
        } finally {
          closeSync(fd);
        }
      },
      undefined,
    );
  }

  /** Runs `use` with a host path that leads to exactly this entry; `absent` where its directory is not there. */
  private at<T>(path: string, use: (host: string) => T, ...absent: [T] | []): T {
    const [directory, name] = splitLower(path);
    if (this.folders !== null) {
      const fd = this.folders.rawFolder(directory);
      if (fd !== null) return use(`/proc/self/fd/${fd}/${name}`);
    } else if (process.platform === 'win32' && path.split('/').some((each) => each !== '.' && isRefusedOnWindows(each))) {
      throw Object.assign(new Error('a name that Windows has another meaning for'), { code: 'EACCES' });
    } else if (this.isDirectoryChain(directory)) {
      return use(join(this.realPath, directory, name));
    }
    if (absent.length === 1) return absent[0];
    throw Object.assign(new Error('the directory is not there'), { code: 'ENOENT' });
  }

  private atTwo(from: string, to: string, use: (from: string, to: string) => void): void {
    const [directory, name] = splitLower(from);
    const [toDirectory, toName] = splitLower(to);
    if (directory === toDirectory) return this.at(from, (source) => use(source, source.slice(0, -name.length) + toName));
    if (this.folders === null) return this.at(from, (source) => this.at(to, (target) => use(source, target)));
    // The first directory is held by a descriptor of its own: reaching the second one may close what was kept.
    const held = this.at(directory === '' ? '.' : directory, (host) => openSync(host, folderFlags));
    try {
      this.at(to, (target) => use(`/proc/self/fd/${held}/${name}`, target));
    } finally {
      closeSync(held);
    }
  }

  private isDirectoryChain(directory: string): boolean {
    let path = this.realPath;
    for (const name of directory === '' ? [] : directory.split('/')) {
      path = join(path, name);
      if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
    }
    return true;
  }
}

/** The user may take a folder away at any moment: opening it is the only look that counts. */
function openFolderOrNull(host: string): number | null {
  try {
    return openSync(host, folderFlags);
  } catch (cause) {
    if (['noent', 'notdir', 'loop'].includes(toFsError(cause).code)) return null;
    throw cause;
  }
}
