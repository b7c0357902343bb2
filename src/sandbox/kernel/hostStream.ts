import type { Accessor, Stat } from '../../staging/vfs';
import { Description, filetype, type Cancel, type PendingWrite, type Readiness } from './description';
import { outputWindowBytes, type Output, type OutputStream } from './output';
import { streamRights } from './rights';
import { streamStat } from './streamStat';

/** Standard output or error of a run. Standard input is the reading end of a pipe that the host fills. */
export class HostOutput extends Description {
  readonly filetype: number;
  readonly rights = streamRights;

  /** `isTerminal`: as for `PipeReader`. */
  constructor(
    private readonly output: Output,
    private readonly stream: OutputStream,
    isTerminal = false,
  ) {
    super();
    this.filetype = isTerminal ? filetype.characterDevice : filetype.socketStream;
  }

  override stat(): Stat {
    return streamStat('unsupported', 0);
  }

  override write(_cx: Accessor, views: readonly Uint8Array[], total: number): number {
    return this.output.write(this.stream, views, total);
  }

  override queueWrite(request: PendingWrite): Cancel {
    return this.output.queueWrite(this.stream, request);
  }

  override readable(): null {
    return null;
  }

  override writable(): Readiness | null {
    return this.output.hasRoom ? { bytes: outputWindowBytes, hangup: false } : null;
  }

  override watch(changed: () => void): Cancel {
    return this.output.watch(changed);
  }
}
