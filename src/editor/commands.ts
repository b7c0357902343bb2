import * as vscode from 'vscode';
import { commandNames, type CommandName } from './commandNames';
import { showError } from './showError';

export type CommandHandlers = Readonly<Record<CommandName, () => Promise<void> | void>>;

/** Registers every command. What a handler throws ends here: it is shown, its cause logged, and the fix offered. */
export function registerCommands(handlers: CommandHandlers, log: vscode.LogOutputChannel): vscode.Disposable {
  const registered = commandNames.map((name) =>
    vscode.commands.registerCommand(name, async () => {
      try {
        await handlers[name]();
      } catch (error) {
        await showError(error, log);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
