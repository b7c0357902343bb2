import * as vscode from 'vscode';

const secretName = 'sunaba.geminiApiKey';

/** The Gemini key: in VS Code's secret storage, else in the environment VS Code was started with. It goes nowhere but into a request's header. */
export interface ApiKey {
  read(): Promise<string | undefined>;
  /** Asks for a key and keeps it. Gives whether there is a new one. */
  ask(): Promise<boolean>;
  remove(): Promise<void>;
  readonly onDidChange: vscode.Event<void>;
}

export function createApiKey(secrets: vscode.SecretStorage, changed: vscode.EventEmitter<void>): ApiKey {
  return {
    read: async () => {
      const kept = await secrets.get(secretName);
      const key = kept ?? process.env['GEMINI_API_KEY'];
      return key === undefined || key.trim() === '' ? undefined : key.trim();
    },
    ask: async () => {
      const key = await vscode.window.showInputBox({
        title: vscode.l10n.t('Gemini API Key'),
        prompt: vscode.l10n.t('Kept in VS Code’s secret storage. Google AI Studio gives keys: https://aistudio.google.com/apikey'),
        password: true,
        ignoreFocusOut: true,
        validateInput: (value) =>
          /^\S*$/.test(value.trim()) && value.trim().length < 500 ? undefined : vscode.l10n.t('A key is one word without spaces.'),
      });
      if (key === undefined || key.trim() === '') return false;
      await secrets.store(secretName, key.trim());
      changed.fire();
      return true;
    },
    remove: async () => {
      await secrets.delete(secretName);
      changed.fire();
    },
    onDidChange: changed.event,
  };
}
