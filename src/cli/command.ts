import type { Terminal } from './terminal';

/** A subcommand of `sunaba`. A new one is a file of its own and a line in `commandTable.ts`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole help, from `Usage: sunaba NAME …` on. */
  readonly help: string;
  /** What follows its own options is another program's, `--help` too: it looks for its own help itself. */
  readonly passesArguments?: boolean;
  /** Gives the exit status. Throws `UsageError` for bad arguments, `UserError` for what the user can mend. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** What the exit statuses of `sunaba` mean. `exec` and `wasm` give their program's own where it ran. */
export const exitStatus = { ok: 0, error: 1, usage: 2, interrupted: 130, terminated: 143 } as const;
