import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { parseWebviewMessage, type HostMessage, type WebviewMessage } from '../shared/protocol';
import { chatHtml } from './chatHtml';

export const chatViewIds = ['sunaba.chat', 'sunaba.chatInActivityBar'] as const;

/** One open panel. */
export interface ChatPanel {
  post(message: HostMessage): void;
}

export interface ChatViewEvents {
  /** The panel's page is there (again) and knows nothing yet. */
  onReady(panel: ChatPanel): void;
  onMessage(panel: ChatPanel, message: WebviewMessage): void;
  onClosed(panel: ChatPanel): void;
}

/** The chat as a webview view: shows the page, parses what comes from it, and keeps nothing. */
export function registerChatView(extensionUri: vscode.Uri, events: ChatViewEvents, log: vscode.LogOutputChannel): vscode.Disposable {
  const provider: vscode.WebviewViewProvider = {
    resolveWebviewView: ({ webview, onDidDispose }) => {
      const dist = vscode.Uri.joinPath(extensionUri, 'dist');
      webview.options = { enableScripts: true, enableForms: true, enableCommandUris: false, localResourceRoots: [dist] };
      const panel: ChatPanel = {
        post: (message) => {
          void webview.postMessage(message).then(undefined, (error: unknown) => log.warn('message to the panel was lost', error));
        },
      };
      const listening = webview.onDidReceiveMessage((raw: unknown) => {
        const message = parseWebviewMessage(raw);
        if (message === undefined) log.warn('a message of the panel was not understood and was dropped');
        else if (message.type === 'ready') events.onReady(panel);
        else events.onMessage(panel, message);
      });
      onDidDispose(() => {
        listening.dispose();
        events.onClosed(panel);
      });
      webview.html = chatHtml({
        nonce: randomBytes(16).toString('base64url'),
        cspSource: webview.cspSource,
        scriptUri: String(webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.js'))),
        styleUri: String(webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.css'))),
        // What has no translation is shown in English.
        language: vscode.l10n.bundle === undefined ? 'en' : vscode.env.language,
      });
    },
  };
  return vscode.Disposable.from(...chatViewIds.map((id) => vscode.window.registerWebviewViewProvider(id, provider)));
}
