import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConversation } from '../../../src/agent/parseConversation';
import type { PanelEvent } from '../../../src/shared/panelEvent';
import { buildEntry } from '../../support/buildEntry';

/* Extension hosts as real processes, over one chat: the one of a window that was reloaded abruptly may live on for minutes. */

const program = buildEntry(join(import.meta.dirname, 'chatWriter.entry.ts'));
let directory: string;
let children: ChildProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sunaba-chat-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

class Host {
  private readonly answers: AsyncIterator<string>;

  constructor(private readonly child: ChildProcess) {
    const { stdout } = child;
    if (stdout === null) throw new Error('no output');
    this.answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async tell(line: string): Promise<unknown> {
    this.child.stdin?.write(`${line}\n`);
    const answer = await this.answers.next();
    return answer.done === true ? undefined : (JSON.parse(answer.value) as unknown);
  }

  /** The chat as its panel shows it. */
  async events(): Promise<readonly PanelEvent[]> {
    return ((await this.tell('show')) as { events: PanelEvent[] }).events;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdin?.end();
    await ended;
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}

function start(window: 'there' | 'gone' = 'there'): Host {
  const child = spawn(process.execPath, [program, directory, window], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  return new Host(child);
}

const prompts = (events: readonly PanelEvent[]) => events.flatMap((event) => (event.type === 'prompt_sent' ? [event.text] : []));

/** The one chat that is kept: what its panel shows, and what the model would get of it. */
function kept(): { readonly prompts: readonly string[]; readonly steps: readonly string[]; readonly events: readonly PanelEvent[] } {
  const files = readdirSync(join(directory, 'chats')).filter((name) => name.endsWith('.json'));
  expect(files).toHaveLength(1);
  const { conversation, events } = JSON.parse(readFileSync(join(directory, 'chats', files[0] ?? ''), 'utf8')) as {
    conversation: unknown;
    events: PanelEvent[];
  };
  const steps = parseConversation(conversation)?.steps ?? [];
  return { prompts: prompts(events), steps: steps.flatMap((step) => (step.type === 'prompt' ? [step.text] : [])), events };
}

describe('one chat, several extension hosts', { timeout: 60_000 }, () => {
  it('T68: hosts that take turns have each other’s turns, and none is lost', async () => {
    const [old, next] = [start(), start()];
    await old.tell('send one');
    await next.tell('restore');
    expect(prompts(await next.events())).toEqual(['one']);
    await next.tell('send two');
    // The old one's window was not gone after all.
    await old.tell('send three');
    expect(prompts(await old.events())).toEqual(['one', 'two', 'three']);
    await next.tell('send four');
    await Promise.all([old.end(), next.end()]);
    expect(kept().prompts).toEqual(['one', 'two', 'three', 'four']);
    expect(kept().steps).toEqual(['one', 'two', 'three', 'four']);
  });

  it('T68: a host whose window is gone ends its turn and gives the chat away, and writes nothing to it any more', async () => {
    const old = start('gone');
    await old.tell('send one');
    await old.tell('send hold on');
    const next = start();
    await next.tell('restore');
    const events = await next.events();
    expect(prompts(events)).toEqual(['one', 'hold on']);
    expect(events.findLast((event) => event.type === 'turn_ended')).toMatchObject({
      message: expect.stringMatching(/was closed/) as unknown,
    });
    expect(events).toContainEqual(expect.objectContaining({ type: 'text_streamed', text: 'half of hold on' }));
    await next.tell('send two');
    await old.end();
    await next.end();
    expect(kept().prompts).toEqual(['one', 'hold on', 'two']);
    expect(kept().steps).toEqual(['one', 'hold on', 'two']);
  });

  it('T68: a turn under way in a window that is there goes on; the other window says so and has it afterwards', async () => {
    const [first, second] = [start(), start()];
    await first.tell('send hold on');
    await second.tell('restore');
    expect((await second.events()).at(-1)).toMatchObject({
      type: 'turn_ended',
      message: expect.stringMatching(/Another window/) as unknown,
    });
    await second.tell('send too early');
    expect((await second.events()).at(-1)).toMatchObject({ type: 'notice_shown', code: 'turnRunning' });
    await first.tell('stop');
    await second.tell('send two');
    const events = await second.events();
    expect(prompts(events)).toEqual(['hold on', 'two']);
    expect(events).toContainEqual(expect.objectContaining({ type: 'turn_ended', reason: 'aborted' }));
    await Promise.all([first.end(), second.end()]);
    expect(kept().steps).toEqual(['hold on', 'two']);
  });

  it('T68: what is said in a window that gave the chat away is put behind what the other one wrote', async () => {
    const [first, second] = [start(), start()];
    await first.tell('send one');
    await second.tell('restore');
    await first.tell('note applied in the first window');
    await second.tell('send two');
    await first.end();
    await second.end();
    expect(kept().prompts).toEqual(['one', 'two']);
    expect(kept().events).toContainEqual(expect.objectContaining({ message: 'applied in the first window' }));
  });

  it('T56: a host that is killed in a turn holds nothing, and the next one goes on', async () => {
    const old = start();
    await old.tell('send one');
    await old.tell('send hold on');
    await old.kill();
    const next = start();
    await next.tell('restore');
    await next.tell('send two');
    await next.end();
    expect(kept().prompts).toEqual(['one', 'hold on', 'two']);
  });
});
