import * as vscode from 'vscode';
import type { StagingPort } from '../sandbox/sandbox';

export const reviewScheme = 'sunaba-review';
export type ReviewSide = 'base' | 'staged';

/** The address of one side of a change, for VS Code's diff editors. */
export function reviewUri(path: string, side: ReviewSide): vscode.Uri {
  return vscode.Uri.from({ scheme: reviewScheme, authority: side, path: `/${path}` });
}

function fromUri(uri: vscode.Uri): { readonly path: string; readonly side: ReviewSide } {
  return { path: uri.path.slice(1), side: uri.authority === 'staged' ? 'staged' : 'base' };
}

export interface ReviewFiles extends vscode.Disposable {
  /** Says that these paths may read otherwise now. */
  changed(paths: readonly string[]): void;
}

/**
 * Both sides of staged changes as files of VS Code: what the folder had, read-only, and what is proposed, which can be
 * edited and is staged again when it is saved. A side that is not there reads as an empty file, as a diff wants it.
 */
export function registerReviewFiles(staging: () => Promise<StagingPort>, onEdited: (path: string) => void): ReviewFiles {
  const emitter = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  let version = 1;

  const readSide = async (uri: vscode.Uri): Promise<Uint8Array> => {
    const { path, side } = fromUri(uri);
    return (await (await staging()).read(path, side)) ?? new Uint8Array();
  };

  const provider: vscode.FileSystemProvider = {
    onDidChangeFile: emitter.event,
    watch: () => new vscode.Disposable(() => undefined),
    stat: async (uri) => ({
      type: vscode.FileType.File,
      ctime: 0,
      mtime: version,
      size: (await readSide(uri)).length,
      ...(fromUri(uri).side === 'base' ? { permissions: vscode.FilePermission.Readonly } : {}),
    }),
    readFile: readSide,
    writeFile: async (uri, content) => {
      const { path, side } = fromUri(uri);
      if (side === 'base') throw vscode.FileSystemError.NoPermissions(uri);
      await (await staging()).edit(path, content);
      version++;
      emitter.fire([{ type: vscode.FileChangeType.Changed, uri }]);
      onEdited(path);
    },
    readDirectory: () => [],
    createDirectory: (uri) => {
      throw vscode.FileSystemError.NoPermissions(uri);
    },
    delete: (uri) => {
      throw vscode.FileSystemError.NoPermissions(uri);
    },
    rename: (uri) => {
      throw vscode.FileSystemError.NoPermissions(uri);
    },
  };

  const registered = vscode.workspace.registerFileSystemProvider(reviewScheme, provider, { isCaseSensitive: true });
  return {
    changed: (paths) => {
      version++;
      const sides: readonly ReviewSide[] = ['base', 'staged'];
      emitter.fire(paths.flatMap((path) => sides.map((side) => ({ type: vscode.FileChangeType.Changed, uri: reviewUri(path, side) }))));
    },
    dispose: () => {
      registered.dispose();
      emitter.dispose();
    },
  };
}
