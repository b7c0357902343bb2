import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emptyLedger } from '../../shared/ledger';
import { UserError } from '../../shared/userError';
import type { HostKind, RunRequest, RunResult, Sandbox, StagingPort } from '../sandbox';
import { requireFolder } from '../requireFolder';
import { GaveWay } from './failure';
import { KernelConnection, type ConnectionOptions, type KernelHandle } from './kernelConnection';
import type { StagingMethod, ThreadOptions } from './protocol';
import { english as l10n } from '../../shared/texts';

export interface RemoteSandboxOptions extends Pick<ConnectionOptions, 'onGuest'> {
  readonly host: HostKind;
  /** Without a storage the conversation's changes live in a temporary directory, which ends with the sandbox. */
  readonly thread: Omit<ThreadOptions, 'storage'> & { readonly storage?: string };
  /** Starts the kernel's thread. Called when it is first needed, and again after it was lost. */
  readonly connect: (thread: ThreadOptions) => KernelHandle;
  /** How long an orderly end may take before the thread is killed. */
  readonly closeMs: number;
}

/** A sandbox whose kernel runs on another thread or in another process. */
export class RemoteSandbox implements Sandbox {
  readonly host: HostKind;
  readonly staging: StagingPort;
  #connection: KernelConnection | undefined;
  #temporary: string | undefined;
  #disposed = false;

  constructor(private readonly options: RemoteSandboxOptions) {
    this.host = options.host;
    const call =
      <M extends StagingMethod>(method: M) =>
      (...args: Parameters<StagingPort[M]>) =>
        this.#ask((connection) => connection.callStaging(method, args)) as ReturnType<StagingPort[M]>;
    this.staging = {
      changes: call('changes'),
      read: call('read'),
      edit: call('edit'),
      commit: call('commit'),
      discard: call('discard'),
      revert: call('revert'),
    };
  }

  /** Starts the thread and its warm workers ahead of the first run. */
  async warm(): Promise<void> {
    await this.#ask((connection) => connection.opened);
  }

  async run(request: RunRequest, signal: AbortSignal): Promise<RunResult> {
    if (signal.aborted) return neverStarted();
    await requireFolder(this.options.thread.folder);
    return await this.#ask((connection) => connection.run(request, signal));
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close(this.options.closeMs);
    if (this.#temporary !== undefined) await rm(this.#temporary, { recursive: true, force: true });
  }

  /** Asks the kernel's thread; where that gave the conversation away before it began, a new one, which asks for it back. */
  async #ask<Answer>(question: (connection: KernelConnection) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        return await question(this.#connect());
      } catch (error) {
        if (!(error instanceof GaveWay)) throw error;
      }
    }
  }

  #connect(): KernelConnection {
    if (this.#disposed) throw new UserError('sandboxFailed', l10n.t('This sandbox has been closed. Start a new chat.'));
    if (!this.#connection) {
      const { connect, onGuest, thread } = this.options;
      const storage = thread.storage ?? (this.#temporary ??= mkdtempSync(path.join(tmpdir(), 'sunaba-')));
      const own = { ...thread, storage };
      const options = { connect: () => connect(own), thread: own, ...(onGuest === undefined ? {} : { onGuest }) };
      const connection = new KernelConnection(options, () => {
        if (this.#connection === connection) this.#connection = undefined;
      });
      this.#connection = connection;
    }
    return this.#connection;
  }
}

/** What comes of a run that was aborted before it began. */
function neverStarted(): RunResult {
  const nothing = { head: new Uint8Array(), tail: new Uint8Array(), droppedBytes: 0, totalBytes: 0 };
  return {
    exit: { kind: 'aborted' },
    stdout: nothing,
    stderr: nothing,
    combined: nothing,
    limitsMet: [],
    ledger: emptyLedger,
    durationMs: 0,
  };
}
