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
  remove(): Promise<void>;
}

const schema = v.object({ version: v.literal(1), conversation: v.unknown(), events: v.array(panelEvent) });

export function createChatStore(directory: string, name: string): ChatStore {
  const file = path.join(directory, `${name}.json`);
  return {
    read: async () => {
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
    },
    write: async ({ conversation, events }) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const next = `${file}.${process.pid}.tmp`;
      await writeFile(next, JSON.stringify({ version: 1, conversation, events }), { mode: 0o600 });
      await rename(next, file);
    },
    remove: () => rm(file, { force: true }),
  };
}
