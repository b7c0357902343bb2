import * as vscode from 'vscode';
import { checkSandbox, type SandboxCheck } from '../sandbox/check';
import { openSandbox } from '../sandbox/vscodeWasi/vscodeSandbox';
import { readSettings } from './settings';

/** Runs a guest that tries to get out of a sandbox like the conversation's, and shows what came of each attempt. */
export async function reportSandbox(dist: string, folder: vscode.WorkspaceFolder): Promise<void> {
  const { host, limits } = readSettings();
  const check = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Sunaba: checking the sandbox …'), cancellable: true },
    async (_, cancel) => {
      const abort = new AbortController();
      cancel.onCancellationRequested(() => abort.abort());
      const { sandbox } = await openSandbox(host, { dist, folder: folder.uri.fsPath, limits });
      try {
        return await checkSandbox(sandbox, abort.signal);
      } finally {
        await sandbox.dispose();
      }
    },
  );
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: toMarkdown(check) });
  await vscode.commands
    .executeCommand('markdown.showPreview', document.uri)
    .then(undefined, () => vscode.window.showTextDocument(document));
}

function toMarkdown({ host, passed, items, durationMs }: SandboxCheck): string {
  const held = items.filter((item) => item.passed).length;
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
  return [
    `# ${passed ? 'The sandbox held' : 'The sandbox did not hold'}`,
    '',
    `A program that tried to get out, or to take too much, ran on the host \`${host}\`: ${held} of ${items.length} attempts came to nothing. ${(durationMs / 1000).toFixed(1)} s.`,
    ...(passed ? [] : ['', 'Please stop using Sunaba on this machine and report this page.']),
    '',
    '| | Attempt | What the program saw | |',
    '|---|---|---|---|',
    ...items.map(({ id, what, said, passed: ok }) => `| ${ok ? '✓' : '✗'} | ${cell(what)} | ${cell(said)} | ${id} |`),
    '',
  ].join('\n');
}
