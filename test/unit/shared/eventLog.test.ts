import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { appendEvent } from '../../../src/shared/eventLog';
import type { PanelEvent } from '../../../src/shared/panelEvent';
import { applyEvent, type Turn } from '../../../src/webview/viewState';

const turnId = fc.constantFrom('t1', 't2');
const callId = fc.constantFrom('c1', 'c2');
const text = fc.string({ maxLength: 5 });
const event: fc.Arbitrary<PanelEvent> = fc.oneof(
  fc.record({ type: fc.constant('prompt_sent' as const), text, attachments: fc.constant([]) }),
  fc.record({ type: fc.constant('turn_started' as const), turnId, prompt: text }),
  fc.record({ type: fc.constant('text_streamed' as const), turnId, text }),
  fc.record({ type: fc.constant('thought_streamed' as const), turnId, text }),
  fc.record({
    type: fc.constant('tool_started' as const),
    turnId,
    callId,
    tool: fc.constant('read_file'),
    args: fc.constant({}),
    title: text,
  }),
  fc.record({
    type: fc.constant('tool_output' as const),
    turnId,
    callId,
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    text,
  }),
  fc.record({ type: fc.constant('tool_ended' as const), turnId, callId, isError: fc.boolean(), text, durationMs: fc.nat() }),
  fc.record({ type: fc.constant('turn_ended' as const), turnId, reason: fc.constantFrom('stop' as const, 'aborted' as const) }),
);

describe('the log of a conversation', () => {
  test('a replay shows what the events showed one by one', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const log = events.reduce(appendEvent, [] as readonly PanelEvent[]);
        const show = (list: readonly PanelEvent[]) => list.reduce(applyEvent, [] as readonly Turn[]);
        expect(show(log)).toEqual(show(events));
      }),
    );
  });

  test('a thousand streamed pieces are one entry', () => {
    let log: readonly PanelEvent[] = [];
    for (let i = 0; i < 1000; i++) log = appendEvent(log, { type: 'text_streamed', turnId: 't', text: 'ab' });
    expect(log).toEqual([{ type: 'text_streamed', turnId: 't', text: 'ab'.repeat(1000) }]);
  });

  test('the output of one call stops growing at its cap', () => {
    let log: readonly PanelEvent[] = [];
    const piece = 'x'.repeat(300_000);
    for (let i = 0; i < 10; i++) log = appendEvent(log, { type: 'tool_output', turnId: 't', callId: 'c', stream: 'stdout', text: piece });
    expect(log).toHaveLength(1);
    expect(log[0]?.type === 'tool_output' && log[0].text.length).toBe(1024 * 1024);
  });
});
