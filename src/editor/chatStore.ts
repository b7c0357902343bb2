import { mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { Conversation } from '../agent/conversation';
import { parseConversation } from '../agent/parseConversation';
import { panelEvent } from '../shared/eventSchema';
import type { PanelEvent } from '../shared/panelEvent';
import type { Texts } from '../shared/texts';
import { UserError } from '../shared/userError';
import { holdConversation, type ConversationHold } from '../staging/conversationLock';
import { tryProcessLock } from '../staging/processLock';

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
  /** The id of the current chat, where there is one. */
  current(): Promise<string | undefined>;
  /** Makes this process the only one that writes a chat, once whoever has it gives way; null where it does not. */
  hold(id: string, signal: AbortSignal): Promise<ConversationHold | null>;
  /** Keeps a chat, and makes it the current one. The caller has hold of it. */
  write(chat: KeptChat): Promise<void>;
  /** From now on no chat is the current one; all of them stay in the list. */
  leave(): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly ChatEntry[]>;
  /** `undefined` where it is not there, damaged or of another version. */
  open(id: string): Promise<KeptChat | undefined>;
  /** Throws `UserError` where another window has it open. */
  remove(id: string): Promise<void>;
  /** Keeps a former state of a chat beside it, for as long as the chat is kept. */
  keepAside(asideId: string, chat: KeptChat): Promise<void>;
  readAside(chatId: string, asideId: string): Promise<KeptChat | undefined>;
}

const schema = v.object({ version: v.literal(1), conversation: v.unknown(), events: v.array(panelEvent) });

/** Chats that are kept; the oldest give way. */
const maxChats = 50;
/** How long a chat is waited for that another process has open: its host looks every 250 ms, and may have to end a turn. */
const holdWaitMs = 6000;
/** The title stands within so many bytes from the start of a chat's file. */
const headBytes = 4096;

export function createChatStore(directory: string, l10n: Texts): ChatStore {
  const chats = path.join(directory, 'chats');
  const pointer = path.join(directory, 'current-chat');
  const file = (id: string) => path.join(chats, `${toName(id)}.json`);
  const held = (id: string) => path.join(chats, `${toName(id)}.held`);
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
    await mkdir(held(id), { recursive: true, mode: 0o700 });
    const lock = tryProcessLock(path.join(held(id), 'lock'));
    if (lock === null) throw new UserError('turnRunning', l10n.t('This chat is open in another window. Close it there first.'));
    try {
      await rm(file(id), { force: true });
      await rm(asides(id), { recursive: true, force: true });
    } finally {
      lock.release();
    }
    await rm(held(id), { recursive: true, force: true });
  };

  return {
    current: () => readFile(pointer, 'utf8').catch(() => undefined),
    hold: async (id, signal) => {
      try {
        return await holdConversation(held(id), signal, holdWaitMs);
      } catch (error) {
        if (error instanceof UserError || signal.aborted) return null;
        throw error;
      }
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
      for (const { id } of (await stamps()).slice(maxChats)) await remove(id).catch(() => undefined);
    },
    list: async () => Promise.all((await stamps()).map(async ({ id, atMs }) => ({ id, atMs, title: await readTitle(file(id)) }))),
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
  // The title comes first, so that a list of many long chats reads the head of each alone.
  return JSON.stringify({ version: 1, title: toTitle(events), conversation, events });
}

/** The title in the head of a chat's file; one that a former version wrote is read whole. */
async function readTitle(file: string): Promise<string> {
  const head = await readHead(file).catch(() => '');
  const [, title] = /^\{"version":1,"title":("(?:[^"\\]|\\.)*"),/.exec(head) ?? [];
  return title === undefined ? toTitle((await readChat(file))?.events ?? []) : String(JSON.parse(title));
}

async function readHead(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
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
