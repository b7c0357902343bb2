import { closeSync, readSync } from 'node:fs';
import { fsError, toFsError } from '../errno';
import type { DirectoryNode, FileNode, Node, SymlinkNode, UnsupportedNode } from '../node';
import type { Accessor, DirEntry, FileTree, OpenFile, Stat } from '../vfs';
import { openLower } from './openLower';
import { joinLower } from './lower';
import type { NamedLower } from './spelledLower';

/** A folder as it is on disk, without an overlay: everything that writes is EROFS. */
export function createReadOnlyTree(root: string): FileTree {
  const lower = openLower(root);
  return { root: new ReadOnlyDirectory(lower, null, '', ''), dispose: () => lower.dispose() };
}

const refuse = (): never => {
  throw fsError('rofs');
};

class ReadOnlyDirectory implements DirectoryNode {
  readonly kind = 'directory';
  private readonly children = new Map<string, ReadOnlyDirectory>();
  constructor(
    private readonly lower: NamedLower,
    private readonly above: ReadOnlyDirectory | null,
    private readonly ownName: string,
    private readonly path: string,
  ) {}
  parent(): DirectoryNode | null {
    return this.above;
  }
  name(): string {
    return this.ownName;
  }
  stat(): Stat {
    const stat = this.lower.statDirectory(this.path);
    if (stat === null) throw fsError('noent');
    return stat;
  }
  lookup(_cx: Accessor, asked: string): Node {
    const known = this.children.get(asked);
    if (known !== undefined && this.lower.isKnownDirectory(known.path)) return known;
    const found = this.lower.lookup(this.path, asked);
    if (found === null) throw fsError('noent');
    const { name, stat } = found;
    switch (stat.kind) {
      case 'directory': {
        let child = this.children.get(name);
        if (child === undefined) {
          child = new ReadOnlyDirectory(this.lower, this, name, joinLower(this.path, name));
          this.children.set(name, child);
        }
        return child;
      }
      case 'file':
        return new ReadOnlyFile(this.lower, this.path, name, stat);
      case 'symlink': {
        const link: SymlinkNode = {
          kind: 'symlink',
          stat: () => stat,
          setTimes: refuse,
          chmod: refuse,
          readlink: () => this.lower.readlink(this.path, name),
        };
        return link;
      }
      default: {
        const unsupported: UnsupportedNode = { kind: 'unsupported', stat: () => stat, setTimes: refuse, chmod: refuse };
        return unsupported;
      }
    }
  }
  entries(): readonly DirEntry[] {
    const listing = this.lower.list(this.path);
    if (listing === null) throw fsError('noent');
    const ino = this.stat().ino;
    const entries: DirEntry[] = [
      { name: '.', ino, kind: 'directory' },
      { name: '..', ino: this.above?.stat().ino ?? ino, kind: 'directory' },
    ];
    for (const { name } of listing.entries) {
      const stat = this.lower.stat(this.path, name);
      if (stat !== null) entries.push({ name, ino: stat.ino, kind: stat.kind });
    }
    return entries;
  }
  readonly setTimes = refuse;
  readonly chmod = refuse;
  readonly create = refuse;
  readonly mkdir = refuse;
  readonly symlink = refuse;
  readonly link = refuse;
  readonly unlink = refuse;
  readonly rmdir = refuse;
  readonly rename = refuse;
}

class ReadOnlyFile implements FileNode {
  readonly kind = 'file';
  constructor(
    private readonly lower: NamedLower,
    private readonly directory: string,
    private readonly name: string,
    private readonly seen: Stat,
  ) {}
  stat(): Stat {
    return this.seen;
  }
  open(cx: Accessor, options: { read: boolean; write: boolean; truncate: boolean }): OpenFile {
    if (options.write || options.truncate) throw fsError('rofs');
    const { fd, stat } = this.lower.openFile(this.directory, this.name);
    const path = joinLower(this.directory, this.name);
    cx.ledger.read(path);
    return {
      kind: 'file',
      stat: () => stat,
      read: (reader, into, offset) => {
        try {
          const bytes = readSync(fd, into, 0, into.byteLength, offset);
          reader.ledger.bytesRead(bytes);
          return bytes;
        } catch (cause) {
          throw toFsError(cause);
        }
      },
      write: refuse,
      truncate: refuse,
      allocate: refuse,
      setTimes: refuse,
      chmod: refuse,
      sync: () => undefined,
      close: () => closeSync(fd),
    };
  }
  readonly setTimes = refuse;
  readonly chmod = refuse;
}
