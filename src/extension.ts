import path from 'node:path';
import * as vscode from 'vscode';
import { createApiKey } from './editor/apiKey';
import { createChat } from './editor/chat';
import { registerCommands } from './editor/commands';
import { conversationDirectory } from './editor/conversationDirectory';
import { createFolderChoice } from './editor/folderChoice';
import { createKeptState } from './editor/keptState';
import { chooseModel } from './editor/modelAccess';
import { createPermissions } from './editor/permissions';
import { createPermissionsPage } from './editor/permissionsPage';
import { createSandboxHolder } from './editor/sandboxHolder';

/** Wires the rooms together. Nothing here works yet: the model, the tools and the sandbox are made by the first turn. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Sunaba', { log: true });
  const emitter = () => new vscode.EventEmitter<void>();
  const changed = { key: emitter(), folder: emitter(), sandbox: emitter(), permissions: emitter() };
  const directory = conversationDirectory(context);
  const storage = path.join(directory, 'changes');
  const state = createKeptState(context.workspaceState, context.storageUri === undefined ? undefined : directory);

  const apiKey = createApiKey(context.secrets, changed.key);
  const folderChoice = createFolderChoice(state, changed.folder);
  const permissions = createPermissions(state, changed.permissions);
  const permissionsPage = createPermissionsPage(permissions);
  const sandboxes = createSandboxHolder(context.extensionUri, log, changed.sandbox, storage, () => permissions.files().rules);
  const showPermissions = () => permissionsPage.show();
  const chat = createChat({ context, log, apiKey, folderChoice, permissions, sandboxes, showPermissions });
  const commands = registerCommands(
    {
      'sunaba.openChat': () => chat.open(),
      'sunaba.newChat': () => chat.newChat(),
      'sunaba.showChats': () => chat.showChats(),
      'sunaba.explainSelection': () => chat.explainSelection(),
      'sunaba.addSelectionToChat': () => chat.addSelection(),
      'sunaba.addTerminalSelection': () => chat.addTerminalSelection(),
      'sunaba.stop': () => chat.stop(),
      'sunaba.setApiKey': async () => void (await apiKey.ask()),
      'sunaba.removeApiKey': () => apiKey.remove(),
      'sunaba.chooseFolder': () => chat.chooseFolder(),
      'sunaba.chooseModel': () => chooseModel(apiKey),
      'sunaba.showLog': () => log.show(),
      'sunaba.checkSandbox': () => chat.checkSandbox(),
      'sunaba.switchMode': () => chat.switchMode(),
      'sunaba.reviewChanges': () => chat.review(),
      'sunaba.applyChanges': () => chat.apply(),
      'sunaba.discardChanges': () => chat.discard(),
      'sunaba.showPermissions': showPermissions,
    },
    log,
  );
  context.subscriptions.push(log, ...Object.values(changed), permissionsPage, chat, commands);
}
