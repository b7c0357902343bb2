import type { FrameLocator, Locator } from 'playwright-core';
import type { Session } from './session';

/** The chat panel as a user handles it. */
export class Chat {
  constructor(readonly frame: FrameLocator) {}

  /** Opens the panel by the palette and waits until it is there. */
  static async open(session: Session): Promise<Chat> {
    await session.command('Sunaba: Open Chat');
    const chat = new Chat(await session.panel());
    await chat.composer.waitFor();
    return chat;
  }

  get composer(): Locator {
    return this.frame.locator('.composer textarea');
  }

  get turns(): Locator {
    return this.frame.locator('article.turn');
  }

  get lastTurn(): Locator {
    return this.turns.last();
  }

  card(tool: string): Locator {
    return this.frame.locator(`section[data-tool="${tool}"]`);
  }

  /** The changes that wait for the user. */
  get review(): Locator {
    return this.frame.locator('.review');
  }

  /** The line of the review for a file. */
  row(path: string): Locator {
    return this.review.locator(`.review-row[data-path="${path}"]`);
  }

  /** A button for all changes at once. */
  reviewButton(name: string): Locator {
    return this.review.locator('.review-head').getByRole('button', { name, exact: true });
  }

  /** What was last told between the turns. */
  aside(text: string | RegExp): Locator {
    return this.frame.locator('.aside, .notice', { hasText: text }).last();
  }

  async chooseMode(mode: string): Promise<void> {
    await this.frame.locator('.mode-button').click();
    await this.frame.locator('.menu-item', { hasText: mode }).first().click();
    await this.frame.locator('.mode-button', { hasText: mode }).waitFor();
  }

  /** Types a prompt and sends it with Enter. */
  async send(prompt: string): Promise<void> {
    await this.composer.click();
    await this.composer.fill(prompt);
    await this.composer.press('Enter');
  }

  /** Sends a prompt and waits until its turn has ended. */
  async ask(prompt: string): Promise<Locator> {
    const before = await this.turns.count();
    await this.send(prompt);
    await this.turns.nth(before).waitFor();
    await this.idle();
    return this.lastTurn;
  }

  /** Begins a new chat by the palette and waits until the old one is gone. */
  async startAnew(session: Session): Promise<void> {
    await session.command('Sunaba: New Chat');
    await this.turns.first().waitFor({ state: 'detached' });
  }

  /** Waits until no turn runs: each one shown has its end, and the panel knows it. */
  async idle(): Promise<void> {
    await this.frame.locator('article.turn[data-state="running"]').first().waitFor({ state: 'detached', timeout: 60_000 });
    await this.frame.getByRole('button', { name: 'Send' }).waitFor({ timeout: 60_000 });
  }
}
