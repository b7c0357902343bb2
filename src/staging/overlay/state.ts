import type { OverlayContext } from './context';
import { OverlayDirectory, type CoveringNode } from './directory';
import { OverlayFile } from './file';
import { OverlayLink } from './link';
import type { LogRecord } from './records';

type NodeRecord = Extract<LogRecord, { t: 'directory' | 'file' | 'link' }>;

/**
 * Puts the nodes together that the log's records tell of; gives the ids of the blobs in use. A file whose blob went with
 * a removal that the log lost (power, not a crash of ours) is given up: the folder's own shows there.
 */
export function loadState(
  context: OverlayContext,
  root: OverlayDirectory,
  records: readonly LogRecord[],
  committed: Set<string>,
  present: ReadonlySet<number>,
): ReadonlySet<number> {
  const nodes = new Map<number, NodeRecord>();
  const entries = new Map<number, Map<string, number | null>>();
  let highest = 0;
  const entriesOf = (directory: number): Map<string, number | null> => {
    let found = entries.get(directory);
    if (found === undefined) {
      found = new Map();
      entries.set(directory, found);
    }
    return found;
  };
  for (const record of records) {
    switch (record.t) {
      case 'directory':
      case 'file':
      case 'link':
        nodes.set(record.id, record);
        highest = Math.max(highest, record.id);
        break;
      case 'entry':
        entriesOf(record.directory).set(record.name, record.node);
        break;
      case 'clear':
        entriesOf(record.directory).delete(record.name);
        break;
      case 'base':
        if (record.base === null) context.bases.delete(record.path);
        else context.bases.set(record.path, record.base);
        break;
      case 'committed':
        committed.add(record.commit);
        break;
    }
  }
  context.idsFrom(highest);
  const own = nodes.get(0);
  if (own?.t === 'directory') root.attributes = own.attributes;
  const made = new Map<number, CoveringNode>([[0, root]]);
  const blobs = new Set<number>();
  const waiting: OverlayDirectory[] = [root];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const [name, id] of entries.get(directory.id ?? -1) ?? []) {
      if (id === null) {
        directory.upper.set(name, null);
        continue;
      }
      const known = made.get(id);
      if (known !== undefined) {
        if (known.kind !== 'directory') {
          known.links++;
          directory.upper.set(name, known);
        }
        continue;
      }
      const record = nodes.get(id);
      if (record === undefined || (record.t === 'file' && record.blob && !present.has(id))) continue;
      const node = toNode(context, directory, name, record);
      made.set(id, node);
      directory.upper.set(name, node);
      if (node.kind === 'directory') waiting.push(node);
      if (node.kind === 'file' && node.blob) blobs.add(id);
    }
  }
  return blobs;
}

function toNode(context: OverlayContext, parent: OverlayDirectory, name: string, record: NodeRecord): CoveringNode {
  const node =
    record.t === 'directory'
      ? new OverlayDirectory(context, parent, name, record.lower)
      : record.t === 'file'
        ? new OverlayFile(context, parent, name, record.origin, null)
        : new OverlayLink(context, parent, name, record.origin, null, record.target);
  node.id = record.id;
  node.attributes = record.attributes;
  if (node.kind === 'file' && record.t === 'file') node.blob = record.blob;
  return node;
}

/** The records that stand for the whole state, for a log that begins anew. */
export function stateOf(context: OverlayContext, root: OverlayDirectory, committed: ReadonlySet<string>): LogRecord[] {
  const records: LogRecord[] = [root.record()];
  for (const [path, base] of context.bases) records.push({ t: 'base', path, base });
  for (const commit of committed) records.push({ t: 'committed', commit });
  const told = new Set<CoveringNode>([root]);
  const waiting: OverlayDirectory[] = [root];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    for (const [name, node] of directory.upper) {
      records.push({ t: 'entry', directory: directory.id ?? 0, name, node: node?.id ?? null });
      if (node === null || told.has(node)) continue;
      told.add(node);
      records.push(node.record());
      if (node.kind === 'directory') waiting.push(node);
    }
  }
  return records;
}
