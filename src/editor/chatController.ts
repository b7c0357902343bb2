import { randomUUID } from 'node:crypto';
import { createConversation, type Conversation } from '../agent/conversation';
import type { AgentEvent } from '../shared/agentEvent';
import { appendEvent } from '../shared/eventLog';
import { fixesByCode } from '../shared/fix';
import type { Attachment, PanelEvent, PanelStatus, PendingReview } from '../shared/panelEvent';
import type { HostMessage } from '../shared/protocol';
import { createTexts, type Texts, type Words } from '../shared/texts';
import { UserError } from '../shared/userError';
import { ChatHold, type HoldState } from './chatHold';
import type { ChatStore } from './chatStore';

/** Runs turns; what stands behind it (model, tools, sandbox) is made when the first turn needs it. */
export interface TurnRunner {
  /** Resolves when the turn has ended. Rejects with `UserError` where it could not begin: then no event was emitted. */
  run(turn: {
    readonly turnId: string;
    readonly prompt: string;
    readonly conversation: Conversation;
    readonly signal: AbortSignal;
    readonly emit: (event: AgentEvent) => void;
  }): Promise<void>;
}

export interface ChatPorts {
  readonly runner: TurnRunner;
  readonly store: ChatStore;
  /** The panel's texts in the user's language; empty for English. */
  readonly words: Words;
  /** What stands around the conversation now, without what the controller itself knows. */
  readStatus(): Promise<Omit<PanelStatus, 'running' | 'attachments'>>;
  broadcast(message: HostMessage): void;
  onRunningChanged(running: boolean): void;
  /** Whether a window still stands behind this process; an extension host may outlive its own. */
  isWindowThere(): Promise<boolean>;
  logError(message: string, cause: unknown): void;
}

export interface AttachedText extends Attachment {
  readonly text: string;
  readonly language: string;
}

/** What a step back is: whether the conversation is cut, what takes its files forward again, and what was left alone. */
export interface StepBack {
  readonly cut: boolean;
  readonly reverts: readonly string[];
  readonly left: readonly string[];
}

/** Events are sent to the panel together, this often at most, in milliseconds. */
const flushMs = 33;
/** The conversation is kept this long after an event, in milliseconds, and at once at the start and at the end of each turn. */
const keepMs = 1000;

/** One conversation: the log that panels are views of, the turn that runs, and what is attached to the next prompt. */
export class ChatController {
  private conversation: Conversation = createConversation(randomUUID());
  private log: readonly PanelEvent[] = [];
  private unsent: readonly PanelEvent[] = [];
  private attached: readonly AttachedText[] = [];
  private running: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;
  private flushTimer: NodeJS.Timeout | undefined;
  private keepTimer: NodeJS.Timeout | undefined;
  private keeping: Promise<void> = Promise.resolve();
  private lastPrompt = '';
  private review: PendingReview | null = null;
  private readonly closing = new AbortController();
  private readonly hold: ChatHold;
  private readonly l10n: Texts;
  /** What was shown while another process had this chat: it goes behind what that one wrote. */
  private unkept: readonly PanelEvent[] = [];
  /** The window is gone and another one goes on with this chat: what still happens here is for nobody. */
  private left = false;
  /** Steps under way that change the chat otherwise than by a turn: it is not given away between two of them. */
  private stepping = 0;

  constructor(private readonly ports: ChatPorts) {
    this.l10n = createTexts(ports.words);
    this.hold = new ChatHold(
      (id) => ports.store.hold(id, this.closing.signal),
      () => this.giveWay(),
    );
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  get conversationId(): string {
    return this.conversation.id;
  }

  /** Takes up the conversation that was kept, where there is one. */
  async restore(): Promise<void> {
    const id = await this.ports.store.current();
    if (id !== undefined && this.log.length === 0) await this.takeUpChat(id);
  }

  /**
   * Makes this process the one that goes on with the chat, and shows what another one has written meanwhile. Throws
   * `UserError` where another window is at work on it.
   */
  async takeChat(): Promise<void> {
    if ((await this.take()) === 'elsewhere') {
      throw new UserError(
        'turnRunning',
        this.l10n.t('Another window is at work on this chat. Wait for its end there, or start a new chat here.'),
      );
    }
  }

  /** All that a panel needs to show the conversation as it stands. */
  async snapshot(): Promise<HostMessage> {
    const status = await this.status();
    this.flush();
    return { type: 'restored', events: [...this.log], status, review: this.review, words: this.ports.words };
  }

  /** Starts a turn. What cannot begin is said in the conversation, and the prompt goes back to the composer. */
  async send(text: string): Promise<void> {
    if (this.running !== null) {
      this.show(new UserError('turnRunning', this.l10n.t('A turn is running. Wait for its end, or stop it, then send again.')));
      this.ports.broadcast({ type: 'composer_focused', text });
      return;
    }
    const abort = new AbortController();
    const turn = this.runTurn(text, abort.signal);
    this.running = { abort, ended: turn };
    this.ports.onRunningChanged(true);
    this.showStatus();
    await turn;
    this.running = null;
    this.ports.onRunningChanged(false);
    this.showStatus();
    await this.keep();
  }

  async sendAgain(): Promise<void> {
    if (this.lastPrompt !== '') await this.send(this.lastPrompt);
  }

  /** Ends the running turn; resolves when it has ended. */
  async stop(): Promise<void> {
    this.running?.abort.abort();
    await this.running?.ended;
  }

  /**
   * Goes back to before a turn: cuts the conversation there where `cut` says so, and notes the step with what takes it
   * back. The conversation as it was is kept, over restarts, until a new chat begins.
   */
  async goBack(turnId: string, { cut, reverts, left }: StepBack): Promise<void> {
    await this.stop();
    await this.step(async () => {
      await this.takeChat();
      this.flush();
      const restoreId = randomUUID();
      if (cut) {
        await this.ports.store.keepAside(restoreId, { conversation: this.conversation, events: this.log });
        this.cutBefore(turnId);
      }
      this.emit({ type: 'went_back', restoreId, reverts, conversation: cut, left });
      await this.showAll();
    });
  }

  /** What a step back did, where nothing has come after it. */
  stepBack(restoreId: string): Extract<PanelEvent, { type: 'went_back' }> | undefined {
    const at = this.log.findLastIndex((event) => event.type === 'went_back' && event.restoreId === restoreId);
    const found = this.log[at];
    const later = this.log.slice(at + 1).some(({ type }) => type === 'turn_started' || type === 'went_back');
    return found?.type === 'went_back' && !later && !this.isRunning ? found : undefined;
  }

  /** As `stepBack`; throws `UserError` where there is none. */
  requireStepBack(restoreId: string): Extract<PanelEvent, { type: 'went_back' }> {
    const step = this.stepBack(restoreId);
    if (step === undefined) throw new UserError('reviewOutdated', this.l10n.t('Something came after this step, so it cannot be undone.'));
    return step;
  }

  /** What is still to be taken back for a step back to be undone, last first: a former try may have come half way. */
  revertsToUndo(step: Extract<PanelEvent, { type: 'went_back' }>): readonly string[] {
    const at = this.log.indexOf(step);
    const done = new Set(
      this.log
        .slice(at + 1)
        .flatMap((event) => (event.type === 'changes_reverted' && event.report.commitId !== null ? [event.commitId] : [])),
    );
    return step.reverts.filter((commitId) => !done.has(commitId)).toReversed();
  }

  /** Puts the conversation back as it was before a step back; what was said since about its files stays. */
  async undoStepBack(restoreId: string): Promise<void> {
    await this.step(async () => {
      await this.takeChat();
      const step = this.stepBack(restoreId);
      if (step === undefined) return;
      this.flush();
      const at = this.log.indexOf(step);
      const kept = step.conversation ? await this.ports.store.readAside(this.conversation.id, restoreId) : undefined;
      if (step.conversation && kept === undefined) {
        throw new UserError('reviewOutdated', this.l10n.t('The conversation as it was before this step is not kept any more.'));
      }
      if (kept !== undefined) this.conversation = kept.conversation;
      this.log = (kept?.events ?? this.log.slice(0, at)).concat(this.log.slice(at + 1));
      await this.showAll();
    });
  }

  private cutBefore(turnId: string): void {
    const started = this.log.findIndex((event) => event.type === 'turn_started' && event.turnId === turnId);
    if (started < 0) return;
    const at = this.log[started - 1]?.type === 'prompt_sent' ? started - 1 : started;
    const first = this.log[at];
    const turns = this.log.slice(at).filter((event) => event.type === 'turn_started').length;
    const prompts = this.conversation.steps.flatMap((step, index) => (step.type === 'prompt' ? [index] : []));
    const from = prompts.at(-Math.min(turns, prompts.length)) ?? this.conversation.steps.length;
    this.conversation = { ...this.conversation, steps: this.conversation.steps.slice(0, from) };
    this.log = this.log.slice(0, at);
    if (first?.type === 'prompt_sent') this.ports.broadcast({ type: 'composer_focused', text: first.text });
  }

  /** Commits that a turn and those after it made and that still stand, newest first. */
  commitsFrom(turnId: string): readonly string[] {
    const started = this.log.findIndex((event) => event.type === 'turn_started' && event.turnId === turnId);
    const standing = new Set<string>();
    // Taking a revert back is a commit that stands again.
    const reverts = new Set<string>();
    for (const event of started < 0 ? [] : this.log.slice(started)) {
      if (event.type === 'changes_committed' && event.report.commitId !== null) standing.add(event.report.commitId);
      if (event.type !== 'changes_reverted') continue;
      const { commitId } = event.report;
      if (standing.delete(event.commitId) && commitId !== null) reverts.add(commitId);
      else if (reverts.delete(event.commitId) && commitId !== null) standing.add(commitId);
    }
    return [...standing].reverse();
  }

  /** The command that a `suggest_command` call of this conversation offered. */
  suggestedCommand(callId: string): string | undefined {
    const call = this.log.find((event) => event.type === 'tool_started' && event.callId === callId);
    if (call?.type !== 'tool_started' || call.tool !== 'suggest_command' || typeof call.args !== 'object' || call.args === null)
      return undefined;
    const { command, cmd } = call.args as Readonly<Record<string, unknown>>;
    const text = command ?? cmd;
    return typeof text === 'string' ? text : undefined;
  }

  /** Ends what runs and begins an empty conversation; the one before stays in the list. */
  async clear(): Promise<void> {
    await this.stop();
    this.flush();
    await this.keep();
    this.hold.release();
    this.left = false;
    this.conversation = createConversation(randomUUID());
    this.flush();
    this.log = [];
    this.unkept = [];
    this.attached = [];
    this.lastPrompt = '';
    await this.keeping;
    await this.ports.store.leave();
    this.ports.broadcast(await this.snapshot());
  }

  /** Takes up a kept chat in the place of this one, which stays in the list. Gives whether it was there. */
  async open(id: string): Promise<boolean> {
    if ((await this.ports.store.open(id)) === undefined) return false;
    await this.stop();
    this.flush();
    await this.keep();
    this.unkept = [];
    await this.takeUpChat(id);
    this.attached = [];
    this.lastPrompt = '';
    await this.showAll();
    return true;
  }

  attach(attachment: AttachedText): void {
    this.attached = [...this.attached.filter((each) => each.id !== attachment.id), attachment];
    this.showStatus();
  }

  detach(id: string): void {
    this.attached = this.attached.filter((each) => each.id !== id);
    this.showStatus();
  }

  /** Says in the conversation what failed and what mends it. */
  show(error: UserError): void {
    this.ports.logError(error.message, error.cause);
    this.emit({ type: 'notice_shown', level: 'error', message: error.message, code: error.code, fixes: fixesByCode[error.code] });
  }

  emit(event: PanelEvent): void {
    this.log = appendEvent(this.log, event);
    this.unsent = appendEvent(this.unsent, event);
    if (!this.hold.has(this.conversation.id) && !this.left) this.unkept = appendEvent(this.unkept, event);
    this.flushTimer ??= setTimeout(() => this.flush(), flushMs);
    this.keepTimer ??= setTimeout(() => void this.keep(), keepMs);
  }

  showReview(review: PendingReview | null): void {
    this.review = review;
    this.ports.broadcast({ type: 'review', review });
  }

  showStatus(): void {
    void this.status().then(
      (status) => this.ports.broadcast({ type: 'status', status }),
      (error: unknown) => this.ports.logError('the status could not be read', error),
    );
  }

  async dispose(): Promise<void> {
    await this.stop();
    this.flush();
    await this.keep();
    this.closing.abort();
    this.hold.release();
  }

  /** Shows a kept chat in the place of what is shown, as its only writer where that can be. */
  private async takeUpChat(id: string): Promise<void> {
    this.left = false;
    const state = await this.hold.take(id, () => this.readChat(id));
    // What another process is at is shown as far as it has been written.
    if (state === 'elsewhere') await this.readChat(id, 'elsewhere');
  }

  private take(): Promise<HoldState> {
    const { id } = this.conversation;
    return this.hold.take(id, async () => {
      if (!(await this.readChat(id))) return;
      this.left = false;
      this.ports.broadcast(await this.snapshot());
    });
  }

  /** Gives whether the chat was there: one that was not written yet stays as it is. */
  private async readChat(id: string, turn: 'cut' | 'elsewhere' = 'cut'): Promise<boolean> {
    const kept = await this.ports.store.open(id);
    if (kept === undefined) return false;
    this.conversation = kept.conversation;
    const message =
      turn === 'elsewhere'
        ? this.l10n.t('Another window is at work on this turn. Send a message once it has ended there.')
        : this.l10n.t('VS Code was closed while this turn ran. Send another message to go on.');
    this.log = this.unkept.reduce(appendEvent, closed(kept.events, message));
    return true;
  }

  /**
   * Another process waits for this chat. With nothing under way it gets it. A turn that runs goes on where its window is
   * there; where it is gone the turn is ended, and what it came to is the other one's to go on with.
   */
  private async giveWay(): Promise<void> {
    if (this.running !== null && (await this.ports.isWindowThere())) return;
    this.flush();
    const kept = this.keep();
    await kept;
    if (this.running !== null) {
      this.left = true;
      await this.stop();
      await this.keeping;
    } else if (this.stepping > 0 || this.keepTimer !== undefined || this.keeping !== kept) return;
    this.unkept = [];
    this.hold.release();
  }

  private async step(work: () => Promise<void>): Promise<void> {
    this.stepping++;
    try {
      await work();
    } finally {
      this.stepping--;
    }
  }

  private async showAll(): Promise<void> {
    await this.keep();
    this.ports.broadcast(await this.snapshot());
  }

  private async runTurn(text: string, signal: AbortSignal): Promise<void> {
    const attached = this.attached;
    let begun = false;
    try {
      this.lastPrompt = text;
      await this.takeChat();
      await this.ports.runner.run({
        turnId: randomUUID(),
        prompt: withAttachments(text, attached),
        conversation: this.conversation,
        signal,
        emit: (event) => {
          if (event.type === 'turn_started') {
            begun = true;
            this.attached = [];
            this.emit({ type: 'prompt_sent', text, attachments: attached.map(toAttachment) });
            this.showStatus();
          }
          this.emit(event);
          // At once: a window that ends abruptly in the turn is to find that it began.
          if (event.type === 'turn_started') void this.keep();
        },
      });
    } catch (error) {
      const shown =
        error instanceof UserError
          ? error
          : new UserError('sandboxFailed', this.l10n.t('Sunaba failed: {0}', words(error)), { cause: error });
      this.show(shown);
      if (!begun) this.ports.broadcast({ type: 'composer_focused', text });
    }
  }

  private async status(): Promise<PanelStatus> {
    const around = await this.ports.readStatus();
    return { ...around, running: this.running !== null, attachments: this.attached.map(toAttachment) };
  }

  private flush(): void {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    const events = [...this.unsent];
    this.unsent = [];
    if (events.length > 0) this.ports.broadcast({ type: 'events', events });
  }

  /** Writes one state after the other; a failure costs the memory of this conversation and is logged. */
  private keep(): Promise<void> {
    clearTimeout(this.keepTimer);
    this.keepTimer = undefined;
    this.keeping = this.keeping.then(async () => {
      const nothingNew = !this.hold.has(this.conversation.id) && this.unkept.length === 0;
      if (this.closing.signal.aborted || this.left || nothingNew || this.log.length === 0) return;
      try {
        if ((await this.take()) === 'elsewhere') {
          this.keepTimer ??= setTimeout(() => void this.keep(), keepMs);
          return;
        }
        this.unkept = [];
        await this.ports.store.write({ conversation: this.conversation, events: this.log });
      } catch (error) {
        this.ports.logError('the conversation could not be kept', error);
      }
    });
    return this.keeping;
  }
}

function toAttachment({ id, path, lines }: AttachedText): Attachment {
  return { id, path, ...(lines === undefined ? {} : { lines }) };
}

/** The prompt as the model gets it: what the user wrote, then each piece he attached, fenced so that nothing in it ends the fence. */
function withAttachments(text: string, attached: readonly AttachedText[]): string {
  const pieces = attached.map(({ path, lines, text: piece, language }) => {
    const longest = Math.max(2, ...(piece.match(/`+/g) ?? []).map((run) => run.length));
    const fence = '`'.repeat(longest + 1);
    const where = lines === undefined ? path : `${path}, lines ${lines.first} to ${lines.last}`;
    return `From ${where}:\n${fence}${language}\n${piece}\n${fence}`;
  });
  return [text, ...pieces].join('\n\n');
}

/** A log whose last turn has no end gets one, with these words. */
function closed(events: readonly PanelEvent[], message: string): readonly PanelEvent[] {
  const settled = new Set(events.flatMap((event) => (event.type === 'approval_settled' ? [event.approvalId] : [])));
  const open = events.flatMap((event) => (event.type === 'approval_asked' && !settled.has(event.approvalId) ? [event.approvalId] : []));
  return open.reduce(denied, closedTurn(events, message));
}

function denied(events: readonly PanelEvent[], approvalId: string): readonly PanelEvent[] {
  return [...events, { type: 'approval_settled', approvalId, answer: 'deny' }];
}

function closedTurn(events: readonly PanelEvent[], message: string): readonly PanelEvent[] {
  const started = events.findLast((event) => event.type === 'turn_started');
  const ended = events.findLast((event) => event.type === 'turn_ended');
  if (started === undefined || started.turnId === ended?.turnId) return events;
  return [...events, { type: 'turn_ended', turnId: started.turnId, reason: 'error', message }];
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
