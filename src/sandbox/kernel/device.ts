import { randomFillSync } from 'node:crypto';
import { fsError } from '../../staging/errno';
import type { Accessor, Stat } from '../../staging/vfs';
import { Description, filetype } from './description';
import { totalLength } from './guestMemory';
import { deviceRights } from './rights';

/** Devices that are what they are for everyone; stdin, stdout, stderr and fd are the opener's own descriptors. */
export const plainDevices = ['null', 'zero', 'full', 'random', 'urandom'] as const;
export type PlainDevice = (typeof plainDevices)[number];

/** Every name that /dev has. */
export const deviceNames: readonly string[] = [...plainDevices, 'stdin', 'stdout', 'stderr'];

export function isPlainDevice(name: string): name is PlainDevice {
  return (plainDevices as readonly string[]).includes(name);
}

/** Fills memory that may be shared, which node's own function refuses. */
export function fillRandom(view: Uint8Array): void {
  const chunk = new Uint8Array(Math.min(view.length, 65_536));
  for (let done = 0; done < view.length; done += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, view.length - done));
    view.set(randomFillSync(part), done);
  }
}

export class Device extends Description {
  readonly filetype = filetype.characterDevice;
  readonly rights = deviceRights;

  constructor(
    private readonly device: PlainDevice,
    private readonly status: Stat,
  ) {
    super();
  }

  override stat(): Stat {
    return this.status;
  }

  override read(_cx: Accessor, views: readonly Uint8Array[]): number {
    switch (this.device) {
      case 'null':
        return 0;
      case 'zero':
      case 'full':
        for (const view of views) view.fill(0);
        return totalLength(views);
      case 'random':
      case 'urandom':
        for (const view of views) fillRandom(view);
        return totalLength(views);
    }
  }

  override write(_cx: Accessor, _views: readonly Uint8Array[], total: number): number {
    if (this.device === 'full' && total > 0) throw fsError('nospc');
    return total;
  }

  override pread(cx: Accessor, views: readonly Uint8Array[]): number {
    return this.read(cx, views);
  }

  override pwrite(cx: Accessor, views: readonly Uint8Array[]): number {
    return this.write(cx, views, totalLength(views));
  }

  /** As Linux has it: these devices have no place, and it is always 0. */
  override seek(): number {
    return 0;
  }

  override setTimes(): void {}

  override sync(): void {}
}
