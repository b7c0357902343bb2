import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../shared/userError';

/** The real path of the folder that a command works in. Throws `UserError` where there is none. */
export async function resolveRoot(root: string | undefined, cwd: string): Promise<string> {
  const given = path.resolve(cwd, root ?? '.');
  try {
    const real = await realpath(given);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    throw new UserError('noWorkspaceFolder', `the folder ${given} cannot be opened. Name one that exists by --root.`, { cause: error });
  }
  throw new UserError('noWorkspaceFolder', `${given} is no folder. Name one by --root.`);
}
