import * as vscode from 'vscode';
import type { Change } from '../shared/changeSet';

const badges: Readonly<Record<Change['kind'], string>> = {
  created: 'A',
  modified: 'M',
  deleted: 'D',
  renamed: 'R',
  'mode changed': 'M',
  linked: 'L',
};

export interface PendingDecorations extends vscode.Disposable {
  show(folder: vscode.Uri, changes: readonly Change[]): void;
}

/** Marks in the explorer and on tabs what is proposed and waits for the user. */
export function registerPendingDecorations(): PendingDecorations {
  const emitter = new vscode.EventEmitter<vscode.Uri[]>();
  let pending = new Map<string, Change>();
  const provider = vscode.window.registerFileDecorationProvider({
    onDidChangeFileDecorations: emitter.event,
    provideFileDecoration: (uri) => {
      const change = pending.get(uri.toString());
      if (change === undefined) return undefined;
      const decoration = new vscode.FileDecoration(
        `●${badges[change.kind]}`,
        vscode.l10n.t('Sunaba: {0}, waits for your review', change.kind),
        new vscode.ThemeColor('sunaba.pendingForeground'),
      );
      decoration.propagate = true;
      return decoration;
    },
  });
  return {
    show: (folder, changes) => {
      const next = new Map(changes.map((change) => [vscode.Uri.joinPath(folder, change.path).toString(), change]));
      const touched = new Set([...pending.keys(), ...next.keys()]);
      pending = next;
      emitter.fire([...touched].map((each) => vscode.Uri.parse(each, true)));
    },
    dispose: () => {
      provider.dispose();
      emitter.dispose();
    },
  };
}
