import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loopTools, takeTurn } from '../../support/agentHarness';

/** A whole reply with a thought, a text of several bytes a character, and a call. */
const body = [
  { candidates: [{ content: { parts: [{ text: 'Hm — ', thought: true }], role: 'model' }, index: 0 }] },
  { candidates: [{ content: { parts: [{ text: 'Größe: 砂場 ' }], role: 'model' }, index: 0 }] },
  {
    candidates: [
      {
        content: { parts: [{ functionCall: { name: 'write_file', args: { path: 'a', content: 'b' } } }], role: 'model' },
        finishReason: 'STOP',
        index: 0,
      },
    ],
  },
  { usageMetadata: { promptTokenCount: 3 } },
]
  .map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`)
  .join('');
const bytes = Buffer.from(body);

describe('a stream that is cut', () => {
  let server: http.Server;
  let url: string;
  /** Where the next first reply is cut, and how. */
  let cut = { at: 0, how: 'reset' as 'reset' | 'end' };
  let replies = 0;

  beforeAll(async () => {
    server = http.createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        replies++;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(bytes.subarray(0, cut.at));
        if (cut.how === 'end') response.end();
        else setImmediate(() => response.socket?.destroy());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(['reset', 'end'] as const)('T64: at every byte offset (%s): no tool runs, a clear error', { timeout: 120_000 }, async (how) => {
    const whole = bytes.indexOf('"finishReason"');
    const lastEventEnds = bytes.indexOf('\r\n\r\n', whole) + 2;
    for (let at = 0; at <= bytes.length; at++) {
      cut = { at, how };
      replies = 0;
      const log: string[] = [];
      const { end, conversation } = await takeTurn({
        url,
        prompt: 'p',
        tools: loopTools(log),
        limits: { repliesPerTurn: 1 },
        gemini: { retries: { delaysMs: [1], longestWaitMs: 1 } },
      });
      // A body that ends in order after the finish reason is whole, and its call is run once; before, nothing is.
      const complete = how === 'end' && (at >= bytes.length - 2 || (at >= lastEventEnds - 2 && isBetweenEvents(at)));
      expect({ at, log }).toEqual({ at, log: complete ? ['write a'] : [] });
      if (complete) continue;
      expect({ at, reason: end.reason }).toEqual({ at, reason: 'error' });
      expect(end.message).toMatch(/broke|not the Gemini API/);
      expect(replies).toBeLessThanOrEqual(2);
      expect(JSON.stringify(conversation)).not.toContain('write_file');
    }
  });
});

/** True where the bytes before `at` end with a whole event, its blank line or a part of it. */
function isBetweenEvents(at: number): boolean {
  const text = bytes.subarray(0, at).toString('latin1');
  return /\}\r?\n?\r?\n?$/.test(text) && isJson(text.slice(text.lastIndexOf('data: ') + 6));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
