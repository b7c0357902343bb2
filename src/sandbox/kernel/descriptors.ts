import { fsError } from '../../staging/errno';
import type { Description } from './description';
import { Directory } from './directory';

/** What a number of a process stands for: an open file description, and what this number may be used for. */
export interface Descriptor {
  readonly description: Description;
  rights: number;
  inheriting: number;
  /** The name of a preopen. */
  readonly preopen: string | null;
}

/** The descriptor table of a process. It owns one reference to each description that it names. */
export class Descriptors {
  readonly #table: (Descriptor | undefined)[] = [];
  #open = 0;
  #lowestFree = 0;
  readonly #given = new Set<number>();

  /** `full` is told when the limit is met. */
  constructor(
    private readonly limit: number,
    private readonly full: () => void,
  ) {}

  /** EBADF where it is not open, ENOTCAPABLE where it lacks one of `rights`. */
  get(fd: number, rights = 0): Descriptor {
    const descriptor = this.#table[fd];
    if (!descriptor) throw fsError('badf');
    if (rights & ~descriptor.rights) throw fsError('notcapable');
    return descriptor;
  }

  has(fd: number): boolean {
    return this.#table[fd] !== undefined;
  }

  /** ENOTDIR where it is none. */
  directory(fd: number, rights: number): { readonly directory: Directory; readonly descriptor: Descriptor } {
    const descriptor = this.get(fd);
    const { description } = descriptor;
    if (!(description instanceof Directory)) throw fsError('notdir');
    if (rights & ~descriptor.rights) throw fsError('notcapable');
    return { directory: description, descriptor };
  }

  /** The lowest free number from `lowest` on; EMFILE at the limit. */
  reserve(lowest = 0): number {
    if (this.#open >= this.limit) {
      this.full();
      throw fsError('mfile');
    }
    let fd = Math.max(lowest, this.#lowestFree);
    while (this.#table[fd] !== undefined) fd++;
    if (lowest <= this.#lowestFree) this.#lowestFree = fd;
    if (fd >= this.limit) throw fsError('mfile');
    return fd;
  }

  /** Puts it at `fd`, whatever was there before is closed. */
  set(fd: number, descriptor: Descriptor): void {
    const before = this.#table[fd];
    // Holes would make the engine treat the table as a dictionary.
    while (this.#table.length < fd) this.#table.push(undefined);
    this.#table[fd] = descriptor;
    this.#given.delete(fd);
    descriptor.description.retain();
    if (before) before.description.release();
    else this.#open++;
  }

  /** `set`, for what the process is started with. */
  give(fd: number, descriptor: Descriptor): void {
    this.set(fd, descriptor);
    this.#given.add(fd);
  }

  /** The numbers that still stand for what the process was started with, lowest first. */
  get given(): readonly number[] {
    return [...this.#given].sort((a, b) => a - b);
  }

  /** Whether `fd` was given, and a preopen stands above it. */
  isGivenBelowPreopen(fd: number): boolean {
    return this.#given.has(fd) && this.#table.some((descriptor, other) => other > fd && descriptor?.preopen != null);
  }

  add(descriptor: Descriptor): number {
    const fd = this.reserve();
    this.set(fd, descriptor);
    return fd;
  }

  close(fd: number): void {
    const descriptor = this.get(fd);
    this.#table[fd] = undefined;
    this.#given.delete(fd);
    this.#open--;
    if (fd < this.#lowestFree) this.#lowestFree = fd;
    descriptor.description.release();
  }

  /** Moves `from` to `to`, which must be open too (EBADF), as the standard has it. */
  renumber(from: number, to: number): void {
    const descriptor = this.get(from);
    this.get(to);
    if (from === to) return;
    this.set(to, descriptor);
    this.close(from);
  }

  /** Numbers and descriptors of the preopens. */
  preopens(): { readonly fd: number; readonly descriptor: Descriptor }[] {
    return this.#table.flatMap((descriptor, fd) => (descriptor?.preopen != null ? [{ fd, descriptor }] : []));
  }

  closeAll(): void {
    for (let fd = 0; fd < this.#table.length; fd++) {
      const descriptor = this.#table[fd];
      this.#table[fd] = undefined;
      descriptor?.description.release();
    }
    this.#given.clear();
    this.#open = 0;
  }
}
