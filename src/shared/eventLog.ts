import type { PanelEvent } from './panelEvent';

/** Most characters of streamed output that one tool call keeps in the log. */
const maxOutputChars = 1024 * 1024;

/**
 * Adds an event to a conversation's log. Streamed pieces that follow each other become one, so that a log grows with
 * what it shows and not with the number of chunks; `Replayed(log)` shows the same as all events one by one.
 */
export function appendEvent(log: readonly PanelEvent[], event: PanelEvent): readonly PanelEvent[] {
  const last = log.at(-1);
  const merged = last === undefined ? undefined : merge(last, event);
  return merged === undefined ? [...log, event] : [...log.slice(0, -1), merged];
}

function merge(last: PanelEvent, next: PanelEvent): PanelEvent | undefined {
  if (last.type === 'text_streamed' && next.type === 'text_streamed' && last.turnId === next.turnId)
    return { ...last, text: last.text + next.text };
  if (last.type === 'thought_streamed' && next.type === 'thought_streamed' && last.turnId === next.turnId)
    return { ...last, text: last.text + next.text };
  if (last.type === 'tool_output' && next.type === 'tool_output' && last.callId === next.callId && last.stream === next.stream) {
    const room = maxOutputChars - last.text.length;
    return room <= 0 ? last : { ...last, text: last.text + next.text.slice(0, room) };
  }
  return undefined;
}
