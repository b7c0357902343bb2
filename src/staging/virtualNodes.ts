import { fsError } from './errno';
import type { DeviceNode, DirectoryNode, FileNode, Node } from './node';
import type { Accessor, DirEntry, NodeKind, Stat } from './vfs';

/*
 * What exists for guests without being a file of anybody: the directories above the mounts, devices, and the names of
 * programs. All of it is read-only.
 */

/** A device number that no mounted tree has. */
const virtualDev = 0x5355n;
const epoch = 0n;

export interface VirtualDirectoryNode extends DirectoryNode {
  /** Makes `node` an entry; used while the namespace is put together. */
  add(name: string, node: Node): void;
}

/** Gives every virtual node an inode number of its own. */
export interface InodeNumbers {
  next(): bigint;
}

export function createInodeNumbers(): InodeNumbers {
  let last = 0n;
  return { next: () => ++last };
}

export function createVirtualDirectory(numbers: InodeNumbers, above: DirectoryNode | null, name: string): VirtualDirectoryNode {
  const ino = numbers.next();
  const children = new Map<string, Node>();
  const self: VirtualDirectoryNode = {
    ...readOnly(virtualStat(ino, 'directory', 0o555)),
    ...readOnlyDirectory,
    parent: () => above,
    name: () => name,
    add: (entry, node) => void children.set(entry, node),
    lookup: (_cx, entry) => {
      const node = children.get(entry);
      if (node === undefined) throw fsError('noent');
      return node;
    },
    entries: (cx) => [
      { name: '.', ino, kind: 'directory' },
      { name: '..', ino: above?.stat(cx).ino ?? ino, kind: 'directory' },
      ...[...children].map(([entry, node]): DirEntry => ({ name: entry, ino: node.stat(cx).ino, kind: node.kind })),
    ],
  };
  return self;
}

export function createDevice(numbers: InodeNumbers, device: string): DeviceNode {
  return { ...readOnly(virtualStat(numbers.next(), 'device', 0o666)), kind: 'device', device };
}

/** `/dev/fd`: each number is a descriptor of whoever opens it; which of them are open, only that process knows. */
export function createDescriptorsDirectory(numbers: InodeNumbers, above: DirectoryNode): DirectoryNode {
  const ino = numbers.next();
  const nodes = new Map<string, DeviceNode>();
  return {
    ...readOnly(virtualStat(ino, 'directory', 0o555)),
    ...readOnlyDirectory,
    parent: () => above,
    name: () => 'fd',
    lookup: (_cx, entry) => {
      if (!/^(?:0|[1-9]\d{0,3})$/.test(entry)) throw fsError('noent');
      const node = nodes.get(entry) ?? createDescriptorName(numbers, entry);
      nodes.set(entry, node);
      return node;
    },
    entries: (cx) => [
      { name: '.', ino, kind: 'directory' },
      { name: '..', ino: above.stat(cx).ino, kind: 'directory' },
    ],
  };
}

/** By name it looks like a file: programs that ask before they open refuse what is neither file nor folder. */
function createDescriptorName(numbers: InodeNumbers, fd: string): DeviceNode {
  return { ...readOnly(virtualStat(numbers.next(), 'file', 0o666)), kind: 'device', device: `fd/${fd}` };
}

/** A directory whose entries are names of programs, asked for anew each time. */
export function createProgramsDirectory(
  numbers: InodeNumbers,
  above: DirectoryNode,
  name: string,
  programs: () => readonly string[],
): DirectoryNode {
  const ino = numbers.next();
  const nodes = new Map<string, FileNode>();
  const nodeOf = (program: string): FileNode => {
    let node = nodes.get(program);
    if (node === undefined) {
      node = createProgram(numbers);
      nodes.set(program, node);
    }
    return node;
  };
  return {
    ...readOnly(virtualStat(ino, 'directory', 0o555)),
    ...readOnlyDirectory,
    parent: () => above,
    name: () => name,
    lookup: (_cx, entry) => {
      if (!programs().includes(entry)) throw fsError('noent');
      return nodeOf(entry);
    },
    entries: (cx) => [
      { name: '.', ino, kind: 'directory' },
      { name: '..', ino: above.stat(cx).ino, kind: 'directory' },
      ...programs().map((entry): DirEntry => ({ name: entry, ino: nodeOf(entry).stat(cx).ino, kind: 'file' })),
    ],
  };
}

function createProgram(numbers: InodeNumbers): FileNode {
  return {
    ...readOnly(virtualStat(numbers.next(), 'file', 0o555)),
    kind: 'file',
    open: (_cx, options) => {
      throw fsError(options.write || options.truncate ? 'rofs' : 'acces');
    },
  };
}

function virtualStat(ino: bigint, kind: NodeKind, mode: number): Stat {
  return { dev: virtualDev, ino, kind, nlink: 1, size: 0, mode, atimeNs: epoch, mtimeNs: epoch, ctimeNs: epoch };
}

const refuse = (): never => {
  throw fsError('rofs');
};

function readOnly(stat: Stat): { stat: (cx: Accessor) => Stat; setTimes: () => never; chmod: () => never } {
  return { stat: () => stat, setTimes: refuse, chmod: refuse };
}

const readOnlyDirectory = {
  kind: 'directory',
  create: refuse,
  mkdir: refuse,
  symlink: refuse,
  link: refuse,
  unlink: refuse,
  rmdir: refuse,
  rename: refuse,
} as const;
