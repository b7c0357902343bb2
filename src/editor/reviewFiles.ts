import * as vscode from 'vscode';
import type { StagingPort } from '../sandbox/sandbox';
import type { ReviewSide } from '../shared/changeSet';

export const reviewScheme = 'sunaba-review';
const sides: readonly ReviewSide[] = ['base', 'staged', 'ancestor'];

/**
 * The address of one side of a change, for VS Code's diff editors. `title` stands as a folder before the path, where the
 * editors show it: in a list of diffs of one file it says which is which.
 */
export function reviewUri(path: string, side: ReviewSide, title?: string): vscode.Uri {
  const uri = vscode.Uri.from({ scheme: reviewScheme, authority: side, path: `/${path}` });
  return title === undefined ? uri : uri.with({ path: `/${title.replaceAll('/', '-')}/${path}`, query: 'titled' });
}

function fromUri(uri: vscode.Uri): { readonly path: string; readonly side: ReviewSide } {
  const path = uri.path.slice(1);
  return {
    path: uri.query === 'titled' ? path.slice(path.indexOf('/') + 1) : path,
    side: sides.find((side) => side === uri.authority) ?? 'base',
  };
}

export interface ReviewFiles extends vscode.Disposable {
  /** Says that these paths may read otherwise now. */
  changed(paths: readonly string[]): void;
}

/**
 * The sides of staged changes as files of VS Code: what the folder has and had, read-only, and what is proposed, which can be
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
      ...(fromUri(uri).side !== 'staged' ? { permissions: vscode.FilePermission.Readonly } : {}),
    }),
    readFile: readSide,
    writeFile: async (uri, content) => {
      const { path, side } = fromUri(uri);
      if (side !== 'staged') throw vscode.FileSystemError.NoPermissions(uri);
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
      emitter.fire(paths.flatMap((path) => sides.map((side) => ({ type: vscode.FileChangeType.Changed, uri: reviewUri(path, side) }))));
    },
    dispose: () => {
      registered.dispose();
      emitter.dispose();
    },
  };
}
