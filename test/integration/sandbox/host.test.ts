import assert from 'node:assert/strict';
import path from 'node:path';
import { extensions } from 'vscode';
import type { Sandbox } from '../../../src/sandbox/sandbox';
import type { HostSetting } from '../../../src/sandbox/vscodeWasi/selectHost';
import { openSandbox, type OpenedSandbox } from '../../../src/sandbox/vscodeWasi/vscodeSandbox';
import { defaultLimits } from '../../../src/shared/limits';
import { checkContract } from '../../support/checkContract';
import { sandboxContract } from '../../support/sandboxContract';

const core = process.env['SUNABA_TEST_CORE'] ?? 'none';
const expected = core === 'none' ? 'embedded' : 'vscode';

async function open(setting: HostSetting, folder: string): Promise<OpenedSandbox> {
  const extension = extensions.getExtension('sunaba.sunaba');
  assert.ok(extension, 'Sunaba is not installed here');
  return openSandbox(setting, { dist: path.join(extension.extensionPath, 'dist'), folder, limits: defaultLimits });
}

async function openExpected(folder: string): Promise<Sandbox> {
  const { sandbox } = await open('auto', folder);
  assert.equal(sandbox.host, expected);
  return sandbox;
}

describe(`the sandbox in VS Code (${core} core)`, () => {
  it('runs on the host that the setting and the installed extensions lead to, and says where it differs', async () => {
    const folder = process.env['SUNABA_TEST_WORKSPACE'] ?? '';
    for (const setting of ['auto', 'vscode', 'embedded'] as const) {
      const { sandbox, notice } = await open(setting, folder);
      await sandbox.dispose();
      assert.equal(sandbox.host, setting === 'embedded' ? 'embedded' : expected, setting);
      assert.equal(notice !== null, setting === 'vscode' && core === 'none', notice ?? 'no notice');
    }
  });

  sandboxContract({ open: openExpected, killsBulkMemory: expected === 'embedded', test: it });
  checkContract({ open: openExpected, test: it });
});
