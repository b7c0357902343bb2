import { describe, expect, test } from 'vitest';
import { chatHtml, contentSecurityPolicy } from '../../../src/editor/chatHtml';

const parts = {
  nonce: 'abc123',
  cspSource: 'https://*.vscode-cdn.net',
  scriptUri: 'https://x/webview.js',
  styleUri: 'https://x/webview.css',
  language: 'ja',
};

describe('T32: the policy of the panel’s page', () => {
  const policy = Object.fromEntries(
    contentSecurityPolicy(parts)
      .split('; ')
      .map((directive) => [directive.slice(0, directive.indexOf(' ')), directive.slice(directive.indexOf(' ') + 1)]),
  );

  test('allows our script and style by nonce, our font, and nothing else', () => {
    expect(policy).toEqual({
      'default-src': "'none'",
      'script-src': "'nonce-abc123'",
      'style-src': "'nonce-abc123'",
      'font-src': 'https://*.vscode-cdn.net',
      'base-uri': "'none'",
      'form-action': "'none'",
    });
  });

  test('stands in the page before anything that could load', () => {
    const html = chatHtml(parts);
    const at = html.indexOf('Content-Security-Policy');
    expect(at).toBeGreaterThan(0);
    expect(html).toContain('<html lang="ja">');
    expect(at).toBeLessThan(html.search(/<(script|link|style|img|iframe)/));
    expect(html.match(/<script|<link|<style/g)).toEqual(['<link', '<script']);
    expect(html).not.toMatch(/ on\w+=|javascript:|unsafe-/);
  });
});
