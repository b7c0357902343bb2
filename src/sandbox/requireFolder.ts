import { stat } from 'node:fs/promises';
import { UserError } from '../shared/userError';
import { english as l10n } from '../shared/texts';

/** Throws `UserError` where the folder that guests work on is not there any more: no call can work then. */
export async function requireFolder(folder: string): Promise<void> {
  const isDirectory = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isDirectory) return;
  throw new UserError(
    'workspaceFolderGone',
    l10n.t('The folder {0} is gone or cannot be entered. Put it back, or open another one.', folder),
  );
}
