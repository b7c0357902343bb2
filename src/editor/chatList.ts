import * as vscode from 'vscode';
import { markInvisible } from '../shared/invisible';
import type { ChatEntry, ChatStore } from './chatStore';

/** Shows the kept chats of this workspace; one can be chosen, and any be deleted but the one that is open now. */
export function pickChat(store: ChatStore, currentId: string): Promise<string | undefined> {
  const bin: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Delete this chat') };
  const list = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly id: string }>();
  list.title = vscode.l10n.t('Chats of this workspace: choose one to open it');
  list.matchOnDescription = true;
  const toItem = ({ id, title, atMs }: ChatEntry) => ({
    id,
    label: title === '' ? '…' : markInvisible(title),
    description: id === currentId ? vscode.l10n.t('open now') : new Date(atMs).toLocaleString(vscode.env.language),
    buttons: id === currentId ? [] : [bin],
  });
  const fill = async () => {
    list.busy = true;
    const entries = await store.list();
    list.items = entries.map(toItem);
    list.placeholder = entries.length === 0 ? vscode.l10n.t('There is no other chat yet.') : '';
    list.busy = false;
  };

  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(error instanceof Error ? error : new Error(String(error)));
      list.dispose();
    };
    list.onDidTriggerItemButton(({ item }) => void store.remove(item.id).then(fill).catch(fail));
    list.onDidAccept(() => {
      resolve(list.selectedItems[0]?.id);
      list.hide();
    });
    list.onDidHide(() => {
      resolve(undefined);
      list.dispose();
    });
    list.show();
    void fill().catch(fail);
  });
}
