import type { LedgerSummary } from '../../shared/ledger';
import type { Ledger } from '../kernel/kernel';

/** The most paths that a list of the summary holds; the counts count on. */
const maxListed = 1000;

type Counted = 'read' | 'written' | 'created' | 'removed';

/** Notes what the processes of one run did to files. Bounded: past the cap a list stops growing. */
export function createLedger(): Ledger {
  const paths: Record<Counted, Set<string>> = { read: new Set(), written: new Set(), created: new Set(), removed: new Set() };
  const refused = new Map<string, string>();
  const beyond = { read: 0, written: 0, created: 0, removed: 0, refused: 0 };
  let bytesRead = 0;
  let bytesWritten = 0;

  const note = (list: Counted, path: string) => {
    const known = paths[list];
    if (known.size < maxListed) known.add(path);
    else if (!known.has(path)) beyond[list]++;
  };
  return {
    sink: {
      read: (path) => note('read', path),
      bytesRead(bytes) {
        bytesRead += bytes;
      },
      written: (path) => note('written', path),
      bytesWritten(bytes) {
        bytesWritten += bytes;
      },
      created: (path) => note('created', path),
      removed: (path) => note('removed', path),
      refused(path, reason) {
        if (refused.size < maxListed) refused.set(path, reason);
        else if (!refused.has(path)) beyond.refused++;
      },
    },
    summary(): LedgerSummary {
      const counts = {
        read: paths.read.size + beyond.read,
        written: paths.written.size + beyond.written,
        created: paths.created.size + beyond.created,
        removed: paths.removed.size + beyond.removed,
        refused: refused.size + beyond.refused,
      };
      return {
        read: [...paths.read],
        written: [...paths.written],
        created: [...paths.created],
        removed: [...paths.removed],
        refused: [...refused].map(([path, reason]) => ({ path, reason })),
        bytesRead,
        bytesWritten,
        counts,
        truncated: Object.values(beyond).some((count) => count > 0),
      };
    },
  };
}
