import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import * as vscode from 'vscode';
import { createFilePolicy } from '../permissions/filePolicy';
import { toldChanges } from '../shared/changeSet';
import { nextMode, type Mode } from '../shared/mode';
import type { HostMessage } from '../shared/protocol';
import { createTexts } from '../shared/texts';
import { UserError } from '../shared/userError';
import type { ApiKey } from './apiKey';
import { Approvals } from './approvals';
import { ChatController, type AttachedText } from './chatController';
import { createChatMessages } from './chatMessages';
import { pickChat } from './chatList';
import { createChatStore } from './chatStore';
import { chatViewIds, registerChatView, type ChatPanel } from './chatView';
import { conversationDirectory } from './conversationDirectory';
import type { FolderChoice } from './folderChoice';
import { registerPendingDecorations } from './pendingDecorations';
import type { Permissions } from './permissions';
import { restoreTo } from './restoreTurn';
import { ReviewController } from './reviewController';
import { closeReviews, openReview } from './reviewEditors';
import { registerReviewFiles } from './reviewFiles';
import type { SandboxHolder } from './sandboxHolder';
import { reportSandbox } from './sandboxReport';
import { dirtyPaths, readSelection } from './selection';
import { readSettings } from './settings';
import { showError } from './showError';
import { readStatus } from './status';
import { readTerminalSelection } from './terminalText';
import { createTurnRunner } from './turnRunner';
import { undoRestore } from './undoRestore';

export interface ChatParts {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly apiKey: ApiKey;
  readonly folderChoice: FolderChoice;
  readonly permissions: Permissions;
  readonly sandboxes: SandboxHolder;
  readonly showPermissions: () => void;
}

/** The chat of this window: its panels, its conversation and its review, and what the palette does to them. */
export interface Chat extends vscode.Disposable {
  open(): Promise<void>;
  newChat(): Promise<void>;
  showChats(): Promise<void>;
  explainSelection(): Promise<void>;
  addSelection(): Promise<void>;
  addTerminalSelection(): Promise<void>;
  stop(): Promise<void>;
  chooseFolder(): Promise<void>;
  checkSandbox(): Promise<void>;
  switchMode(): Promise<void>;
  review(): Promise<void>;
  apply(): Promise<void>;
  discard(): Promise<void>;
}

export function createChat(parts: ChatParts): Chat {
  const { context, log, apiKey, folderChoice, permissions, sandboxes } = parts;
  const panels = new Set<ChatPanel>();
  const storage = conversationDirectory(context);
  const broadcast = (message: HostMessage) => {
    for (const panel of panels) panel.post(message);
  };
  const logError = (message: string, cause: unknown) => log.error(message, ...(cause === undefined ? [] : [cause]));

  const approvals = new Approvals((event) => controller.emit(event));
  const runner = createTurnRunner({
    apiKey,
    folderChoice,
    sandboxes,
    mode: () => permissions.mode().mode,
    guard: {
      rules: () => permissions.rules(),
      ask: (question, signal) => approvals.ask(question, signal),
      grant: (rule, span) => permissions.grant(rule, span),
    },
    applyAll: () => review.applyAll(),
  });
  const texts = createTexts(vscode.l10n.bundle ?? {});
  const store = createChatStore(storage, texts);
  const controller: ChatController = new ChatController({
    runner,
    store,
    words: vscode.l10n.bundle ?? {},
    readStatus: () => readStatus(apiKey, folderChoice, sandboxes.hostInUse(), permissions.mode().mode),
    broadcast,
    onRunningChanged: (running) => {
      void vscode.commands.executeCommand('setContext', 'sunaba.turnRunning', running);
      if (!running && sandboxes.current() !== undefined) go(review.refresh());
    },
    isWindowThere,
    logError,
  });

  const staging = async () => (await sandboxes.open((await folderChoice.require()).uri.fsPath)).staging;
  const decorations = registerPendingDecorations();
  const reviewFiles = registerReviewFiles(staging, () => go(review.refresh()));
  const review = new ReviewController({
    l10n: texts,
    staging,
    dirtyPaths: () => dirtyPaths(folderChoice.current()),
    mayWrite: () => vscode.workspace.isTrusted,
    show: (pending) => {
      controller.showReview(pending);
      void vscode.commands.executeCommand('setContext', 'sunaba.changesPending', pending !== null);
    },
    emit: (event) => controller.emit(event),
    onChanged: (changes, paths) => {
      const folder = folderChoice.current();
      if (folder !== undefined) decorations.show(folder.uri, changes);
      reviewFiles.changed(paths);
      go(closeReviews(changes));
    },
    warn: (message) => log.warn(message),
  });

  /** Starts work that nobody waits for; its failure is shown. */
  function go(work: Promise<unknown>): void {
    void work.then(undefined, (error: unknown) => showError(error, log));
  }

  // What was pending when VS Code was closed is still staged; the sandbox is made to show it.
  const restored = controller.restore().then(async () => {
    const folder = folderChoice.current();
    if (folder !== undefined && (await sandboxes.hasPending(folder.uri.fsPath))) go(review.refresh());
  });

  /** A hidden file does not exist for the agent; the user may show it a piece himself, once, after a warning. */
  const attach = async (selection: AttachedText): Promise<boolean> => {
    if (createFilePolicy(permissions.files().rules).classify(selection.path).hidden) {
      const show = vscode.l10n.t('Send It Once');
      const question = vscode.l10n.t(
        '{0} is hidden from the agent, as files with secrets are. Send this piece of it to the model all the same?',
        selection.path,
      );
      if ((await vscode.window.showWarningMessage(question, { modal: true }, show)) !== show) return false;
    }
    controller.attach(selection);
    return true;
  };

  // What settings of the workspace asked for and did not get is said once a window.
  let warned = false;
  const warnOnce = () => {
    const warnings = permissions.warnings();
    if (warned || warnings.length === 0) return;
    warned = true;
    for (const warning of warnings) log.warn(warning);
    const details = vscode.l10n.t('Show Permissions');
    const words = warnings.length === 1 ? warnings[0] : vscode.l10n.t('{0} And {1} more.', warnings[0] ?? '', warnings.length - 1);
    void vscode.window.showWarningMessage(words ?? '', details).then((chosen) => {
      if (chosen === details) parts.showPermissions();
    });
  };

  const focus = async () => {
    await vscode.commands.executeCommand(`${chatViewIds[readSettings().chatInActivityBar ? 1 : 0]}.focus`);
    broadcast({ type: 'composer_focused' });
  };
  const chooseFolder = async () => {
    if (controller.isRunning) throw new UserError('turnRunning', vscode.l10n.t('Stop the turn before you choose another folder.'));
    if (!(await folderChoice.choose())) return;
    await sandboxes.close();
    await controller.clear();
    await review.refresh();
  };
  const newChat = async () => {
    permissions.forgetConversation();
    await controller.clear();
  };
  const chooseMode = async (mode: Mode) => {
    await permissions.chooseMode(mode);
    controller.showStatus();
  };
  const checkSandbox = async () => reportSandbox(path.join(context.extensionPath, 'dist'), await folderChoice.require());
  const showReview = async (file?: string) => {
    if (review.pending === null) await review.refresh();
    const changes = review.pending?.changes ?? [];
    if (changes.length > 0) await openReview(await folderChoice.require(), changes, file);
    else await vscode.window.showInformationMessage(vscode.l10n.t('There is nothing to review.'));
  };

  const view = registerChatView(
    context.extensionUri,
    {
      onReady: (panel) => {
        go(
          restored.then(async () => {
            const snapshot = await controller.snapshot();
            panels.add(panel);
            panel.post(snapshot);
            warnOnce();
          }),
        );
      },
      onMessage: createChatMessages({
        controller,
        review,
        approvals,
        folderChoice,
        go,
        warn: (message) => log.warn(message),
        newChat,
        chooseMode,
        checkSandbox,
        showReview,
        showPermissions: parts.showPermissions,
        restore: (turnId) => restoreTo(turnId, controller, review),
        undoRestore: (restoreId) => undoRestore(restoreId, controller, review),
      }),
      onClosed: (panel) => panels.delete(panel),
    },
    log,
  );

  const refresh = () => controller.showStatus();
  const listening = vscode.Disposable.from(
    view,
    decorations,
    reviewFiles,
    apiKey.onDidChange(refresh),
    folderChoice.onDidChange(refresh),
    sandboxes.onDidChange(refresh),
    permissions.onDidChange(refresh),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('sunaba')) refresh();
    }),
  );

  return {
    open: focus,
    newChat: async () => {
      await focus();
      await newChat();
    },
    showChats: async () => {
      const id = await pickChat(store, controller.conversationId);
      if (id === undefined || id === controller.conversationId) return;
      if (controller.isRunning) throw new UserError('turnRunning', vscode.l10n.t('Stop the turn before you open another chat.'));
      permissions.forgetConversation();
      await controller.open(id);
      await focus();
    },
    explainSelection: async () => {
      const selection = readSelection(await folderChoice.require());
      if (selection === undefined || !(await attach(selection))) return;
      await focus();
      await controller.send(vscode.l10n.t('Explain this code: what it does, and what is worth knowing about it.'));
    },
    addSelection: async () => {
      const selection = readSelection(await folderChoice.require());
      if (selection !== undefined && (await attach(selection))) await focus();
    },
    addTerminalSelection: async () => {
      const text = await readTerminalSelection();
      if (text.trim() === '') throw new UserError('settingInvalid', vscode.l10n.t('Select some output in a terminal first.'));
      controller.attach({ id: randomUUID(), path: vscode.l10n.t('terminal output'), text, language: 'text' });
      await focus();
    },
    stop: () => controller.stop(),
    chooseFolder,
    checkSandbox,
    switchMode: () => chooseMode(nextMode(permissions.mode().mode)),
    review: () => showReview(),
    apply: async () => review.applyShown(),
    discard: async () => {
      const count = toldChanges(review.pending?.changes ?? []).length;
      const discard = vscode.l10n.t('Discard');
      const question = vscode.l10n.t('Discard {0} changes that are not in your folder yet?', count);
      if (count > 0 && (await vscode.window.showWarningMessage(question, { modal: true }, discard)) === discard)
        await review.discardShown();
    },
    dispose: () => {
      listening.dispose();
      // The conversation is written first: the sandbox may take its time to end.
      void controller.dispose().then(() => sandboxes.close());
    },
  };
}

/** How long a window has for its answer, in milliseconds. */
const windowWaitMs = 3000;

/** Asks the window for something that only it can answer. */
async function isWindowThere(): Promise<boolean> {
  const answered = Promise.resolve(vscode.commands.executeCommand('setContext', 'sunaba.windowThere', true)).then(() => true);
  return Promise.race([answered, wait(windowWaitMs, false)]);
}
