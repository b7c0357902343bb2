import * as vscode from 'vscode';
import { assertNever } from '../shared/assertNever';
import type { Fix } from '../shared/fix';
import type { HostMessage, WebviewMessage } from '../shared/protocol';
import { UserError } from '../shared/userError';
import type { ApiKey } from './apiKey';
import { ChatController, type TurnRunner } from './chatController';
import { createChatStore } from './chatStore';
import { chatViewIds, registerChatView, type ChatPanel } from './chatView';
import type { FolderChoice } from './folderChoice';
import { openFile } from './openFile';
import type { SandboxHolder } from './sandboxHolder';
import { readSelection } from './selection';
import { readSettings } from './settings';
import { runFix, showError } from './showError';
import { readStatus } from './status';

export interface ChatParts {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly apiKey: ApiKey;
  readonly folderChoice: FolderChoice;
  readonly runner: TurnRunner;
  readonly sandboxes: SandboxHolder;
  readonly checkSandbox: () => Promise<void>;
}

/** The chat of this window: its panels, its conversation, and what the palette does to it. */
export interface Chat extends vscode.Disposable {
  open(): Promise<void>;
  newChat(): Promise<void>;
  explainSelection(): Promise<void>;
  addSelection(): Promise<void>;
  stop(): Promise<void>;
  chooseFolder(): Promise<void>;
}

export function createChat(parts: ChatParts): Chat {
  const { context, log, apiKey, folderChoice } = parts;
  const panels = new Set<ChatPanel>();
  const storage = (context.storageUri ?? context.globalStorageUri).fsPath;
  const controller = new ChatController({
    runner: parts.runner,
    store: createChatStore(storage, 'chat'),
    readStatus: () => readStatus(apiKey, folderChoice, parts.sandboxes.hostInUse()),
    broadcast: (message) => {
      for (const panel of panels) panel.post(message);
    },
    onRunningChanged: (running) => {
      void vscode.commands.executeCommand('setContext', 'sunaba.turnRunning', running);
    },
    logError: (message, cause) => {
      log.error(message, ...(cause === undefined ? [] : [cause]));
    },
  });
  const restored = controller.restore();

  /** Starts work that nobody waits for; its failure is shown. */
  const go = (work: Promise<unknown>) => {
    void work.then(undefined, (error: unknown) => showError(error, log));
  };

  const focus = async (message: HostMessage & { type: 'composer_focused' } = { type: 'composer_focused' }) => {
    await vscode.commands.executeCommand(`${chatViewIds[readSettings().chatInActivityBar ? 1 : 0]}.focus`);
    for (const panel of panels) panel.post(message);
  };

  const fix = async (kind: Fix) => {
    if (kind === 'retry') await controller.sendAgain();
    else await runFix(kind);
  };

  const chooseFolder = async () => {
    if (controller.isRunning) throw new UserError('turnRunning', vscode.l10n.t('Stop the turn before you choose another folder.'));
    if (await folderChoice.choose()) await controller.clear();
  };

  const receive = (message: Exclude<WebviewMessage, { type: 'ready' }>): Promise<unknown> | undefined => {
    switch (message.type) {
      case 'prompt_sent':
        return controller.send(message.text);
      case 'stopped':
        return controller.stop();
      case 'chat_cleared':
        return controller.clear();
      case 'attachment_removed':
        controller.detach(message.id);
        return;
      case 'fix_chosen':
        return fix(message.fix);
      case 'link_opened':
        return openLink(message.url);
      case 'text_copied':
        return Promise.resolve(vscode.env.clipboard.writeText(message.text));
      case 'file_opened':
        return folderChoice.require().then((folder) => openFile(folder, message.path, message.line));
      case 'sandbox_checked':
        return parts.checkSandbox();
      case 'mode_chosen':
      case 'permissions_opened':
      case 'review_opened':
      case 'changes_applied':
      case 'changes_discarded':
      case 'commit_reverted':
      case 'checkpoint_restored':
      case 'command_inserted':
        log.warn(`the panel asked for ${message.type}, which nothing here offers`);
        return;
      default:
        return assertNever(message);
    }
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
          }),
        );
      },
      onMessage: (_, message) => {
        if (message.type === 'ready') return;
        const work = receive(message);
        if (work !== undefined) go(work);
      },
      onClosed: (panel) => panels.delete(panel),
    },
    log,
  );

  const refresh = () => controller.showStatus();
  const listening = vscode.Disposable.from(
    view,
    apiKey.onDidChange(refresh),
    folderChoice.onDidChange(refresh),
    parts.sandboxes.onDidChange(refresh),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('sunaba')) refresh();
    }),
  );

  return {
    open: () => focus(),
    newChat: async () => {
      await focus();
      await controller.clear();
    },
    explainSelection: async () => {
      const selection = readSelection(await folderChoice.require());
      if (selection === undefined) return;
      await focus();
      controller.attach(selection);
      await controller.send(vscode.l10n.t('Explain this code: what it does, and what is worth knowing about it.'));
    },
    addSelection: async () => {
      const selection = readSelection(await folderChoice.require());
      if (selection === undefined) return;
      controller.attach(selection);
      await focus();
    },
    stop: () => controller.stop(),
    chooseFolder,
    dispose: () => {
      listening.dispose();
      // The conversation is written first: the sandbox may take its time to end.
      void controller.dispose().then(() => parts.sandboxes.close());
    },
  };
}

/** Only the web: what a model wrote never runs a command or opens a file of this machine. */
async function openLink(url: string): Promise<void> {
  const uri = vscode.Uri.parse(url, true);
  if (uri.scheme === 'https' || uri.scheme === 'http') await vscode.env.openExternal(uri);
}
