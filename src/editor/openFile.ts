import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

/**
 * Opens a file that a text of the model's or a card names. Only a file that lies in the folder, links followed, is
 * opened; anything else says so and nothing more.
 */
export async function openFile(folder: vscode.WorkspaceFolder, file: string, line: number | undefined): Promise<void> {
  const real = await realpathIn(folder.uri.fsPath, file);
  if (real === undefined) {
    await vscode.window.showInformationMessage(vscode.l10n.t('There is no file {0} in {1}.', file, folder.name));
    return;
  }
  const position = new vscode.Position((line ?? 1) - 1, 0);
  await vscode.commands.executeCommand(
    'vscode.open',
    vscode.Uri.file(real),
    line === undefined ? { preview: true } : { preview: true, selection: new vscode.Range(position, position) },
  );
}

async function realpathIn(root: string, file: string): Promise<string | undefined> {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(path.resolve(root, file))]);
    const relative = path.relative(realRoot, real);
    return relative === '' || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative) ? undefined : real;
  } catch {
    return undefined;
  }
}
