import fc from 'fast-check';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../../src/models/eventStream';
import { WireError, type WireFault } from '../../../src/models/wireFault';

async function collect(chunks: readonly Uint8Array[]): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const line of readEvents(Readable.from(chunks))) {
    expect(line).not.toMatch(/[\r\n\u2028\u2029]/);
    events.push(JSON.parse(line));
  }
  return events;
}

function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end));
}

async function faultOf(body: string | Uint8Array): Promise<WireFault | null> {
  try {
    await collect([typeof body === 'string' ? new TextEncoder().encode(body) : body]);
    return null;
  } catch (error) {
    if (error instanceof WireError) return error.fault;
    throw error;
  }
}

describe('the stream of events', () => {
  it('comes out as it went in, wherever it is cut, whatever its line ends, with comments and pretty JSON', async () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue()).filter((object) => !('error' in object));
    const event = fc.record({
      value,
      pretty: fc.boolean(),
      before: fc.constantFrom('', ': comment', 'event: message', ':', 'id: 7', 'retry: 10'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(5000), { maxLength: 12 }),
        async (events, end, places) => {
          const text = events
            .map(({ value: data, pretty, before }) => {
              const lines = JSON.stringify(data, null, pretty ? 1 : 0).split('\n');
              return [...(before === '' ? [] : [before]), ...lines.map((line) => `data: ${line}`), '', ''].join(end);
            })
            .join('');
          expect(await collect(cutAt(new TextEncoder().encode(text), places))).toEqual(
            events.map(({ value: data }) => JSON.parse(JSON.stringify(data)) as unknown),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('bytes of any kind never come out as an event that was not there, and never throw anything but a fault', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => void (await faultOf(bytes))),
      { numRuns: 300 },
    );
  });

  it.each([
    ['data: {"a": 1}', null],
    ['data: {"a": 1}\n', null],
    ['data: {"a": \n\n', 'not the API'],
    ['data: {"a": ', 'cut'],
    ['data: 7\n\n', 'not the API'],
    ['<html>\n<body>\n', 'not the API'],
    ['{"error": {"code": 500}}\n\n', 'not the API'],
    ['data: {"error": {"code": 503, "message": "m"}}\n\n', 'api'],
    ['', null],
  ])('%j', async (body, kind) => {
    expect((await faultOf(body))?.kind ?? null).toBe(kind);
  });

  it('half a character at the end is a cut; bytes that are no UTF-8 are none of the API', async () => {
    expect(await faultOf(Buffer.concat([Buffer.from('data: {"a": "'), Buffer.from('砂').subarray(0, 2)]))).toMatchObject({ kind: 'cut' });
    expect(await faultOf(Buffer.from([0x64, 0xff, 0xfe, 0x0a]))).toMatchObject({ kind: 'not the API' });
  });
});
