/*
 * The mailbox of a guest, as docs/kernel.md lays it out. Offsets are bytes from the mailbox' address in the guest's memory.
 */

/** Where the mailbox is as a rule: below what Rust and wasi-libc link. A module says where its own is. */
export const mailboxAddress = 64;

export const mailbox = {
  state: 0,
  armed: 4,
  sleeping: 8,
  spin: 12,
  call: 16,
  result: 20,
  args: 24,
} as const;

export const argBytes = 8;
export const maxArgs = 12;

/** After the arguments: pages that the last `memory.grow` asked for where it was refused, else 0. */
export const refusedGrowth = mailbox.args + maxArgs * argBytes;

export const mailboxBytes = refusedGrowth + 4;

/**
 * Values of `state`. A guest never goes back to `idle`: it stays at `answered` until its next call. A guest that finds
 * `die` where it is about to ask traps without asking.
 */
export const mailboxState = { idle: 0, asked: 1, answered: 2, die: 3 } as const;
