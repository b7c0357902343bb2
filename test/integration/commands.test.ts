import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandNames } from '../../src/editor/commandNames';

describe('the extension in VS Code', () => {
  const extension = () => {
    const found = vscode.extensions.getExtension('sunaba.sunaba');
    assert.ok(found);
    return found;
  };

  it('registers exactly the commands that it declares', async () => {
    await extension().activate();
    const registered = (await vscode.commands.getCommands(true)).filter((name) => name.startsWith('sunaba.'));
    // VS Code itself adds commands for each view (focus, open, toggle and the like).
    const ours = registered.filter((name) => !/^sunaba\.chat(InActivityBar)?\./.test(name));
    assert.deepEqual(ours.sort(), [...commandNames].sort());
  });

  it('opens the chat by its command', async () => {
    await vscode.commands.executeCommand('sunaba.openChat');
  });
});
