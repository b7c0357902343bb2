import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FileRules } from '../permissions/filePolicy';
import type { HostKind, Sandbox } from '../sandbox/sandbox';
import { openSandbox } from '../sandbox/vscodeWasi/vscodeSandbox';
import { mayHavePendingChanges } from '../staging/mayHavePendingChanges';
import { readSettings } from './settings';

/** The sandbox of the conversation: made when a turn first needs it, and again when the folder or a setting it hangs on has changed. */
export interface SandboxHolder {
  open(folder: string): Promise<Sandbox>;
  /** Whether a former window left changes of this folder that are not applied; asks the disk, without making a sandbox. */
  hasPending(folder: string): Promise<boolean>;
  /** The sandbox that stands now, without making one. */
  current(): Sandbox | undefined;
  hostInUse(): HostKind | null;
  /** Ends the sandbox and all that runs in it; the next `open` makes a new one. */
  close(): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

interface Held {
  readonly key: string;
  readonly opening: Promise<Sandbox>;
  sandbox?: Sandbox;
}

export function createSandboxHolder(
  extension: vscode.Uri,
  log: vscode.LogOutputChannel,
  changed: vscode.EventEmitter<void>,
  /** Directory for what is staged, one below it for each folder. */
  storage: string,
  rules: () => FileRules,
): SandboxHolder {
  const dist = path.join(extension.fsPath, 'dist');
  let held: Held | undefined;

  const storageOf = (folder: string) => path.join(storage, createHash('sha256').update(folder).digest('hex').slice(0, 16));

  /** When all that was held before has ended: two sandboxes of one folder at a time would be two writers of one overlay. */
  let ended = Promise.resolve();

  const close = (): Promise<void> => {
    const old = held;
    held = undefined;
    if (old !== undefined) {
      const end = async () => (await old.opening.catch(() => undefined))?.dispose();
      ended = Promise.all([ended, end()]).then(
        () => undefined,
        (error: unknown) => log.error('a sandbox did not end in order', error),
      );
    }
    return ended;
  };

  const make = async (folder: string): Promise<Sandbox> => {
    const { host, limits, checkpointsMib } = readSettings();
    const own = storageOf(folder);
    await mkdir(own, { recursive: true, mode: 0o700 });
    const { sandbox, notice } = await openSandbox(host, { dist, folder, limits, checkpointsMib, storage: own, rules: rules() }, (text) => {
      log.warn(text);
      void vscode.window.showWarningMessage(text);
    });
    log.info(`the sandbox of ${folder} runs on the host "${sandbox.host}"`);
    if (notice !== null) log.warn(notice);
    return sandbox;
  };

  return {
    open: async (folder) => {
      const { host, limits, checkpointsMib } = readSettings();
      const key = JSON.stringify({ folder, host, limits, checkpointsMib, rules: rules() });
      if (held?.key !== key) {
        const formerEnded = close();
        held = { key, opening: formerEnded.then(() => make(folder)) };
      }
      const mine = held;
      try {
        mine.sandbox = await mine.opening;
        return mine.sandbox;
      } catch (error) {
        if (held === mine) held = undefined;
        throw error;
      } finally {
        changed.fire();
      }
    },
    hasPending: (folder) => mayHavePendingChanges(storageOf(folder)),
    current: () => held?.sandbox,
    hostInUse: () => held?.sandbox?.host ?? null,
    close,
    onDidChange: changed.event,
  };
}
