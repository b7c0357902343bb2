import type { Readable } from 'node:stream';
import { isRecord } from '../shared/isRecord';
import { parseApiFault } from './parseApiFault';
import { WireError } from './wireFault';

/** The longest event that is taken, in characters; a reply of the API comes in pieces far below it. */
const maxEventChars = 64 * 1024 * 1024;

/**
 * Reads server-sent events and gives the data of each as one line of valid JSON. Comments and other fields are left
 * out. Throws `WireError` for an error event, for data that is no JSON, and for an event that does not end.
 */
export async function* readEvents(body: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pieces: string[] = [];
  let pendingChars = 0;
  let data: string[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    let text = decode(decoder, chunk);
    if (!/[\r\n]/.test(text)) {
      pieces.push(text);
      pendingChars += text.length;
      if (pendingChars > maxEventChars) throw new WireError({ kind: 'not the API', detail: 'an event without an end' });
      continue;
    }
    text = pieces.join('') + text;
    // A CR at the very end may be half of a CRLF.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\r|\n/);
    pieces = [`${lines.pop() ?? ''}${text.slice(end)}`];
    pendingChars = pieces[0]?.length ?? 0;
    for (const line of lines) {
      if (line !== '') {
        if (line.startsWith('data:')) data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
        else if (isStray(line)) throw new WireError({ kind: 'not the API', detail: line.slice(0, 80) });
        continue;
      }
      if (data.length > 0) yield toLine(data.join('\n'));
      data = [];
    }
  }
  decode(decoder, undefined);
  const rest = pieces.join('').trim();
  if (rest !== '' || data.length > 0) {
    const whole = [...data, ...(rest.startsWith('data:') ? [rest.slice(5)] : rest === '' ? [] : [rest])].join('\n');
    // Some servers leave out the last blank line; half an event is another thing.
    if (parseJson(whole) === undefined) throw new WireError({ kind: 'cut', code: 'half an event' });
    yield toLine(whole);
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array | undefined): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    throw new WireError(
      chunk === undefined ? { kind: 'cut', code: 'half a character' } : { kind: 'not the API', detail: 'bytes that are not UTF-8' },
    );
  }
}

/** A line that no event stream has: a field is `name: value`, a comment begins with a colon. */
function isStray(line: string): boolean {
  return !/^(:|event|id|retry)/.test(line);
}

function toLine(data: string): string {
  const value = parseJson(data);
  if (!isRecord(value)) throw new WireError({ kind: 'not the API', detail: `an event that is no JSON: ${data.slice(0, 80)}` });
  if (value['error'] !== undefined) throw new WireError(parseApiFault(0, value, undefined));
  // A line feed in JSON's own text is white space; the two Unicode separators end a line for a `.` in a pattern.
  return data
    .replace(/[\r\n]/g, ' ')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
