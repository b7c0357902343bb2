import * as vscode from 'vscode';
import type { PanelStatus } from '../shared/panelEvent';
import type { ApiKey } from './apiKey';
import type { FolderChoice } from './folderChoice';
import { needsKey } from './needsKey';
import { readSettings } from './settings';

/** What holds around the conversation now. */
export async function readStatus(
  apiKey: ApiKey,
  folderChoice: FolderChoice,
  host: PanelStatus['host'],
  mode: PanelStatus['mode'],
): Promise<Omit<PanelStatus, 'running' | 'attachments'>> {
  const settings = readSettings();
  const trusted = vscode.workspace.isTrusted;
  return {
    key: !needsKey(settings.baseUrl) || (await apiKey.read()) !== undefined ? 'set' : 'missing',
    folder: folderChoice.current()?.name ?? null,
    folders: vscode.workspace.workspaceFolders?.length ?? 0,
    host,
    mode,
    trusted,
    model: settings.modelId,
    suggestions: settings.suggestions,
  };
}
