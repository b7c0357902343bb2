import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { parseHostMessage, parseWebviewMessage } from '../../../src/shared/protocol';

const status = {
  key: 'set',
  folder: 'harbour',
  folders: 1,
  host: 'embedded',
  mode: 'ask',
  trusted: true,
  running: false,
  model: 'gemini-2.5-flash',
  suggestions: [],
  attachments: [],
};

describe('messages of the panel', () => {
  test('a known message comes through, without what does not belong to it', () => {
    expect(parseWebviewMessage({ type: 'prompt_sent', text: 'hello', more: 1 })).toEqual({ type: 'prompt_sent', text: 'hello' });
  });

  test.each([
    [undefined],
    [null],
    ['ready'],
    [{}],
    [{ type: 'no_such_message' }],
    [{ type: 'prompt_sent' }],
    [{ type: 'prompt_sent', text: 7 }],
    [{ type: 'prompt_sent', text: 'x'.repeat(1_000_001) }],
    [{ type: 'mode_chosen', mode: 'yolo' }],
    [{ type: 'changes_applied' }],
    [{ type: 'changes_applied', approvalId: 'a', paths: 'all' }],
    [{ type: 'file_opened', path: 'a', line: 0 }],
    [{ type: 'fix_chosen', fix: 'workbench.action.terminal.new' }],
  ])('%j is dropped', (raw) => {
    expect(parseWebviewMessage(raw)).toBeUndefined();
  });

  test('nothing makes the parsers throw', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true }), (raw) => {
        expect(parseWebviewMessage(raw)).toBeUndefined();
        expect(parseHostMessage(raw)).toBeUndefined();
      }),
    );
  });
});

describe('messages of the host', () => {
  test('what the host replays is taken whole', () => {
    const message = {
      type: 'restored',
      events: [
        { type: 'prompt_sent', text: 'a', attachments: [{ id: '1', path: 'a.ts', lines: { first: 1, last: 2 } }] },
        { type: 'turn_started', turnId: 't', prompt: 'a' },
        { type: 'tool_started', turnId: 't', callId: 'c', tool: 'read_file', args: { path: 'a.ts' }, title: 'Read a.ts' },
        { type: 'turn_ended', turnId: 't', reason: 'stop' },
      ],
      status,
      review: null,
      words: {},
    };
    expect(parseHostMessage(message)).toEqual(message);
  });

  test('one event that is not understood spoils the message, so that a view never misses a part unseen', () => {
    expect(parseHostMessage({ type: 'events', events: [{ type: 'turn_ended', turnId: 't', reason: 'maybe' }] })).toBeUndefined();
  });
});
