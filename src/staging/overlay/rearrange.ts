import { joinLower, splitLower } from '../lower/lower';
import type { OverlayContext, Transaction } from './context';
import { OverlayDirectory } from './directory';

/*
 * How the overlay is brought in line when staged changes were applied to the folder or are given up. None of this
 * changes what a guest sees, but for what is given up.
 */

/**
 * Gives every directory that shows another place of the folder than its own an entry for each thing in it, so that it
 * depends on that place by its files alone.
 */
export function flattenMoved(root: OverlayDirectory): void {
  root.context.transact((tx) => {
    const waiting = [root];
    for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
      const isMoved = directory.lowerPath !== null && directory.lowerPath !== directory.path();
      const names = isMoved ? directory.names().seen : [...directory.upper.keys()];
      for (const name of names) {
        const node = directory.at(name);
        if (node === null || node.kind === 'unsupported') continue;
        if (isMoved) node.pin(tx);
        if (node.kind === 'directory') waiting.push(node);
      }
      if (isMoved) directory.showThrough(tx, null);
    }
  });
}

/** Keeps a copy of what staged files still read from places of the folder that are about to change. */
export function keepContents(root: OverlayDirectory, changing: ReadonlySet<string>, applied: ReadonlySet<string>): void {
  forEachCovering(root, (directory, name, path) => {
    const node = directory.upper.get(name);
    if (node?.kind !== 'file' || node.blob || node.origin === null) return;
    if (changing.has(node.origin) && !applied.has(path)) node.toBlob(true);
  });
}

/** After a commit: what was applied is the folder's now and needs no cover any more. */
export function settle(root: OverlayDirectory, applied: ReadonlySet<string>, sources: ReadonlySet<string>): void {
  const { context } = root;
  context.transact((tx) => {
    for (const path of [...applied, ...sources]) forgetBase(context, tx, path);
    settleDirectory(tx, root, '', '', applied, sources);
  });
}

/** `path`: what the commit calls the directory; `lowerPath`: what the disk does, which may spell a name in its own way. */
function settleDirectory(
  tx: Transaction,
  directory: OverlayDirectory,
  path: string,
  lowerPath: string,
  applied: ReadonlySet<string>,
  sources: ReadonlySet<string>,
): void {
  const { lower } = directory.context;
  const isThere = lower.statDirectory(lowerPath) !== null;
  if (directory.lowerPath === null && isThere) {
    for (const { name } of lower.list(lowerPath)?.entries ?? []) {
      const other = directory.upper.otherSpellingOf(name);
      const isStaged = directory.upper.has(name) || (other !== null && lower.lookup(lowerPath, other)?.name === name);
      if (!isStaged && !applied.has(joinLower(path, name))) hideAt(tx, directory, lowerPath, name);
    }
    directory.showThrough(tx, lowerPath);
  }
  for (const [name, node] of [...directory.upper]) {
    const below = joinLower(path, name);
    if (node === null) {
      if (applied.has(below) || sources.has(below) || lower.stat(lowerPath, name) === null) directory.reveal(tx, name);
    } else if (node.kind === 'directory') {
      const spelled = applied.has(below) ? (lower.lookup(lowerPath, name)?.name ?? name) : name;
      if (spelled !== name) directory.respell(tx, name, spelled, node);
      if (applied.has(below)) coverAnew(directory.context, tx, lowerPath, spelled);
      settleDirectory(tx, node, below, joinLower(lowerPath, spelled), applied, sources);
    } else if (applied.has(below)) {
      if (node.kind === 'file' && node.isOpen) coverAnew(directory.context, tx, lowerPath, name);
      else directory.reveal(tx, name);
    }
  }
}

/** What stays in the upper layer (a directory, a file that is still open) is based on what was just applied. */
function coverAnew(context: OverlayContext, tx: Transaction, path: string, name: string): void {
  const stat = context.lower.stat(path, name);
  if (stat !== null) tx.after(() => context.transact((next) => context.cover(next, path, name, stat, true)));
}

/** Gives up what is staged at a path: guests see what the folder has there. */
export function giveUp(root: OverlayDirectory, path: string): void {
  const [above, name] = splitLower(path);
  const parent = directoryOfFolder(root, above);
  if (parent === null) return;
  const node = parent.upper.get(name);
  const isInFolder = root.context.lower.statDirectory(path) !== null;
  if (node instanceof OverlayDirectory && node.names().seen.length > 0 && !isInFolder) return;
  root.context.transact((tx) => {
    parent.reveal(tx, name);
    forgetBase(root.context, tx, path);
  });
}

/** Gives up everything. */
export function giveUpAll(root: OverlayDirectory): void {
  root.context.transact((tx) => {
    for (const path of root.context.bases.keys()) forgetBase(root.context, tx, path);
    for (const name of [...root.upper.keys()]) root.reveal(tx, name);
  });
}

/**
 * The staged directory at a path, showing what the folder has there with everything removed that was not seen; null
 * where the folder has none. Each step leaves guests with what they saw, but for what has to give way.
 */
function directoryOfFolder(root: OverlayDirectory, path: string): OverlayDirectory | null {
  const { context } = root;
  let directory = root;
  let at = '';
  for (const name of path === '' ? [] : path.split('/')) {
    at = joinLower(at, name);
    const above = directory;
    const covering = above.upper.get(name);
    const found = above.at(name);
    if (found?.kind !== 'directory') {
      // Removed, or something else stands in its place, which has to give way.
      if (covering === undefined) return null;
      const again = context.transact((tx) => revive(tx, context, above, name, at));
      if (again === null) return null;
      directory = again;
      continue;
    }
    context.transact((tx) => {
      found.pin(tx);
      if (found.lowerPath === null && context.lower.statDirectory(at) !== null) {
        for (const each of context.lower.list(at)?.entries ?? []) if (!found.upper.has(each.name)) hideAt(tx, found, at, each.name);
        found.showThrough(tx, at);
      }
    });
    directory = found;
  }
  return directory;
}

/** Makes a directory of the folder be there again, empty as far as guests see. */
function revive(tx: Transaction, context: OverlayContext, above: OverlayDirectory, name: string, path: string): OverlayDirectory | null {
  const stat = context.lower.statDirectory(path);
  if (stat === null) return null;
  const directory = new OverlayDirectory(context, above, name, path);
  directory.id = context.nextId();
  directory.attributes = { mode: stat.mode, ino: stat.ino, atimeNs: null, mtimeNs: null };
  tx.add(directory.record(), () => undefined);
  const former = above.upper.get(name);
  above.cover(tx, name, directory, directory.id);
  if (former instanceof OverlayDirectory) throw new Error('only what is no directory gives way');
  if (former) tx.after(() => --former.links === 0 && former.forget());
  for (const each of context.lower.list(path)?.entries ?? []) hideAt(tx, directory, path, each.name);
  return directory;
}

/** As `hide`, for a directory that does not show the folder's yet. */
function hideAt(tx: Transaction, directory: OverlayDirectory, path: string, name: string): void {
  const { context } = directory;
  if (context.policy.classify(joinLower(path, name)).hidden) return;
  const stat = context.lower.stat(path, name);
  if (stat === null) return;
  context.cover(tx, path, name, stat, false);
  tx.add({ t: 'entry', directory: directory.ownId(), name, node: null }, () => void directory.upper.set(name, null));
}

function forgetBase(context: OverlayContext, tx: Transaction, path: string): void {
  if (context.bases.has(path)) tx.add({ t: 'base', path, base: null }, () => void context.bases.delete(path));
}

function forEachCovering(root: OverlayDirectory, visit: (directory: OverlayDirectory, name: string, path: string) => void): void {
  const waiting: [OverlayDirectory, string][] = [[root, '']];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [directory, path] = next;
    for (const [name, node] of [...directory.upper]) {
      visit(directory, name, joinLower(path, name));
      if (node?.kind === 'directory') waiting.push([node, joinLower(path, name)]);
    }
  }
}
