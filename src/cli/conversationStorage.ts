import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makePrivateDirectory } from '../staging/privateFile';
import { stateDirectory } from '../staging/stateDirectory';
import type { Terminal } from './terminal';

export interface ConversationStorage {
  /** Private to the user, and to this run. */
  readonly directory: string;
  /** Removes it; what was staged and not applied is gone then. */
  remove(): void;
}

/** A directory for what one command stages. What killed commands left is removed on the way. */
export function openConversationStorage(terminal: Terminal): ConversationStorage {
  const conversations = path.join(stateDirectory(terminal.env, process.platform), 'command-line');
  makePrivateDirectory(conversations);
  for (const name of readdirSync(conversations)) {
    const owner = /^(\d{1,10})-/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(path.join(conversations, name), { recursive: true, force: true });
  }
  const directory = path.join(conversations, `${process.pid}-${randomUUID()}`);
  makePrivateDirectory(directory);
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is alive, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
