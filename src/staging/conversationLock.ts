import { closeSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../shared/userError';
import { makePrivateDirectory, createPrivateFile } from './privateFile';
import { tryProcessLock, type ProcessLock } from './processLock';
import { english as l10n } from '../shared/texts';

/** How long the opening of a conversation waits for a window that still holds it. */
export const conversationWaitMs = 20_000;
/** How often the one who waits looks, and the holder looks whether somebody waits. */
const retryMs = 100;

export interface ConversationHold {
  /** True where another process waits for this conversation. */
  readonly isWanted: boolean;
  release(): void;
}

/**
 * Makes this process the only one that has the overlay in `storage` open: two that write one log would tear it. What
 * a dead process held is taken over at once. A living one is asked to give way, which it does as soon as nothing runs
 * in it (an extension host whose window was reloaded may live on for minutes); after `waitMs` a UserError says so.
 */
export async function holdConversation(storage: string, signal: AbortSignal, waitMs = conversationWaitMs): Promise<ConversationHold> {
  makePrivateDirectory(storage);
  const path = join(storage, 'lock');
  const wanted = join(storage, 'wanted');
  const until = performance.now() + waitMs;
  for (;;) {
    const lock = tryProcessLock(path);
    if (lock !== null) {
      rmSync(wanted, { force: true });
      return toHold(lock, wanted);
    }
    if (performance.now() > until) {
      rmSync(wanted, { force: true });
      throw new UserError(
        'sandboxFailed',
        l10n.t(
          'Another window is at work on this folder with the same pending changes. They are kept. Stop the turn there or close that window, then try again.',
        ),
      );
    }
    ask(wanted);
    await pause(retryMs, undefined, { signal });
  }
}

function toHold(lock: ProcessLock, wanted: string): ConversationHold {
  return {
    get isWanted() {
      return statSync(wanted, { throwIfNoEntry: false }) !== undefined;
    },
    release: () => lock.release(),
  };
}

/** Several may wait: whoever gets the lock takes the question away, and the others ask again. */
function ask(wanted: string): void {
  try {
    closeSync(createPrivateFile(wanted));
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
  }
}
