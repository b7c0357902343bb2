import { lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { GivenUpCheckpoints } from '../../shared/changeSet';
import { tryProcessLock } from '../processLock';
import { readJournal } from './journal';

/** Disk space for the originals of all folders' commits where nothing else is set, in MiB. */
export const defaultCheckpointsMib = 500;

/** At most so many commits of one folder are kept, however small: each is looked at when the folder is opened. */
export const maxCheckpointsOfFolder = 500;

const mib = 1024 * 1024;

interface Checkpoint {
  readonly folder: string;
  readonly directory: string;
  readonly atMs: number;
  readonly bytes: number;
}

/**
 * Keeps what commits have left for a revert within a budget, over all folders below `state`: gives up the oldest
 * commits first. The newest one of each folder is kept whatever it takes, `inUse` (directories of commits) as well, and
 * so is all of a folder whose lock another process holds: nothing goes that somebody is at. The caller holds the lock of
 * its own folder. Null where nothing was given up.
 */
export class CheckpointBudget {
  /** Sizes of commits that are over and at rest, for as long as nothing comes into their directory or goes. */
  private readonly sizes = new Map<string, { readonly changedMs: number; readonly bytes: number }>();

  constructor(
    private readonly state: string,
    readonly budgetMib: number = defaultCheckpointsMib,
  ) {}

  enforce(ownFolder: string, inUse: ReadonlySet<string>): GivenUpCheckpoints | null {
    const all = this.folders().flatMap((folder) => this.checkpointsOf(folder, folder === ownFolder));
    const excess = this.excessOf(all);
    const givenUp: Checkpoint[] = [];
    for (const folder of new Set(excess.map((each) => each.folder))) {
      const lock = folder === ownFolder ? null : tryProcessLock(join(folder, 'lock'));
      if (folder !== ownFolder && lock === null) continue;
      try {
        for (const each of excess) {
          if (each.folder !== folder || inUse.has(each.directory) || !isOver(each.directory)) continue;
          rmSync(each.directory, { recursive: true, force: true });
          this.sizes.delete(each.directory);
          givenUp.push(each);
        }
      } finally {
        lock?.release();
      }
    }
    if (givenUp.length === 0) return null;
    return {
      commits: givenUp.length,
      bytes: givenUp.reduce((sum, each) => sum + each.bytes, 0),
      upToMs: Math.max(...givenUp.map((each) => each.atMs)),
      budgetMib: this.budgetMib,
    };
  }

  /** The oldest ones, until what stays fits. */
  private excessOf(all: readonly Checkpoint[]): Checkpoint[] {
    const newest = new Map<string, Checkpoint>();
    const count = new Map<string, number>();
    for (const each of all) {
      count.set(each.folder, (count.get(each.folder) ?? 0) + 1);
      if ((newest.get(each.folder)?.atMs ?? 0) <= each.atMs) newest.set(each.folder, each);
    }
    const excess: Checkpoint[] = [];
    let bytes = all.reduce((sum, each) => sum + each.bytes, 0);
    for (const each of [...all].sort((a, b) => a.atMs - b.atMs)) {
      const ofFolder = count.get(each.folder) ?? 0;
      if (newest.get(each.folder) === each) continue;
      if (bytes <= this.budgetMib * mib && ofFolder <= maxCheckpointsOfFolder) continue;
      excess.push(each);
      bytes -= each.bytes;
      count.set(each.folder, ofFolder - 1);
    }
    return excess;
  }

  private folders(): string[] {
    return namesIn(this.state)
      .filter((name) => /^[0-9a-f]{32}$/.test(name))
      .map((name) => join(this.state, name));
  }

  private checkpointsOf(folder: string, isOwn: boolean): Checkpoint[] {
    // A commit of another process may be under way, or still be moving its originals here though it is done.
    const atRest = isOwn || statSync(join(folder, 'lock'), { throwIfNoEntry: false }) === undefined;
    const commits = join(folder, 'commits');
    return namesIn(commits)
      .filter((name) => /^[0-9a-f]{16}$/.test(name))
      .flatMap((name) => {
        const directory = join(commits, name);
        const made = statSync(join(directory, 'journal.json'), { throwIfNoEntry: false });
        return made === undefined ? [] : [{ folder, directory, atMs: made.mtimeMs, bytes: this.sizeOf(directory, atRest) }];
      });
  }

  private sizeOf(directory: string, atRest: boolean): number {
    const changedMs = statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const known = this.sizes.get(directory);
    if (known?.changedMs === changedMs) return known.bytes;
    let bytes = 0;
    for (const name of namesIn(directory)) {
      const stat = lstatSync(join(directory, name), { throwIfNoEntry: false });
      // Space that is taken, not the size that a file with holes shows; one without blocks still takes an entry.
      if (stat !== undefined) bytes += Math.max(process.platform === 'win32' ? stat.size : stat.blocks * 512, 64);
    }
    if (atRest && isOver(directory)) this.sizes.set(directory, { changedMs, bytes });
    else this.sizes.delete(directory);
    return bytes;
  }
}

/** A commit that is under way, or that a crash left, is the recovery's. */
function isOver(directory: string): boolean {
  const state = readJournal(directory)?.state;
  return state === 'done' || state === 'undone';
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
