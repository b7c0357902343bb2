import { closeSync, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import { runAndSettleIn } from '../../src/cli/runInSandbox';
import type { Terminal } from '../../src/cli/terminal';
import { createEmbeddedSandbox } from '../../src/sandbox/embedded/embeddedSandbox';
import type { Sandbox } from '../../src/sandbox/sandbox';
import type { SandboxOptions } from '../../src/sandbox/sandboxOptions';
import { defaultLimits } from '../../src/shared/limits';

/* Command lines one after another in a sandbox that stays, as in a conversation; the differential suites run on it. */

export interface CommandRun {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Null: /dev/null. */
  readonly input: Uint8Array | string | null;
}

/** Output as latin1 text; `status` is a sentence where the run was given up at the limit or Sunaba failed. */
export interface CommandOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | string;
  readonly ms: number;
}

export interface KeptSandboxes {
  /** Runs as `sunaba exec --mode auto` does. `folder` has to stay the same folder for as long as the sandbox lives. */
  run(run: CommandRun, folder: string): Promise<CommandOutcome>;
  /** Ends the sandbox of a folder, which may then be removed. */
  forget(folder: string): Promise<void>;
}

const clearScratch = 'shopt -s nullglob dotglob; set -- /tmp/*; (($# == 0)) || rm -rf -- "$@"';

/** Keeps one sandbox a folder; `open` makes it. */
export function keepSandboxes(open: (options: SandboxOptions) => Promise<Sandbox>, dist: string, limitMs: number): KeptSandboxes {
  const state = mkdtempSync(path.join(tmpdir(), 'sunaba-state-'));
  process.on('exit', () => rmSync(state, { recursive: true, force: true }));
  const kept = new Map<string, Promise<Sandbox>>();
  const sandboxOf = (folder: string): Promise<Sandbox> => {
    const known = kept.get(folder) ?? open({ dist, folder, limits: defaultLimits, state });
    kept.set(folder, known);
    return known;
  };
  return {
    async run(run, folder) {
      const sandbox = await sandboxOf(folder);
      const outcome = await runCommand(sandbox, run, limitMs);
      await sandbox.staging.discard('all');
      await runCommand(sandbox, { command: clearScratch, env: {}, input: null }, limitMs);
      return outcome;
    },
    async forget(folder) {
      const sandbox = await kept.get(folder);
      kept.delete(folder);
      await sandbox?.dispose();
    },
  };
}

/** On the embedded host. */
export function keepEmbeddedSandboxes(dist: string, limitMs: number): KeptSandboxes {
  return keepSandboxes((options) => Promise.resolve(createEmbeddedSandbox(options)), dist, limitMs);
}

async function runCommand(sandbox: Sandbox, { command, env, input }: CommandRun, limitMs: number): Promise<CommandOutcome> {
  const begun = performance.now();
  const out = new Gathered();
  const err = new Gathered();
  const nothing = input === null ? openSync('/dev/null', 'r') : null;
  const signal = AbortSignal.timeout(limitMs);
  const terminal: Terminal = {
    stdin:
      nothing === null
        ? Readable.from(input === '' ? [] : [Buffer.from(input ?? '')])
        : Object.assign(createReadStream('', { fd: nothing, autoClose: false }), { fd: nothing }),
    stdout: out,
    stderr: err,
    env: {},
    cwd: '/',
    signal,
    interruptedBy: () => null,
    exit: () => undefined,
  };
  const request = { program: 'bash', args: ['-c', command, 'bash'], env, cwd: '/workspace', view: 'shell' } as const;
  let status: number | string;
  try {
    status = await runAndSettleIn(sandbox, { mode: 'auto', request }, terminal);
    if (signal.aborted) status = `not ended after ${limitMs} ms`;
  } catch (error) {
    status = `Sunaba failed: ${String(error)}`;
  } finally {
    if (nothing !== null) closeSync(nothing);
  }
  return { stdout: out.text(), stderr: err.text(), status, ms: performance.now() - begun };
}

/** Keeps what is written to it. */
class Gathered extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // The writer may use its buffer again.
    this.#chunks.push(Buffer.from(chunk));
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }
}
