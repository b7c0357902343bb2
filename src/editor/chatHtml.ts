/** What the panel's page is made of: addresses as the webview knows them, and a nonce nobody can guess. */
export interface ChatHtmlParts {
  readonly nonce: string;
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** The language of the panel's texts, as a tag. */
  readonly language: string;
}

/** No source but our own script, style and icon font by nonce: nothing else loads, connects, is framed or sent anywhere. */
export function contentSecurityPolicy({ nonce, cspSource }: Pick<ChatHtmlParts, 'nonce' | 'cspSource'>): string {
  return [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
}

export function chatHtml(parts: ChatHtmlParts): string {
  return `<!DOCTYPE html>
<html lang="${parts.language}">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(parts)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" nonce="${parts.nonce}" href="${parts.styleUri}">
    <title>Sunaba</title>
  </head>
  <body data-sunaba="chat">
    <div id="root"></div>
    <script nonce="${parts.nonce}" src="${parts.scriptUri}"></script>
  </body>
</html>`;
}
