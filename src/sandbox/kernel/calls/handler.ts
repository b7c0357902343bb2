import type { Args } from '../mailbox';
import type { Process } from '../process';

/**
 * Carries out one call: gives an errno, or `BLOCKED` after `process.block`, or throws `FsError`. Arguments and what they
 * point to are a guest's: read once, checked always.
 */
export type Handler = (process: Process, args: Args) => number;
