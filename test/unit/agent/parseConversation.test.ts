import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../src/agent/conversation';
import { parseConversation } from '../../../src/agent/parseConversation';

const whole: Conversation = {
  version: 1,
  id: 'c',
  steps: [
    { type: 'prompt', text: 'p' },
    {
      type: 'reply',
      model: 'm',
      parts: [
        { type: 'thought', text: 't' },
        { type: 'text', text: '', signature: 's' },
        { type: 'call', callId: '1', providerId: 'x', name: 'read_file', args: { path: 'a' }, signature: 's2' },
        { type: 'call', callId: '2', name: 'read_file', args: { path: 'b' } },
      ],
    },
    {
      type: 'results',
      results: [
        { callId: '1', providerId: 'x', name: 'read_file', isError: false, text: 'A' },
        { callId: '2', name: 'read_file', isError: true, text: 'B' },
      ],
    },
    { type: 'note', text: 'n' },
    { type: 'reply', model: 'm', parts: [{ type: 'text', text: 'half' }], cut: true },
  ],
};

describe('a conversation that was kept', () => {
  it('comes back as it was', () => {
    expect(parseConversation(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
  });

  it.each([0, 1, 2, 3, 4, 5])('kept after %i steps, is one that the provider takes: every call has its result', (length) => {
    const restored = parseConversation({ ...whole, steps: whole.steps.slice(0, length) });
    const steps = restored?.steps ?? [];
    steps.forEach((step, index) => {
      if (step.type !== 'reply') return;
      const calls = step.parts.filter((part) => part.type === 'call').map(({ callId }) => callId);
      const next = steps[index + 1];
      const answered = next?.type === 'results' ? next.results.map(({ callId }) => callId) : [];
      expect(answered).toEqual(calls);
    });
  });

  it('of another version, or damaged, is refused as a whole', () => {
    expect(parseConversation({ ...whole, version: 2 })).toBeNull();
    expect(parseConversation({ ...whole, steps: [{ type: 'prompt' }] })).toBeNull();
    expect(parseConversation(null)).toBeNull();
    fc.assert(fc.property(fc.anything(), (raw) => void parseConversation(raw)));
  });
});
