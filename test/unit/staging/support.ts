import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFilePolicy, defaultFileRules, type FileRules } from '../../../src/permissions/filePolicy';
import { FsError } from '../../../src/staging/errno';
import { createNamespace } from '../../../src/staging/namespace';
import { createOverlayTree, type OverlayTree } from '../../../src/staging/overlay/overlayTree';
import { silentWriter } from '../../../src/staging/silentAccessor';
import { createStaging, type Staging } from '../../../src/staging/staging';
import type { CommitReport } from '../../../src/shared/changeSet';
import type { Accessor, Namespace, OpenDirectory, OpenFile, OpenOptions } from '../../../src/staging/vfs';

export const cx: Accessor = { ...silentWriter, pid: 1 };

export const reading: OpenOptions = {
  read: true,
  write: false,
  create: false,
  exclusive: false,
  truncate: false,
  directory: false,
  follow: true,
};
export const creating: OpenOptions = { ...reading, write: true, create: true };

export function codeOf(run: () => unknown): string {
  try {
    run();
    return 'ok';
  } catch (cause) {
    if (cause instanceof FsError) return cause.code;
    throw cause;
  }
}

/** A folder, an overlay over it, and what a guest would do there. */
export class Fixture {
  readonly top: string;
  readonly folder: string;
  readonly storage: string;
  tree: OverlayTree;
  namespace: Namespace;
  base: OpenDirectory;
  private readonly stagings: Staging[] = [];

  /** `sibling`: another conversation over the same folder, with the same place for journals. */
  constructor(
    private readonly rules: FileRules = defaultFileRules,
    private readonly sibling: Fixture | null = null,
    folder?: string,
  ) {
    this.top = sibling?.top ?? mkdtempSync(join(tmpdir(), 'sunaba-staging-'));
    this.folder = folder ?? join(this.top, 'ws');
    this.storage = join(this.top, sibling === null ? 'overlay' : 'other');
    mkdirSync(this.folder, { recursive: true });
    this.tree = this.openTree();
    this.namespace = createNamespace({ mounts: new Map([['/workspace', { kind: 'tree', tree: this.tree }]]) });
    this.base = this.namespace.openRoot('/workspace');
  }

  /** The staging of this overlay, recovered and settled as at a start. */
  staging(observe?: (done: string) => void): Staging {
    const staging = createStaging(this.tree, {
      root: this.folder,
      state: join(this.top, 'state'),
      overlayId: this.sibling === null ? 'overlay' : 'other',
      ...(observe === undefined ? {} : { observe }),
    });
    this.stagings.push(staging);
    return staging;
  }

  commitAll(approvedProtected: readonly string[] = []): CommitReport {
    return this.staging().commit({ ids: 'all', approvedProtected, dirtyPaths: [] });
  }

  private openTree(): OverlayTree {
    return createOverlayTree({
      root: this.folder,
      storage: this.storage,
      policy: createFilePolicy(this.rules),
      guestPath: '/workspace',
    });
  }

  /** As after a restart: all that was only in memory is gone. */
  reopen(): void {
    this.tree.dispose();
    this.tree = this.openTree();
    this.namespace = createNamespace({ mounts: new Map([['/workspace', { kind: 'tree', tree: this.tree }]]) });
    this.base = this.namespace.openRoot('/workspace');
  }

  dispose(): void {
    for (const staging of this.stagings) staging.dispose();
    this.tree.dispose();
    if (this.sibling === null) rmSync(this.top, { recursive: true, force: true });
  }

  open(path: string, options: Partial<OpenOptions> = {}): OpenFile {
    const opened = this.namespace.open(cx, this.base, path, { ...reading, ...options });
    if (opened.kind !== 'file') throw new Error(`${path} is a ${opened.kind}`);
    return opened;
  }

  read(path: string): string {
    const file = this.open(path);
    try {
      const into = new Uint8Array(file.stat().size + 10);
      return Buffer.from(into.subarray(0, file.read(cx, into, 0))).toString();
    } finally {
      file.close();
    }
  }

  write(path: string, text: string): void {
    const file = this.open(path, { ...creating, truncate: true });
    try {
      if (text !== '') file.write(cx, Buffer.from(text), 0);
    } finally {
      file.close();
    }
  }

  mkdir(path: string): void {
    this.namespace.mkdir(cx, this.base, path);
  }

  unlink(path: string): void {
    this.namespace.unlink(cx, this.base, path);
  }

  rmdir(path: string): void {
    this.namespace.rmdir(cx, this.base, path);
  }

  rename(from: string, to: string): void {
    this.namespace.rename(cx, this.base, from, this.base, to);
  }

  symlink(target: string, path: string): void {
    this.namespace.symlink(cx, target, this.base, path);
  }

  list(path = '.'): string[] {
    const opened = this.namespace.open(cx, this.base, path, { ...reading, directory: true });
    if (opened.kind !== 'directory') throw new Error(`${path} is a ${opened.kind}`);
    return opened
      .entries(cx)
      .map((entry) => entry.name)
      .filter((name) => name !== '.' && name !== '..')
      .sort();
  }

  /** The tree as guests see it: `dir/`, `file=text`, `link->target`. */
  show(path = '.'): string[] {
    return this.list(path).flatMap((name) => {
      const below = path === '.' ? name : `${path}/${name}`;
      const stat = this.namespace.stat(cx, this.base, below, false);
      if (stat.kind === 'directory') return [`${below}/`, ...this.show(below)];
      if (stat.kind === 'symlink') return [`${below}->${this.namespace.readlink(cx, this.base, below)}`];
      return [`${below}=${this.read(below)}`];
    });
  }
}
