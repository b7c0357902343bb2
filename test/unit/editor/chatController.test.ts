import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChatController, type TurnRunner } from '../../../src/editor/chatController';
import { createChatStore } from '../../../src/editor/chatStore';
import type { PanelEvent } from '../../../src/shared/panelEvent';
import type { HostMessage } from '../../../src/shared/protocol';
import { undoRestore } from '../../../src/editor/undoRestore';
import { createTexts } from '../../../src/shared/texts';
import { UserError } from '../../../src/shared/userError';
import { applyEvent, type Turn } from '../../../src/webview/viewState';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sunaba-chat-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const status = { key: 'set', folder: 'f', folders: 1, host: null, mode: 'ask', trusted: true, model: 'm', suggestions: [] } as const;

/** Answers with the prompt it got; `hold` keeps a turn running until it is stopped. */
const echo: TurnRunner = {
  run: async ({ turnId, prompt, conversation, signal, emit }) => {
    emit({ type: 'turn_started', turnId, prompt });
    conversation.steps.push({ type: 'prompt', text: prompt });
    if (prompt.startsWith('hold')) await wait(10_000, undefined, { signal }).catch(() => undefined);
    emit({ type: 'text_streamed', turnId, text: `you said: ${prompt}` });
    conversation.steps.push({ type: 'reply', model: 'm', parts: [{ type: 'text', text: prompt }] });
    emit({ type: 'turn_ended', turnId, reason: signal.aborted ? 'aborted' : 'stop' });
  },
};

function setUp(runner: TurnRunner = echo) {
  const messages: HostMessage[] = [];
  const controller = new ChatController({
    runner,
    store: createChatStore(directory, createTexts({})),
    words: {},
    readStatus: () => Promise.resolve(status),
    broadcast: (message) => messages.push(message),
    onRunningChanged: () => undefined,
    isWindowThere: () => Promise.resolve(true),
    logError: () => undefined,
  });
  return { controller, messages };
}

/** Puts a file where the current chat is kept. */
async function keepText(content: string): Promise<void> {
  await mkdir(path.join(directory, 'chats'));
  await writeFile(path.join(directory, 'chats/i.json'), content);
  await writeFile(path.join(directory, 'current-chat'), 'i');
}

async function shown(controller: ChatController): Promise<readonly Turn[]> {
  const message = await controller.snapshot();
  return message.type === 'restored' ? message.events.reduce(applyEvent, [] as readonly Turn[]) : [];
}

describe('the conversation of a window', () => {
  test('a turn is shown, kept, and there again after a restart', async () => {
    const first = setUp();
    await first.controller.send('hello');
    await first.controller.dispose();
    const second = setUp();
    await second.controller.restore();
    expect(await shown(second.controller)).toEqual(await shown(first.controller));
    expect((await shown(second.controller))[0]).toMatchObject({ prompt: 'hello', items: [{ kind: 'answer', text: 'you said: hello' }] });
  });

  test('what a panel got bit by bit is what another gets at once', async () => {
    const { controller, messages } = setUp();
    await controller.send('hello');
    await wait(60);
    const streamed = messages.flatMap((message) => (message.type === 'events' ? message.events : []));
    expect(streamed.reduce(applyEvent, [] as readonly Turn[])).toEqual(await shown(controller));
  });

  test('a second prompt while one runs is refused, goes back to the composer, and Stop ends the first', async () => {
    const { controller, messages } = setUp();
    const running = controller.send('hold on');
    await expect.poll(async () => (await shown(controller)).length).toBe(1);
    await controller.send('second');
    expect(messages).toContainEqual({ type: 'composer_focused', text: 'second' });
    await controller.stop();
    await running;
    const turns = await shown(controller);
    expect(turns).toHaveLength(1);
    expect(turns[0]?.end?.reason).toBe('aborted');
    expect(turns[0]?.items).toContainEqual(expect.objectContaining({ kind: 'notice', code: 'turnRunning' }));
  });

  test('a turn that cannot begin says so and gives the prompt back', async () => {
    const { controller, messages } = setUp({ run: () => Promise.reject(new UserError('apiKeyMissing', 'There is no key.')) });
    await controller.send('hello');
    expect(messages).toContainEqual({ type: 'composer_focused', text: 'hello' });
    expect((await shown(controller))[0]?.items).toMatchObject([{ kind: 'notice', message: 'There is no key.', fixes: ['setApiKey'] }]);
  });

  test('attachments go with one prompt, fenced so that nothing in them ends the fence', async () => {
    const prompts: string[] = [];
    const { controller } = setUp({
      run: (turn) => {
        prompts.push(turn.prompt);
        return echo.run(turn);
      },
    });
    controller.attach({ id: '1', path: 'a.md', lines: { first: 2, last: 3 }, text: 'x\n```\nnot the end', language: 'markdown' });
    await controller.send('Explain');
    await controller.send('And now?');
    expect(prompts).toEqual(['Explain\n\nFrom a.md, lines 2 to 3:\n````markdown\nx\n```\nnot the end\n````', 'And now?']);
    expect((await shown(controller))[0]).toMatchObject({ prompt: 'Explain', attachments: [{ path: 'a.md' }] });
  });

  test('goes back to before a turn, and forth again', async () => {
    const { controller, messages } = setUp();
    for (const prompt of ['one', 'two', 'three']) await controller.send(prompt);
    const before = await shown(controller);
    await controller.goBack(before[1]?.turnId ?? '', { cut: true, reverts: ['r'], left: [] });
    const [one, ...others] = await shown(controller);
    expect(others).toEqual([]);
    expect(one?.items.at(-1)).toMatchObject({ kind: 'wentBack' });
    expect(messages.findLast(({ type }) => type === 'composer_focused')).toMatchObject({ text: 'two' });
    const back = one?.items.at(-1);
    const restoreId = back?.kind === 'wentBack' ? back.restoreId : '';
    await controller.dispose();

    // After a restart the step can still be undone …
    const second = setUp();
    await second.controller.restore();
    expect(second.controller.stepBack(restoreId)).toMatchObject({ reverts: ['r'], conversation: true });
    await second.controller.undoStepBack(restoreId);
    expect(await shown(second.controller)).toEqual(before);
    expect(second.controller.stepBack(restoreId)).toBeUndefined();

    // … but not once something came after it, which undoing would lose.
    await second.controller.goBack(before[1]?.turnId ?? '', { cut: true, reverts: [], left: [] });
    const step = (await shown(second.controller)).at(-1)?.items.at(-1);
    await second.controller.send('other');
    expect(second.controller.stepBack(step?.kind === 'wentBack' ? step.restoreId : '')).toBeUndefined();
  });

  test('undoing a step back fails half way: the step stands, and its Undo goes on from there', async () => {
    const { controller } = setUp();
    for (const prompt of ['one', 'two']) await controller.send(prompt);
    const before = await shown(controller);
    await controller.goBack(before[1]?.turnId ?? '', { cut: true, reverts: ['r2', 'r1'], left: [] });
    const step = (await shown(controller)).at(-1)?.items.at(-1);
    const restoreId = step?.kind === 'wentBack' ? step.restoreId : '';
    const tried: string[] = [];
    let full = true;
    const review = {
      revert: (commitId: string) => {
        tried.push(commitId);
        if (full && commitId === 'r2') return Promise.reject(new UserError('sandboxFailed', 'The disk is full.'));
        const report = { commitId: `c of ${commitId}`, applied: ['a'], held: [], conflicts: [] };
        controller.emit({ type: 'changes_reverted', commitId, report });
        return Promise.resolve(report);
      },
    };
    await expect(undoRestore(restoreId, controller, review)).rejects.toThrow('The disk is full.');
    expect((await shown(controller)).map(({ prompt }) => prompt)).toEqual(['one']);
    expect(controller.stepBack(restoreId)).toMatchObject({ reverts: ['r2', 'r1'] });

    full = false;
    await undoRestore(restoreId, controller, review);
    expect(tried).toEqual(['r1', 'r2', 'r2']);
    expect((await shown(controller)).map(({ prompt }) => prompt)).toEqual(['one', 'two']);
    await expect(undoRestore(restoreId, controller, review)).rejects.toMatchObject({ code: 'reviewOutdated' });
  });

  test('a commit whose taking back was taken back stands again, and goes back with its message', async () => {
    const { controller } = setUp();
    await controller.send('one');
    const turnId = (await shown(controller))[0]?.turnId ?? '';
    const report = (commitId: string) => ({ commitId, applied: ['a'], held: [], conflicts: [] });
    controller.emit({ type: 'changes_committed', report: report('c1'), undoable: true });
    controller.emit({ type: 'changes_reverted', commitId: 'c1', report: report('r1') });
    expect(controller.commitsFrom(turnId)).toEqual([]);
    controller.emit({ type: 'changes_reverted', commitId: 'r1', report: report('c2') });
    controller.emit({ type: 'changes_committed', report: report('c3'), undoable: true });
    expect(controller.commitsFrom(turnId)).toEqual(['c3', 'c2']);
  });

  test('VS Code ended in the middle of a turn: the turn gets its end, an open question its no', async () => {
    const events: PanelEvent[] = [
      { type: 'prompt_sent', text: 'x', attachments: [] },
      { type: 'turn_started', turnId: 't', prompt: 'x' },
      { type: 'tool_started', turnId: 't', callId: 'c', tool: 'bash', args: {}, title: 'run' },
      { type: 'approval_asked', approvalId: 'a', callId: 'c', title: 'run', tool: 'bash', reason: 'r' },
    ];
    await keepText(JSON.stringify({ version: 1, conversation: { version: 1, id: 'i', steps: [] }, events }));
    const { controller } = setUp();
    await controller.restore();
    const [turn] = await shown(controller);
    expect(turn?.end?.message).toMatch(/closed while this turn ran/);
    expect(turn?.items).toMatchObject([{ state: 'stopped' }, { kind: 'approval', answer: 'deny' }]);
  });

  test.each([
    '',
    '{',
    '[]',
    '{"version":2}',
    '{"version":1,"conversation":{},"events":[]}',
    '{"version":1,"conversation":7,"events":[{"type":"?"}]}',
  ])('a damaged file (%s) is no conversation, and no failure', async (content) => {
    await keepText(content);
    const { controller } = setUp();
    await controller.restore();
    expect(await shown(controller)).toEqual([]);
  });

  test('T60, T57: what is kept is private to the user', async () => {
    const { controller } = setUp();
    await controller.send('hello');
    await controller.dispose();
    const kept = path.join(directory, 'chats', `${controller.conversationId}.json`);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect(await readFile(kept, 'utf8')).not.toMatch(/apiKey|AIza/);
  });

  test('a list reads the head of each chat alone, and a chat of a former version whole', async () => {
    const store = createChatStore(directory, createTexts({}));
    const odd = `"a" \\ title\nof two lines, \u{1f6a2} ${'é'.repeat(300)}`;
    const event: PanelEvent = { type: 'prompt_sent', text: odd, attachments: [] };
    await store.write({ conversation: { version: 1, id: 'new', steps: [] }, events: [event] });
    const file = path.join(directory, 'chats/new.json');
    // Cut behind its head, the file is damaged as a chat, and its title is there.
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 3000));
    const former = { version: 1, conversation: { version: 1, id: 'old', steps: [] }, events: [{ ...event, text: 'former' }] };
    await writeFile(path.join(directory, 'chats/old.json'), JSON.stringify(former));
    expect(new Map((await store.list()).map(({ id, title }) => [id, title]))).toEqual(
      new Map([
        ['new', odd.replace('\n', ' ').slice(0, 200)],
        ['old', 'former'],
      ]),
    );
  });

  test('chats of before are listed, opened again and deleted', async () => {
    const store = createChatStore(directory, createTexts({}));
    const { controller } = setUp();
    await controller.send('first question');
    const first = controller.conversationId;
    await controller.clear();
    expect(await shown(controller)).toEqual([]);
    await controller.send('second question');
    const second = controller.conversationId;
    expect((await store.list()).map(({ id, title }) => [id, title]).sort()).toEqual(
      [
        [first, 'first question'],
        [second, 'second question'],
      ].sort(),
    );

    expect(await controller.open(first)).toBe(true);
    expect((await shown(controller)).map(({ prompt }) => prompt)).toEqual(['first question']);
    await controller.send('and on');
    await controller.dispose();
    const restarted = setUp().controller;
    await restarted.restore();
    expect((await shown(restarted)).map(({ prompt }) => prompt)).toEqual(['first question', 'and on']);

    await store.remove(second);
    expect((await store.list()).map(({ id }) => id)).toEqual([first]);
    expect(await restarted.open(second)).toBe(false);
    expect(await restarted.open('../../etc/passwd')).toBe(false);
  });

  test('a new chat that was not begun is not in the list, and not taken up', async () => {
    const { controller } = setUp();
    await controller.send('hello');
    await controller.clear();
    await controller.dispose();
    const restarted = setUp().controller;
    await restarted.restore();
    expect(await shown(restarted)).toEqual([]);
    expect(await createChatStore(directory, createTexts({})).list()).toHaveLength(1);
  });
});
