import * as vscode from 'vscode';

/**
 * Puts a command into a terminal and never presses Enter: one with a line break or a control character in it, which a
 * shell could take for Enter or worse, is only copied.
 */
export async function insertInTerminal(command: string): Promise<void> {
  const text = command.trim();
  if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) {
    await vscode.env.clipboard.writeText(text);
    await vscode.window.showWarningMessage(
      vscode.l10n.t('The command has line breaks or control characters, so it was copied and not put into the terminal.'),
    );
    return;
  }
  const terminal = vscode.window.activeTerminal ?? vscode.window.createTerminal();
  terminal.show(false);
  terminal.sendText(text, false);
}

/** What is selected in the active terminal, by way of the clipboard, which gets its former text back. */
export async function readTerminalSelection(): Promise<string> {
  const before = await vscode.env.clipboard.readText();
  try {
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand('workbench.action.terminal.copySelection');
    return await vscode.env.clipboard.readText();
  } finally {
    await vscode.env.clipboard.writeText(before);
  }
}
