import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
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

/** Keeps the conversation of one folder over restarts, in the extension's own storage, private to the user. */
export interface ChatStore {
  /** `undefined` where nothing is kept, or what is kept is damaged or of another version. */
  read(): Promise<KeptChat | undefined>;
  write(chat: KeptChat): Promise<void>;
  /** Removes it, and what was kept beside it. */
  remove(): Promise<void>;
  /** Keeps a former state of the conversation beside it. */
  keepAside(id: string, chat: KeptChat): Promise<void>;
  readAside(id: string): Promise<KeptChat | undefined>;
}

const schema = v.object({ version: v.literal(1), conversation: v.unknown(), events: v.array(panelEvent) });

export function createChatStore(directory: string, name: string): ChatStore {
  const file = path.join(directory, `${name}.json`);
  const asides = path.join(directory, `${name}.asides`);
  // An id comes from the host alone; a name that could lead elsewhere is none all the same.
  const aside = (id: string) => path.join(asides, `${id.replaceAll(/[^\w-]/g, '_')}.json`);
  return {
    read: () => readChat(file),
    write: (chat) => writeChat(file, chat),
    remove: async () => {
      await rm(file, { force: true });
      await rm(asides, { recursive: true, force: true });
    },
    keepAside: (id, chat) => writeChat(aside(id), chat),
    readAside: (id) => readChat(aside(id)),
  };
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

async function writeChat(file: string, { conversation, events }: KeptChat): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}.tmp`;
  await writeFile(next, JSON.stringify({ version: 1, conversation, events }), { mode: 0o600 });
  await rename(next, file);
}
