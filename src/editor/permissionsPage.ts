import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Rule, SourcedRule } from '../permissions/rules';
import type { Permissions } from './permissions';

export interface PermissionsPage extends vscode.Disposable {
  show(): void;
}

/** A page that shows what holds in this workspace and where it comes from, and lets grants be taken back. */
export function createPermissionsPage(permissions: Permissions): PermissionsPage {
  let panel: vscode.WebviewPanel | undefined;

  const render = () => {
    if (panel !== undefined) panel.webview.html = toHtml(permissions, randomBytes(16).toString('base64url'));
  };
  const grants = () => permissions.rules().filter(({ source }) => source === 'grant');
  const listening = permissions.onDidChange(render);

  return {
    show: () => {
      if (panel !== undefined) {
        panel.reveal();
        render();
        return;
      }
      panel = vscode.window.createWebviewPanel('sunaba.permissions', vscode.l10n.t('Sunaba: Permissions'), vscode.ViewColumn.Active, {
        enableScripts: true,
        localResourceRoots: [],
      });
      panel.webview.onDidReceiveMessage((raw: unknown) => {
        const grant = grants().find(({ rule }) => JSON.stringify(rule) === raw);
        if (grant !== undefined) void permissions.takeBack(grant.rule).then(render, () => render());
        else if (raw === 'settings') void vscode.commands.executeCommand('workbench.action.openSettings', 'sunaba.permissions');
      });
      panel.onDidDispose(() => (panel = undefined));
      render();
    },
    dispose: () => {
      listening.dispose();
      panel?.dispose();
    },
  };
}

function toHtml(permissions: Permissions, nonce: string): string {
  const { mode, source } = permissions.mode();
  const rules = permissions.rules();
  const files = permissions.files().rules;
  const grants = rules.filter((rule) => rule.source === 'grant');
  const warnings = permissions.warnings();
  const meaning = {
    'read-only': 'Tools read the folder and change nothing.',
    ask: 'Changes are staged. Nothing reaches the folder until you apply it.',
    auto: 'Changes are applied as they come, each with a way back. Protected files wait for you.',
  }[mode];
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'">
<title>Permissions</title>
<style nonce="${nonce}">
body { font: var(--vscode-font-size) var(--vscode-font-family); color: var(--vscode-foreground); max-width: 720px; margin: 0 auto; padding: 24px; line-height: 1.5; }
h1 { font-size: 1.5em; font-weight: 600; } h2 { font-size: 1.1em; font-weight: 600; margin: 28px 0 6px; }
p { margin: 4px 0; } .muted { color: var(--vscode-descriptionForeground); }
table { border-collapse: collapse; width: 100%; } td, th { text-align: start; padding: 5px 12px 5px 0; border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-contrastBorder, transparent)); vertical-align: top; }
th { font-weight: 400; color: var(--vscode-descriptionForeground); }
code { font-family: var(--vscode-editor-font-family); font-size: 0.95em; overflow-wrap: anywhere; }
button { font: inherit; border: 1px solid var(--vscode-button-border, transparent); border-radius: 4px; padding: 2px 10px; cursor: pointer; background: var(--vscode-button-secondaryBackground); color: var(--vscode-button-secondaryForeground); }
.warning { border-inline-start: 3px solid var(--vscode-editorWarning-foreground); padding-inline-start: 10px; margin: 8px 0; }
details summary { cursor: pointer; }
</style></head><body data-sunaba="permissions">
<h1>Permissions for this workspace</h1>
<p>Every tool runs as a WASI process that sees the folder at <code>/workspace</code> and nothing else: no other file, no network, no program of yours. No setting changes that.</p>
${warnings.map((warning) => `<p class="warning">${escape(warning)}</p>`).join('\n')}
<h2>Mode</h2>
<p><strong>${mode}</strong> <span class="muted">from: ${words(source)}</span></p>
<p>${meaning}</p>
<h2>Rules</h2>
${ruleTable(rules.filter((rule) => rule.source !== 'grant'))}
<p><button type="button" data-message="settings">Open Settings</button></p>
<h2>Grants</h2>
<p class="muted">What you allowed by a click. They are kept in VS Code, never in a file of the folder.</p>
${grants.length === 0 ? '<p>None.</p>' : `<table>${grants.map((grant) => `<tr><td><code>${escape(ruleWords(grant.rule))}</code></td><td><button type="button" data-message="${escape(JSON.stringify(grant.rule))}">Take Back</button></td></tr>`).join('')}</table>`}
<h2>Hidden files</h2>
<p class="muted">They do not exist for any tool.</p>
${patterns(files.hidden)}
<h2>Protected files</h2>
<p class="muted">A change to one of these reaches the folder only by your click on that very file, in every mode.</p>
${patterns(files.protected)}
${files.readOnly.length === 0 ? '' : `<h2>Read-only files</h2>${patterns(files.readOnly)}`}
<script nonce="${nonce}">
const api = acquireVsCodeApi();
for (const button of document.querySelectorAll('button')) {
  button.addEventListener('click', () => api.postMessage(button.dataset.message));
}
</script>
</body></html>`;
}

function ruleTable(rules: readonly SourcedRule[]): string {
  if (rules.length === 0) return '<p>No rules: within the sandbox every tool may be used.</p>';
  const rows = rules.map(
    ({ rule, source }) => `<tr><td><code>${escape(ruleWords(rule))}</code></td><td class="muted">${words(source)}</td></tr>`,
  );
  return `<table><tr><th>Rule</th><th>Source</th></tr>${rows.join('')}</table>`;
}

function ruleWords({ action, tool, path, command }: Rule): string {
  return [
    action,
    tool ?? 'every tool',
    ...(path === undefined ? [] : [`on ${path}`]),
    ...(command === undefined ? [] : [`running ${command}`]),
  ].join(' ');
}

function words(source: string): string {
  return source === 'grant' ? 'your choice in the panel' : source === 'user' ? 'your settings' : source;
}

function patterns(list: readonly string[]): string {
  return `<details><summary>${list.length} patterns</summary><p>${list.map((pattern) => `<code>${escape(pattern)}</code>`).join(', ')}</p></details>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
