import { availableParallelism } from 'node:os';
import path from 'node:path';
import { UserError } from '../../shared/userError';
import { collectingLauncher } from '../collectingLauncher';
import { MemoryCollector } from '../collectMemory';
import { createWorkerLauncher } from '../embedded/workerLauncher';
import { holdConversation, type ConversationHold } from '../../staging/conversationLock';
import { createKernel } from '../kernel/createKernel';
import type { Kernel, KernelRun } from '../kernel/kernel';
import type { Launcher } from '../launcher';
import { createProgramStore, toGuestModule } from '../programs/programStore';
import { createRelayLauncher, type RelayLauncher } from '../vscodeWasi/relayLauncher';
import type { Channel } from './channel';
import { createConversationSpace, type ConversationSpace } from './conversationSpace';
import { toFailure } from './failure';
import type { FromThread, ThreadOptions, ToThread, WireRequest } from './protocol';
import { english as l10n } from '../../shared/texts';

const warmThreads = 2;
const maxIdleThreads = 8;
/** A kill ends a guest within 300 ms whatever it does: what is left after this is for the end of the process. */
const stuckAfterMs = 200;
/** How often a thread that holds a conversation looks whether another process waits for it. */
const wantedEveryMs = 250;
/** How long a thread that gave its conversation away waits to be ended. */
const leaveMs = 2000;

/** Serves one conversation over `channel`: its kernel, its overlay, its guests. `exit` ends the thread. */
export function serveKernel(channel: Channel<FromThread, ToThread>, exit: () => void): void {
  let opening: Promise<Conversation> | undefined;
  const runs = new Map<number, OpenRun>();
  let calls = 0;
  let gaveWay = false;
  const closing = new AbortController();

  const opened = (): Promise<Conversation> =>
    opening ?? Promise.reject(new UserError('sandboxFailed', l10n.t('The sandbox was asked before it was opened.')));

  let closed: Promise<void> | undefined;
  const close = () => {
    closing.abort();
    return (closed ??= (opening ?? Promise.resolve(undefined)).then(
      (conversation) => conversation?.dispose(),
      () => undefined,
    ));
  };

  /** With nothing under way the conversation is on disk alone, and another process may go on with it. */
  const giveWayWhereWanted = (conversation: Conversation) => {
    if (runs.size > 0 || calls > 0 || gaveWay || !conversation.hold.isWanted) return;
    gaveWay = true;
    void close()
      .catch((error: unknown) => channel.post({ type: 'open failed', failure: toFailure(error) }))
      .finally(() => {
        channel.post({ type: 'gave way' });
        setTimeout(exit, leaveMs);
      });
  };

  channel.onClose(() => void close().finally(exit));
  channel.onMessage((message) => {
    if (gaveWay) return;
    switch (message.type) {
      case 'open':
        opening = Conversation.open(message.options, channel, closing.signal);
        opening.then(
          (conversation) => {
            channel.post({ type: 'opened' });
            if (closing.signal.aborted) return;
            const looking = setInterval(() => giveWayWhereWanted(conversation), wantedEveryMs);
            closing.signal.addEventListener('abort', () => clearInterval(looking));
          },
          (error: unknown) => channel.post({ type: 'open failed', failure: toFailure(error) }),
        );
        return;
      case 'run': {
        const run = new OpenRun(message.run, channel, () => runs.delete(message.run));
        runs.set(message.run, run);
        void run.start(opened(), message.request);
        return;
      }
      case 'input':
        runs.get(message.run)?.input(message.chunk);
        return;
      case 'output taken':
        runs.get(message.run)?.outputTaken();
        return;
      case 'abort':
        runs.get(message.run)?.abort();
        return;
      case 'staging':
        calls++;
        void opened()
          .then((conversation) => conversation.space.callStaging(message.method, message.args))
          .then(
            (value) => channel.post({ type: 'staging done', call: message.call, value }),
            (error: unknown) => channel.post({ type: 'staging failed', call: message.call, failure: toFailure(error) }),
          )
          .finally(() => calls--);
        return;
      case 'guest attached':
      case 'guest ended':
        void opened().then(
          (conversation) => conversation.relay?.receive(message),
          () => undefined,
        );
        return;
      case 'close':
        void close()
          .catch((error: unknown) => channel.post({ type: 'open failed', failure: toFailure(error) }))
          .finally(() => {
            channel.post({ type: 'closed' });
            exit();
          });
        return;
    }
  });
}

/** What one conversation owns. */
class Conversation {
  private constructor(
    readonly kernel: Kernel,
    readonly space: ConversationSpace,
    readonly hold: ConversationHold,
    private readonly launcher: Launcher,
    readonly relay: RelayLauncher | undefined,
  ) {}

  static async open(options: ThreadOptions, channel: Channel<FromThread, ToThread>, signal: AbortSignal): Promise<Conversation> {
    const programs = await createProgramStore(options.guests);
    const hold = await holdConversation(options.storage, signal);
    let space: ConversationSpace;
    try {
      space = createConversationSpace(options, programs);
    } catch (error) {
      hold.release();
      throw error;
    }
    const relay = options.launcher === 'relay' ? createRelayLauncher((message) => channel.post(message)) : undefined;
    const collector = new MemoryCollector();
    const launcher = relay
      ? collectingLauncher(relay, collector)
      : createWorkerLauncher({
          workerFile: path.join(options.dist, 'guestWorker.cjs'),
          warmThreads,
          maxIdleThreads,
          stuckAfterMs,
          onStuck: () => channel.post({ type: 'stuck' }),
          letGo: (bytes) => collector.letGo(bytes),
        });
    const kernel = createKernel({
      launcher,
      programs,
      namespace: space.namespace,
      mount: options.mount,
      limits: options.limits,
      createLedger: () => space.createLedger(),
      spinningGuests: Math.max(availableParallelism() - 1, 0),
    });
    return new Conversation(kernel, space, hold, launcher, relay);
  }

  async dispose(): Promise<void> {
    this.kernel.dispose();
    await this.launcher.dispose();
    await this.space.dispose();
    this.hold.release();
  }
}

/** One run, from its message to its end. */
class OpenRun {
  #run: KernelRun | undefined;
  #aborted = false;
  readonly #early: (Uint8Array | null)[] = [];
  readonly #untaken: (() => void)[] = [];

  constructor(
    private readonly id: number,
    private readonly channel: Channel<FromThread, ToThread>,
    private readonly onEnd: () => void,
  ) {}

  async start(opening: Promise<Conversation>, request: WireRequest): Promise<void> {
    try {
      const conversation = await opening;
      const { kernel } = conversation;
      // A thread that does not end takes the whole process with it: a run that begins now would be lost.
      if (!conversation.relay) await kernel.settled();
      this.channel.post({ type: 'started', run: this.id });
      const { program, stdin, streams, ...rest } = request;
      const run = kernel.start(
        { ...rest, stdin, program: typeof program === 'string' ? program : toGuestModule(program.name, program.module) },
        { output: (stream, chunk) => (streams ? this.#output(stream, chunk) : undefined) },
      );
      this.#run = run;
      if (this.#aborted) run.abort();
      for (const chunk of this.#early.splice(0)) this.input(chunk);
      const result = await run.ended;
      this.channel.post({ type: 'ended', run: this.id, result });
    } catch (error) {
      this.channel.post({ type: 'run failed', run: this.id, failure: toFailure(error) });
    } finally {
      this.onEnd();
    }
  }

  input(chunk: Uint8Array | null): void {
    if (!this.#run) {
      this.#early.push(chunk);
    } else if (chunk) {
      void this.#run.writeInput(chunk).then((more) => this.channel.post({ type: 'input taken', run: this.id, more }));
    } else {
      this.#run.endInput();
    }
  }

  abort(): void {
    this.#aborted = true;
    this.#run?.abort();
  }

  outputTaken(): void {
    this.#untaken.shift()?.();
  }

  #output(stream: 'stdout' | 'stderr', chunk: Uint8Array): Promise<void> {
    this.channel.post({ type: 'output', run: this.id, stream, chunk });
    return new Promise((resolve) => this.#untaken.push(resolve));
  }
}
