import * as vscode from 'vscode';
import { createApiKey } from './editor/apiKey';
import { createChat } from './editor/chat';
import { registerCommands } from './editor/commands';
import { createFolderChoice } from './editor/folderChoice';
import { createSandboxHolder } from './editor/sandboxHolder';
import { createTurnRunner } from './editor/turnRunner';

/** Wires the rooms together. Nothing here works yet: the model, the tools and the sandbox are made by the first turn. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Sunaba', { log: true });
  const keyChanged = new vscode.EventEmitter<void>();
  const folderChanged = new vscode.EventEmitter<void>();
  const sandboxChanged = new vscode.EventEmitter<void>();

  const apiKey = createApiKey(context.secrets, keyChanged);
  const folderChoice = createFolderChoice(context.workspaceState, folderChanged);
  const sandboxes = createSandboxHolder(context.extensionUri, log, sandboxChanged);
  const runner = createTurnRunner({ apiKey, folderChoice, sandboxes, mode: () => 'read-only' });
  const chat = createChat({
    context,
    log,
    apiKey,
    folderChoice,
    runner,
    sandboxes,
    checkSandbox: () => Promise.resolve(log.show()),
  });
  const commands = registerCommands(
    {
      'sunaba.openChat': () => chat.open(),
      'sunaba.newChat': () => chat.newChat(),
      'sunaba.explainSelection': () => chat.explainSelection(),
      'sunaba.addSelectionToChat': () => chat.addSelection(),
      'sunaba.stop': () => chat.stop(),
      'sunaba.setApiKey': async () => void (await apiKey.ask()),
      'sunaba.removeApiKey': () => apiKey.remove(),
      'sunaba.chooseFolder': () => chat.chooseFolder(),
      'sunaba.showLog': () => log.show(),
      'sunaba.checkSandbox': () => log.show(),
    },
    log,
  );
  context.subscriptions.push(log, keyChanged, folderChanged, sandboxChanged, chat, commands);
}
