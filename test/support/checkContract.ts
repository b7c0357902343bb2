import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkSandbox } from '../../src/sandbox/check';
import type { ContractHost } from './sandboxContract';

/** "Check the Sandbox" on a host: every attempt is refused. */
export function checkContract({ open, test }: Pick<ContractHost, 'open' | 'test'>): void {
  test('T01-T18, T30, T48, T49: a guest that tries every way out is refused every time', async () => {
    const top = mkdtempSync(path.join(tmpdir(), 'sunaba-check-'));
    const folder = path.join(top, 'folder');
    mkdirSync(folder);
    const sandbox = await open(folder);
    try {
      const check = await checkSandbox(sandbox, new AbortController().signal);
      const failed = check.items.filter((item) => !item.passed);
      assert.deepEqual(failed, []);
      assert.ok(check.passed);
      assert.ok(check.items.length > 50, `${check.items.length} attempts`);
      for (const item of check.items) assert.doesNotMatch(item.said, /NOSYS|BADF.*NOSYS/, item.what);
    } finally {
      await sandbox.dispose();
      rmSync(top, { recursive: true });
    }
  });
}
