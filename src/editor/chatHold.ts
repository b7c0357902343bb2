import type { ConversationHold } from '../staging/conversationLock';

/** How often whoever has a chat looks whether another process waits for it, in milliseconds. */
const lookMs = 250;

/** `mine`: as before; `anew`: ours from now on, others may have written meanwhile; `elsewhere`: another living process has it. */
export type HoldState = 'mine' | 'anew' | 'elsewhere';

/**
 * Makes this process the only one that writes a chat's file: an extension host whose window was reloaded abruptly may live
 * on beside the new one, and a second window may have the same chat open. Whoever has it is told when another one asks.
 */
export class ChatHold {
  private held: { readonly id: string; readonly hold: ConversationHold } | undefined;
  private looking: NodeJS.Timeout | undefined;
  private asking: Promise<HoldState> | undefined;
  private giving = false;

  /** `open` gives null where another process keeps the chat; `onWanted` may `release` it. */
  constructor(
    private readonly open: (id: string) => Promise<ConversationHold | null>,
    private readonly onWanted: () => Promise<void>,
  ) {}

  has(id: string): boolean {
    return this.held?.id === id;
  }

  /** Gets hold of a chat, and gives another one up. `takeUp` runs once it is ours, before anybody else hears of it. */
  async take(id: string, takeUp: () => Promise<unknown>): Promise<HoldState> {
    // One after the other: who asks meanwhile finds what the former one came to.
    while (this.asking !== undefined) await this.asking.catch(() => undefined);
    if (this.has(id)) return 'mine';
    this.asking = this.takeNow(id, takeUp);
    try {
      return await this.asking;
    } finally {
      this.asking = undefined;
    }
  }

  release(): void {
    clearInterval(this.looking);
    this.held?.hold.release();
    this.held = undefined;
  }

  private async takeNow(id: string, takeUp: () => Promise<unknown>): Promise<HoldState> {
    this.release();
    const hold = await this.open(id);
    if (hold === null) return 'elsewhere';
    try {
      await takeUp();
    } catch (error) {
      hold.release();
      throw error;
    }
    this.held = { id, hold };
    this.looking = setInterval(() => this.look(hold), lookMs).unref();
    return 'anew';
  }

  private look(hold: ConversationHold): void {
    if (this.giving || !hold.isWanted) return;
    this.giving = true;
    void this.onWanted()
      .catch(() => undefined)
      .finally(() => (this.giving = false));
  }
}
