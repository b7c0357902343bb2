import { createHash } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';

/**
 * Where this workspace's conversation and its pending changes are kept. Not `context.storageUri`: while the extension
 * host of a window that was reloaded or lost lives on, VS Code gives the new window another directory there
 * (`<id>-1`), and what was pending would seem to be gone.
 */
export function conversationDirectory(context: vscode.ExtensionContext): string {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  const workspace = workspaceFile ?? workspaceFolders?.[0]?.uri;
  const name = workspace === undefined ? 'no-folder' : createHash('sha256').update(workspace.toString()).digest('hex').slice(0, 32);
  return path.join(context.globalStorageUri.fsPath, 'workspaces', name);
}
