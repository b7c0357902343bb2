import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createKernel } from '../../../src/sandbox/kernel/createKernel';
import { deviceNames } from '../../../src/sandbox/kernel/device';
import type { Kernel, KernelRequest, KernelResult, KernelRun } from '../../../src/sandbox/kernel/kernel';
import type { GuestModule } from '../../../src/sandbox/launcher';
import { mailboxAddress } from '../../../src/sandbox/mailbox';
import { defaultLimits, type Limits } from '../../../src/shared/limits';
import { openConversationTrees, type ConversationTrees } from '../../../src/staging/conversationTrees';
import { createNamespace } from '../../../src/staging/namespace';
import { silent } from '../../../src/staging/silentAccessor';
import type { LedgerSink, Namespace } from '../../../src/staging/vfs';
import { PuppetLauncher, type Script } from './puppets';

/** A kernel over a temporary folder whose programs are scripts of the test. */
export class Stage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'sunaba-stage-'));
  readonly scripts = new Map<string, Script>();
  readonly launcher = new PuppetLauncher(this.scripts);
  /** Faults of the kernel itself: none, ever. */
  readonly faults: unknown[] = [];
  readonly refused: string[] = [];
  readonly kernel: Kernel;
  readonly #storage = mkdtempSync(path.join(tmpdir(), 'sunaba-stage-'));
  readonly #trees: ConversationTrees = openConversationTrees({
    folder: this.folder,
    storage: path.join(this.#storage, 'conversation'),
    state: path.join(this.#storage, 'state'),
    guestPath: '/workspace',
  });

  constructor(limits: Partial<Limits> = {}) {
    const sink: LedgerSink = { ...silent.ledger, refused: (at) => this.refused.push(at) };
    const names = (): string[] => [...this.scripts.keys()].sort();
    this.kernel = createKernel({
      launcher: this.launcher,
      programs: { names, load: (name) => (this.scripts.has(name) ? puppetModule(name) : undefined) },
      namespace: this.#createNamespace(names),
      mount: '/workspace',
      limits: { ...defaultLimits, ...limits },
      createLedger: () => ({ sink, summary: emptyLedger }),
      spinningGuests: 0,
      reportFault: (error) => this.faults.push(error),
    });
  }

  program(name: string, script: Script): this {
    this.scripts.set(name, script);
    return this;
  }

  start(name: string, request: Partial<KernelRequest> = {}): KernelRun {
    return this.kernel.start({ program: name, args: [], view: 'shell', stdin: new Uint8Array(), ...request }, { output: () => undefined });
  }

  /** Runs `script` as the first process and gives what came of it; a failed assertion in any script fails here. */
  async run(script: Script, request: Partial<KernelRequest> = {}): Promise<KernelResult> {
    this.program('main', script);
    const result = await this.start('main', request).ended;
    this.check();
    return result;
  }

  check(): void {
    const [failure] = [...this.launcher.failures, ...this.faults];
    if (failure instanceof Error) throw failure;
    if (failure !== undefined) throw new Error('a fault of the kernel', { cause: failure });
  }

  dispose(): void {
    this.kernel.dispose();
    this.#trees.dispose();
    for (const folder of [this.folder, this.#storage]) rmSync(folder, { recursive: true, force: true });
  }

  #createNamespace(names: () => readonly string[]): Namespace {
    return createNamespace({
      mounts: new Map([
        ['/workspace', { kind: 'tree', tree: this.#trees.workspace }],
        ['/tmp', { kind: 'tree', tree: this.#trees.scratch }],
        ['/dev', { kind: 'devices', names: deviceNames }],
        ['/bin', { kind: 'programs', names }],
      ]),
    });
  }
}

export function puppetModule(name: string): GuestModule {
  return { hash: name, name, bytes: new Uint8Array(), initialPages: 2, maximumPages: 65_536, mailboxAddress };
}

function emptyLedger(): KernelResult['ledger'] {
  const counts = { read: 0, written: 0, created: 0, removed: 0, refused: 0 };
  return { read: [], written: [], created: [], removed: [], refused: [], bytesRead: 0, bytesWritten: 0, truncated: false, counts };
}
