import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { ChatController, type TurnRunner } from '../../../src/editor/chatController';
import { createChatStore } from '../../../src/editor/chatStore';
import { createTexts } from '../../../src/shared/texts';

/*
 * An extension host with a chat: `chatWriter DIRECTORY there|gone`, the second saying whether its window still answers.
 * Takes a line each: `restore`, `send PROMPT`, `note WORDS`, `show`, `stop`; answers each with one line of JSON. A prompt
 * that begins with "hold" runs until it is stopped.
 */
const [directory = '', window] = process.argv.slice(2);

const runner: TurnRunner = {
  run: async ({ turnId, prompt, conversation, signal, emit }) => {
    emit({ type: 'turn_started', turnId, prompt });
    conversation.steps.push({ type: 'prompt', text: prompt });
    emit({ type: 'text_streamed', turnId, text: `half of ${prompt}` });
    if (prompt.startsWith('hold')) await wait(120_000, undefined, { signal }).catch(() => undefined);
    conversation.steps.push({ type: 'reply', model: 'm', parts: [{ type: 'text', text: `said: ${prompt}` }] });
    emit({ type: 'turn_ended', turnId, reason: signal.aborted ? 'aborted' : 'stop' });
  },
};

const controller = new ChatController({
  runner,
  store: createChatStore(directory, createTexts({})),
  words: {},
  readStatus: () =>
    Promise.resolve({ key: 'set', folder: 'f', folders: 1, host: null, mode: 'ask', trusted: true, model: 'm', suggestions: [] }),
  broadcast: () => undefined,
  onRunningChanged: () => undefined,
  isWindowThere: () => Promise.resolve(window === 'there'),
  logError: (message, cause) => console.error(message, cause),
});

async function act(line: string): Promise<unknown> {
  const [word, ...rest] = line.split(' ');
  const text = rest.join(' ');
  switch (word) {
    case 'restore':
      return controller.restore();
    case 'send':
      if (!text.startsWith('hold')) return controller.send(text);
      void controller.send(text);
      return wait(300);
    case 'note':
      return controller.emit({ type: 'notice_shown', level: 'info', message: text, fixes: [] });
    case 'stop':
      return controller.stop();
    default:
      return controller.snapshot();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify((await act(line)) ?? null)}\n`);
}
await controller.dispose();
process.exit(0);
