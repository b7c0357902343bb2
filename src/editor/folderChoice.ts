import * as vscode from 'vscode';
import { UserError } from '../shared/userError';

const stateName = 'sunaba.folder';

/** Which folder of the workspace the tools see. One folder needs no choice; among several the user chooses, once a workspace. */
export interface FolderChoice {
  current(): vscode.WorkspaceFolder | undefined;
  /** Lets the user pick. Gives whether another folder holds now. Throws `UserError` where no folder is open. */
  choose(): Promise<boolean>;
  /** The folder to work in, after asking where that is open. Throws `UserError` where there is none. */
  require(): Promise<vscode.WorkspaceFolder>;
  readonly onDidChange: vscode.Event<void>;
}

export function createFolderChoice(state: vscode.Memento, changed: vscode.EventEmitter<void>): FolderChoice {
  const folders = () => vscode.workspace.workspaceFolders ?? [];

  const current = () => {
    const [first, ...others] = folders();
    if (others.length === 0) return first;
    const chosen = state.get<unknown>(stateName);
    return folders().find((folder) => folder.uri.toString() === chosen);
  };

  const choose = async () => {
    if (folders().length === 0) throw noWorkspaceFolder();
    const before = current();
    const picked = await vscode.window.showWorkspaceFolderPick({
      placeHolder: vscode.l10n.t('The folder that Sunaba works in; its tools see no other'),
    });
    if (picked === undefined || picked.uri.toString() === before?.uri.toString()) return false;
    await state.update(stateName, picked.uri.toString());
    changed.fire();
    return true;
  };

  return {
    current,
    choose,
    require: async () => {
      if (current() === undefined && folders().length > 1) await choose();
      const folder = current();
      if (folder === undefined) throw noWorkspaceFolder();
      if (folder.uri.scheme !== 'file') {
        throw new UserError(
          'noWorkspaceFolder',
          vscode.l10n.t('Sunaba needs a folder on a disk; "{0}" is a virtual one. Open a folder from a disk.', folder.name),
        );
      }
      return folder;
    },
    onDidChange: changed.event,
  };
}

export function noWorkspaceFolder(): UserError {
  return new UserError('noWorkspaceFolder', vscode.l10n.t('Open a folder first: Sunaba works in one folder and sees nothing else.'));
}
