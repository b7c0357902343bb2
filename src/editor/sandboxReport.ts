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
  await showReport(toMarkdown(check));
}

const reportScheme = 'sunaba-report';

/** Shows a text that belongs to no file: nothing asks to save it. */
async function showReport(content: string): Promise<void> {
  const provider = vscode.workspace.registerTextDocumentContentProvider(reportScheme, { provideTextDocumentContent: () => content });
  try {
    const uri = vscode.Uri.from({ scheme: reportScheme, path: '/sandbox.md', query: String(Date.now()) });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri).then(undefined, () => vscode.window.showTextDocument(document));
  } finally {
    provider.dispose();
  }
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
