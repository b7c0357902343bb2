import type { AgentEvent } from '../shared/agentEvent';
import { assertNever } from '../shared/assertNever';
import { shown } from './safeText';
import type { Terminal } from './terminal';

/** Lines of a failed call that are printed; the model got them all. */
const errorLines = 20;

/** Prints a turn as it goes: the answer as it streams, each call on a line of its own, a failed call's error below it. */
export function createTextPrinter(terminal: Terminal): (event: AgentEvent) => void {
  const titles = new Map<string, string>();
  let atLineStart = true;
  const write = (text: string): void => {
    if (text === '') return;
    terminal.stdout.write(text);
    atLineStart = text.endsWith('\n');
  };
  const line = (text: string): void => write(`${atLineStart ? '' : '\n'}${text}\n`);
  return (event) => {
    switch (event.type) {
      case 'turn_started':
      case 'thought_streamed':
      case 'tool_output':
      case 'usage_counted':
        return;
      case 'text_streamed':
        return write(shown(event.text));
      case 'tool_started':
        titles.set(event.callId, event.title);
        return line(`→ ${shown(oneLine(event.title))}`);
      case 'tool_ended': {
        if (!event.isError) return;
        const lines = shown(event.text).trimEnd().split('\n');
        const more = lines.length > errorLines ? [`… ${lines.length - errorLines} more lines`] : [];
        const text = [...lines.slice(0, errorLines), ...more].join('\n  ');
        return line(`✗ ${shown(oneLine(titles.get(event.callId) ?? 'call'))}: ${text}`);
      }
      case 'retry_waited':
        terminal.stderr.write(`sunaba: ${shown(event.reason)} Waiting ${event.delayMs / 1000} s.\n`);
        return;
      case 'conversation_compacted':
        terminal.stderr.write('sunaba: old tool output is no longer sent to the model, to save room.\n');
        return;
      case 'turn_ended':
        if (!atLineStart) write('\n');
        if (event.reason === 'aborted') terminal.stderr.write('sunaba: stopped.\n');
        else if (event.message !== undefined) terminal.stderr.write(`sunaba: ${shown(event.message)}\n`);
        return;
      default:
        assertNever(event);
    }
  };
}

/** `--json`: one event a line. */
export function createJsonPrinter(terminal: Terminal): (event: AgentEvent) => void {
  return (event) => void terminal.stdout.write(`${JSON.stringify(event)}\n`);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
