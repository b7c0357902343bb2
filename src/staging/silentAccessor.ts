import type { Accessor } from './vfs';

const nothing = (): void => undefined;

/** For look-ups that no guest asked for: nobody's ledger, and no limits. */
export const silent: Accessor = {
  pid: 0,
  readOnly: true,
  ledger: {
    read: nothing,
    bytesRead: nothing,
    written: nothing,
    bytesWritten: nothing,
    created: nothing,
    removed: nothing,
    refused: nothing,
  },
  quota: { write: nothing, create: nothing, fileSize: nothing },
};

/** The same for what Sunaba itself writes. */
export const silentWriter: Accessor = { ...silent, readOnly: false };
