import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Where Sunaba keeps what outlives a program: journals of commits, changes of conversations. One place for the panel and
 * the command line, so that they see each other's locks. Not made here; `makePrivateDirectory` does.
 */
export function stateDirectory(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string {
  const home = homedir();
  switch (platform) {
    case 'win32':
      return path.join(absolute(env['LOCALAPPDATA']) ?? path.join(home, 'AppData', 'Local'), 'sunaba');
    case 'darwin':
      return path.join(home, 'Library', 'Application Support', 'sunaba');
    default:
      return path.join(absolute(env['XDG_STATE_HOME']) ?? path.join(home, '.local', 'state'), 'sunaba');
  }
}

/** The XDG rules have relative paths ignored. */
function absolute(value: string | undefined): string | null {
  return value !== undefined && path.isAbsolute(value) ? value : null;
}
