import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Source } from '../permissions/effectiveMode';
import type { Rule, SourcedRule } from '../permissions/rules';
import { assertNever } from '../shared/assertNever';
import { markInvisible } from '../shared/invisible';
import type { Permissions } from './permissions';

export interface PermissionsPage extends vscode.Disposable {
  show(): void;
}

/** A page that shows what holds in this workspace and where it comes from, and lets grants be taken back. */
export function createPermissionsPage(permissions: Permissions): PermissionsPage {
  let panel: vscode.WebviewPanel | undefined;

  // The page is loaded anew when something changes: whoever works by keyboard finds himself where he was.
  let atGrants = false;
  const render = () => {
    if (panel !== undefined) panel.webview.html = toHtml(permissions, randomBytes(16).toString('base64url'), atGrants);
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
        if (grant !== undefined) {
          atGrants = true;
          void permissions.takeBack(grant.rule).then(undefined, () => render());
        } else if (raw === 'settings') void vscode.commands.executeCommand('workbench.action.openSettings', 'sunaba.permissions');
      });
      panel.onDidDispose(() => {
        panel = undefined;
        atGrants = false;
      });
      render();
    },
    dispose: () => {
      listening.dispose();
      panel?.dispose();
    },
  };
}

function toHtml(permissions: Permissions, nonce: string, atGrants: boolean): string {
  const { mode, source } = permissions.mode();
  const rules = permissions.rules();
  const files = permissions.files().rules;
  const grants = rules.filter((rule) => rule.source === 'grant');
  const warnings = permissions.warnings();
  const meaning = {
    'read-only': vscode.l10n.t('Tools read the folder and change nothing.'),
    ask: vscode.l10n.t('Changes are staged. Nothing reaches the folder until you apply it.'),
    auto: vscode.l10n.t('Changes are applied as they come, each with a way back. Protected files wait for you.'),
  }[mode];
  return `<!DOCTYPE html>
<html lang="${vscode.l10n.bundle === undefined ? 'en' : escape(vscode.env.language)}"><head><meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'">
<title>${text(vscode.l10n.t('Sunaba: Permissions'))}</title>
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
<h1>${text(vscode.l10n.t('Permissions for this workspace'))}</h1>
<p>${text(
    vscode.l10n.t(
      'Every tool runs as a WASI process that sees the folder at {0} and nothing else: no other file, no network, no program of yours. No setting changes that.',
      '/workspace',
    ),
  )}</p>
${warnings.map((warning) => `<p class="warning">${text(warning)}</p>`).join('\n')}
<h2>${text(vscode.l10n.t('Mode'))}</h2>
<p><strong>${mode}</strong> <span class="muted">${text(vscode.l10n.t('from: {0}', sourceWords(source)))}</span></p>
<p>${text(meaning)}</p>
<h2>${text(vscode.l10n.t('Rules'))}</h2>
${ruleTable(rules.filter((rule) => rule.source !== 'grant'))}
<p><button type="button" data-message="settings">${text(vscode.l10n.t('Open Settings'))}</button></p>
<h2 id="grants" tabindex="-1">${text(vscode.l10n.t('Grants'))}</h2>
<p class="muted">${text(vscode.l10n.t('What you allowed by a click. They are kept in VS Code, never in a file of the folder.'))}</p>
${grantTable(grants)}
<h2>${text(vscode.l10n.t('Hidden files'))}</h2>
<p class="muted">${text(vscode.l10n.t('They do not exist for any tool.'))}</p>
${patterns(files.hidden)}
<h2>${text(vscode.l10n.t('Protected files'))}</h2>
<p class="muted">${text(vscode.l10n.t('A change to one of these reaches the folder only by your click on that very file, in every mode.'))}</p>
${patterns(files.protected)}
${files.readOnly.length === 0 ? '' : `<h2>${text(vscode.l10n.t('Read-only files'))}</h2>${patterns(files.readOnly)}`}
<script nonce="${nonce}">
const api = acquireVsCodeApi();
for (const button of document.querySelectorAll('button')) {
  button.addEventListener('click', () => api.postMessage(button.dataset.message));
}
${atGrants ? "(document.querySelector('#grants ~ table button') ?? document.getElementById('grants')).focus();" : ''}
</script>
</body></html>`;
}

function ruleTable(rules: readonly SourcedRule[]): string {
  if (rules.length === 0) return `<p>${text(vscode.l10n.t('No rules: within the sandbox every tool may be used.'))}</p>`;
  const rows = rules.map(
    ({ rule, source }) => `<tr><td><code>${text(ruleWords(rule))}</code></td><td class="muted">${text(sourceWords(source))}</td></tr>`,
  );
  return `<table><tr><th>${text(vscode.l10n.t('Rule'))}</th><th>${text(vscode.l10n.t('Source'))}</th></tr>${rows.join('')}</table>`;
}

function grantTable(grants: readonly SourcedRule[]): string {
  if (grants.length === 0) return `<p>${text(vscode.l10n.t('None.'))}</p>`;
  const rows = grants.map(({ rule }) => {
    const what = ruleWords(rule);
    const label = escape(vscode.l10n.t('Take back: {0}', what));
    const button = `<button type="button" data-message="${escape(JSON.stringify(rule))}" aria-label="${label}">${text(vscode.l10n.t('Take Back'))}</button>`;
    return `<tr><td><code>${text(what)}</code></td><td>${button}</td></tr>`;
  });
  return `<table>${rows.join('')}</table>`;
}

function ruleWords({ action, tool, path, command }: Rule): string {
  return [
    action,
    tool ?? vscode.l10n.t('every tool'),
    ...(path === undefined ? [] : [vscode.l10n.t('on {0}', path)]),
    ...(command === undefined ? [] : [vscode.l10n.t('running {0}', command)]),
  ].join(' ');
}

function sourceWords(source: Source): string {
  switch (source) {
    case 'default':
      return vscode.l10n.t('default');
    case 'user':
      return vscode.l10n.t('your settings');
    case 'workspace':
      return vscode.l10n.t('settings of this workspace');
    case 'grant':
      return vscode.l10n.t('your choice in the panel');
    case 'restricted mode':
      return vscode.l10n.t('Restricted Mode');
    default:
      return assertNever(source);
  }
}

function patterns(list: readonly string[]): string {
  const count = text(vscode.l10n.t('{0} patterns', list.length));
  return `<details><summary>${count}</summary><p>${list.map((pattern) => `<code>${text(pattern)}</code>`).join(', ')}</p></details>`;
}

/** Text as the page shows it: what a file or a rule says stays text, and what cannot be seen in it is named. */
function text(words: string): string {
  return escape(markInvisible(words));
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
