import type { Readable, Writable } from 'node:stream';

/** What the command line knows of the outside: streams, environment, signals. One a process. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts on the first SIGINT, SIGTERM or SIGHUP, or when nobody reads standard output any more. */
  readonly signal: AbortSignal;
  /** The status that goes with the abort: 130, 143 or 129, and 141 for a closed output. Null while nothing has come. */
  readonly interruptedBy: () => number | null;
  /** Lets the output drain, then ends the process. */
  exit(status: number): void;
}

/** How long a stopped command may take to close what it opened. */
const graceMs = 5000;

export function createTerminal(process: NodeJS.Process): Terminal {
  const controller = new AbortController();
  let interruptedBy: number | null = null;
  const interrupt = (status: number): void => {
    // The second signal does not wait for anything.
    if (interruptedBy !== null) process.exit(status);
    interruptedBy = status;
    controller.abort();
    setTimeout(() => process.exit(status), graceMs).unref();
  };
  process.on('SIGINT', () => interrupt(130));
  process.on('SIGTERM', () => interrupt(143));
  process.on('SIGHUP', () => interrupt(129));
  const outputClosed = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE' && interruptedBy === null) interrupt(141);
  };
  process.stdout.on('error', outputClosed);
  process.stderr.on('error', outputClosed);
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
    interruptedBy: () => interruptedBy,
    exit(status) {
      process.exitCode = status;
      // Pipes are written asynchronously; an empty write is called back after all that stands before it.
      const end = (): void => process.exit(status);
      if (process.stdout.destroyed || process.stdout.writableEnded) end();
      else process.stdout.write('', () => process.stderr.write('', end));
    },
  };
}
