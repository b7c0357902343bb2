import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { AttachedText } from './chatController';

/** The selection of the active editor, whole lines where it spans several; `undefined` where nothing is selected. */
export function readSelection(folder: vscode.WorkspaceFolder): AttachedText | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.selection.isEmpty) return undefined;
  const { document, selection } = editor;
  const first = selection.start.line;
  const last = selection.end.character === 0 && selection.end.line > first ? selection.end.line - 1 : selection.end.line;
  const range = first === last ? selection : new vscode.Range(first, 0, last, document.lineAt(last).range.end.character);
  return {
    id: randomUUID(),
    path: pathIn(folder, document.uri),
    lines: { first: first + 1, last: last + 1 },
    text: document.getText(range),
    language: document.languageId,
  };
}

/** The file's path in the folder, with `/`; the bare name where it lies elsewhere. */
function pathIn(folder: vscode.WorkspaceFolder, uri: vscode.Uri): string {
  const root = `${folder.uri.path.replace(/\/$/, '')}/`;
  if (uri.scheme === folder.uri.scheme && uri.path.startsWith(root)) return uri.path.slice(root.length);
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

/** Paths below the folder that have unsaved edits in an editor. */
export function dirtyPaths(folder: vscode.WorkspaceFolder | undefined): readonly string[] {
  if (folder === undefined) return [];
  const root = `${folder.uri.path.replace(/\/$/, '')}/`;
  return vscode.workspace.textDocuments
    .filter((document) => document.isDirty && document.uri.scheme === folder.uri.scheme && document.uri.path.startsWith(root))
    .map((document) => document.uri.path.slice(root.length));
}
