import { describe, expect, it } from 'vitest';
import { parseBaseUrl } from '../../../src/models/parseBaseUrl';
import { UserError } from '../../../src/shared/userError';

describe('the address of the API', () => {
  it.each([
    ['https://generativelanguage.googleapis.com', 'https://generativelanguage.googleapis.com'],
    ['https://proxy.example/gemini/', 'https://proxy.example/gemini'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:1/', 'http://localhost:1'],
    ['http://[::1]:5', 'http://[::1]:5'],
  ])('%s is taken', (text, url) => {
    expect(parseBaseUrl(text)).toBe(url);
  });

  it.each([
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://10.0.0.1',
    'https://user:pass@example.com',
    'https://example.com/?key=1',
    'ftp://example.com',
    'file:///etc/passwd',
    'example.com',
    '',
  ])('%j is refused', (text) => {
    expect(() => parseBaseUrl(text)).toThrow(UserError);
  });
});
