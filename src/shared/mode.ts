/**
 * What becomes of the changes that guests make, in one spelling everywhere (settings, panel, command line).
 * `read-only`: guests see a read-only tree. `ask`: changes are staged and reviewed once, at the end of the turn.
 * `auto`: the change set is committed after each tool call (by the command line once, at the end of the turn); protected
 * files still wait for the review.
 */
export type Mode = 'read-only' | 'ask' | 'auto';

export const modes: readonly Mode[] = ['read-only', 'ask', 'auto'];

/** The mode after this one, for a key that goes round. */
export function nextMode(mode: Mode): Mode {
  return modes[(modes.indexOf(mode) + 1) % modes.length] ?? 'ask';
}

export function isMode(value: unknown): value is Mode {
  return typeof value === 'string' && (modes as readonly string[]).includes(value);
}
