import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { Conversation } from '../agent/conversation';
import { parseConversation } from '../agent/parseConversation';
import { panelEvent } from '../shared/eventSchema';
import type { PanelEvent } from '../shared/panelEvent';

export interface KeptChat {
  readonly conversation: Conversation;
  readonly events: readonly PanelEvent[];
}

/** A kept chat as a list shows it. */
export interface ChatEntry {
  readonly id: string;
  /** The first prompt; empty where there was none yet. */
  readonly title: string;
  /** When it was last written to, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** Keeps the chats of one workspace over restarts, in the extension's own storage, private to the user. One of them is the current one. */
export interface ChatStore {
  /** The current chat. `undefined` where there is none, or what is kept is damaged or of another version. */
  read(): Promise<KeptChat | undefined>;
  /** Keeps a chat, and makes it the current one. */
  write(chat: KeptChat): Promise<void>;
  /** From now on no chat is the current one; all of them stay in the list. */
  leave(): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly ChatEntry[]>;
  open(id: string): Promise<KeptChat | undefined>;
  remove(id: string): Promise<void>;
  /** Keeps a former state of a chat beside it, for as long as the chat is kept. */
  keepAside(asideId: string, chat: KeptChat): Promise<void>;
  readAside(chatId: string, asideId: string): Promise<KeptChat | undefined>;
}

const schema = v.object({ version: v.literal(1), conversation: v.unknown(), events: v.array(panelEvent) });

/** Chats that are kept; the oldest give way. */
const maxChats = 50;

export function createChatStore(directory: string): ChatStore {
  const chats = path.join(directory, 'chats');
  const pointer = path.join(directory, 'current-chat');
  const file = (id: string) => path.join(chats, `${toName(id)}.json`);
  const asides = (id: string) => path.join(chats, `${toName(id)}.asides`);
  const aside = (id: string, asideId: string) => path.join(asides(id), `${toName(asideId)}.json`);
  let current: string | undefined;

  const stamps = async () => {
    const names = await readdir(chats).catch(() => []);
    const found = await Promise.all(
      names
        .filter((name) => name.endsWith('.json'))
        .map(async (name) => ({
          id: name.slice(0, -'.json'.length),
          atMs: await stat(path.join(chats, name)).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        })),
    );
    return found.sort((one, other) => other.atMs - one.atMs);
  };
  const remove = async (id: string) => {
    await rm(file(id), { force: true });
    await rm(asides(id), { recursive: true, force: true });
  };

  return {
    read: async () => {
      const id = await readFile(pointer, 'utf8').catch(() => undefined);
      return id === undefined ? undefined : readChat(file(id));
    },
    write: async (chat) => {
      const { id } = chat.conversation;
      await writeWhole(file(id), toText(chat));
      if (current === id) return;
      await writeWhole(pointer, id);
      current = id;
    },
    leave: async () => {
      current = undefined;
      await rm(pointer, { force: true });
      for (const { id } of (await stamps()).slice(maxChats)) await remove(id);
    },
    list: async () =>
      Promise.all((await stamps()).map(async ({ id, atMs }) => ({ id, atMs, title: toTitle((await readChat(file(id)))?.events ?? []) }))),
    open: (id) => readChat(file(id)),
    remove,
    keepAside: (asideId, chat) => writeWhole(aside(chat.conversation.id, asideId), toText(chat)),
    readAside: (chatId, asideId) => readChat(aside(chatId, asideId)),
  };
}

/** Ids come from the host; one that could lead elsewhere as a file's name does not. */
function toName(id: string): string {
  return id.replaceAll(/[^\w-]/g, '_').slice(0, 100);
}

function toTitle(events: readonly PanelEvent[]): string {
  const first = events.find((event) => event.type === 'prompt_sent');
  return first?.type === 'prompt_sent' ? first.text.replaceAll(/\s+/g, ' ').trim().slice(0, 200) : '';
}

function toText({ conversation, events }: KeptChat): string {
  return JSON.stringify({ version: 1, conversation, events });
}

async function readChat(file: string): Promise<KeptChat | undefined> {
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, raw);
  if (!parsed.success) return undefined;
  const conversation = parseConversation(parsed.output.conversation);
  return conversation === null ? undefined : { conversation, events: parsed.output.events };
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}.tmp`;
  await writeFile(next, text, { mode: 0o600 });
  await rename(next, file);
}
