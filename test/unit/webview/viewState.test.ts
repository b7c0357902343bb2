import { describe, expect, test } from 'vitest';
import type { PanelEvent } from '../../../src/shared/panelEvent';
import { applyEvent, emptyView, reduce, type Turn } from '../../../src/webview/viewState';

const show = (events: readonly PanelEvent[]): readonly Turn[] => events.reduce(applyEvent, []);

const begun: readonly PanelEvent[] = [
  { type: 'prompt_sent', text: 'Explain', attachments: [{ id: 'a', path: 'a.ts' }] },
  { type: 'turn_started', turnId: 't', prompt: 'Explain\n\nFrom a.ts: …' },
];

describe('the view of a conversation', () => {
  test('a turn shows what the user wrote, not what was sent with it', () => {
    expect(show(begun)).toEqual([{ turnId: 't', prompt: 'Explain', attachments: [{ id: 'a', path: 'a.ts' }], items: [] }]);
  });

  test('parallel calls keep their own output, state and result', () => {
    const turn = show([
      ...begun,
      { type: 'tool_started', turnId: 't', callId: '1', tool: 'bash', args: { command: 'a' }, title: 'a' },
      { type: 'tool_started', turnId: 't', callId: '2', tool: 'bash', args: { command: 'b' }, title: 'b' },
      { type: 'tool_output', turnId: 't', callId: '1', stream: 'stdout', text: 'one' },
      { type: 'tool_output', turnId: 't', callId: '2', stream: 'stderr', text: 'two' },
      { type: 'tool_output', turnId: 't', callId: '1', stream: 'stdout', text: ' more' },
      { type: 'tool_ended', turnId: 't', callId: '2', isError: true, text: 'two', durationMs: 5, limit: 'wallClockMs' },
    ])[0];
    expect(turn?.items).toMatchObject([
      { callId: '1', state: 'running', output: 'one more' },
      { callId: '2', state: 'failed', output: 'two', result: 'two', limit: 'wallClockMs' },
    ]);
  });

  test('what was thought before a failed attempt is not shown twice', () => {
    const turn = show([
      ...begun,
      { type: 'thought_streamed', turnId: 't', text: 'Let me see.' },
      { type: 'retry_waited', turnId: 't', reason: 'The server is busy.', delayMs: 1000 },
      { type: 'thought_streamed', turnId: 't', text: 'Let me see.' },
    ])[0];
    expect(turn?.items).toMatchObject([{ kind: 'retry' }, { kind: 'thought', text: 'Let me see.' }]);
  });

  test('when a turn is stopped no card goes on spinning', () => {
    const turn = show([
      ...begun,
      { type: 'tool_started', turnId: 't', callId: '1', tool: 'bash', args: {}, title: 'a' },
      { type: 'turn_ended', turnId: 't', reason: 'aborted' },
    ])[0];
    expect(turn?.items).toMatchObject([{ state: 'stopped' }]);
    expect(turn?.end).toEqual({ reason: 'aborted', after: 1 });
  });

  test('text after a tool call is a new piece of the answer', () => {
    const turn = show([
      ...begun,
      { type: 'text_streamed', turnId: 't', text: 'I ' },
      { type: 'text_streamed', turnId: 't', text: 'look.' },
      { type: 'tool_started', turnId: 't', callId: '1', tool: 'search', args: {}, title: 'a' },
      { type: 'text_streamed', turnId: 't', text: 'Found.' },
    ])[0];
    expect(turn?.items.map((item) => (item.kind === 'answer' ? item.text : item.kind))).toEqual(['I look.', 'tool', 'Found.']);
  });

  test('a notice before any turn has a place of its own', () => {
    const notice: PanelEvent = { type: 'notice_shown', level: 'error', message: 'no key', code: 'apiKeyMissing', fixes: ['setApiKey'] };
    expect(show([notice, ...begun])).toMatchObject([
      { prompt: null, items: [{ kind: 'notice' }] },
      { prompt: 'Explain', turnId: 't' },
    ]);
  });

  test('events of a turn that is not there change nothing', () => {
    const turns = show(begun);
    expect(applyEvent(turns, { type: 'text_streamed', turnId: 'other', text: 'x' })).toBe(turns);
    expect(applyEvent([], { type: 'tool_output', turnId: 't', callId: 'c', stream: 'stdout', text: 'x' })).toEqual([]);
  });

  test('what is restored replaces all that was shown', () => {
    const status = { key: 'set', folder: 'f', folders: 1, host: null, mode: 'ask', trusted: true, running: false } as const;
    const rest = { model: 'm', suggestions: [], attachments: [] };
    const before = reduce(emptyView, { type: 'events', events: [...begun] });
    const after = reduce(before, { type: 'restored', events: [], status: { ...status, ...rest }, review: null, words: {} });
    expect(after).toMatchObject({ ready: true, turns: [], status: { folder: 'f' } });
  });
});
