import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tool } from '../../../src/agent/tool';
import { createEmbeddedSandbox } from '../../../src/sandbox/embedded/embeddedSandbox';
import type { Sandbox } from '../../../src/sandbox/sandbox';
import { defaultLimits } from '../../../src/shared/limits';
import type { ToolResult } from '../../../src/shared/toolResult';
import { createTools } from '../../../src/tools/catalogue';
import { ConversationState } from '../../../src/tools/conversationState';

const dist = path.join(import.meta.dirname, '../../../dist');

describe('the file tools, through the embedded host', () => {
  let top: string;
  let folder: string;
  let sandbox: Sandbox;

  beforeAll(() => {
    top = mkdtempSync(path.join(tmpdir(), 'sunaba-tools-'));
    folder = path.join(top, 'folder');
    mkdirSync(path.join(folder, 'src'), { recursive: true });
    writeFileSync(path.join(top, 'secret.txt'), 'outside');
    writeFileSync(path.join(folder, 'src/a.ts'), 'export const a = 1;\nexport const b = 2;\n');
    writeFileSync(path.join(folder, 'crlf.txt'), 'one\r\ntwo\r\n');
    writeFileSync(path.join(folder, 'picture.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]));
    symlinkSync('../secret.txt', path.join(folder, 'door'));
    sandbox = createEmbeddedSandbox({ dist, folder, limits: defaultLimits });
  });

  afterAll(async () => {
    await sandbox.dispose();
    rmSync(top, { recursive: true });
  });

  const conversation = (): readonly Tool[] => createTools({ sandbox, writes: true, state: new ConversationState() });

  async function call(tools: readonly Tool[], name: string, args: unknown): Promise<ToolResult> {
    const tool = tools.find(({ declaration }) => declaration.name === name);
    if (tool === undefined) throw new Error(`no tool ${name}`);
    const prepared = tool.prepare(args);
    if (prepared.kind === 'refused') return { isError: true, text: prepared.text };
    return prepared.run({ callId: 'c', signal: AbortSignal.timeout(30_000), onOutput: () => undefined });
  }

  it('read_file gives text, a footer and a ledger', async () => {
    const result = await call(conversation(), 'read_file', { file_path: '/workspace/src/a.ts', start_line: '2' });
    expect(result).toMatchObject({ isError: false, text: 'export const b = 2;\n[end of file, 2 lines]' });
    expect(result.ledger?.read).toEqual([expect.stringMatching(/src\/a\.ts$/)]);
  });

  it('T02: /etc/hosts is refused in the words of the guest, and no byte of it comes', async () => {
    const result = await call(conversation(), 'read_file', { path: '/etc/hosts' });
    expect(result.isError).toBe(true);
    expect(result.text).toMatch(/^cannot read \/etc\/hosts: .*\(os error \d+\)\n/);
    const real = readFileSync('/etc/hosts', 'utf8');
    for (const line of real.split('\n').filter((text) => text.length > 5)) expect(result.text).not.toContain(line);
  });

  it('T01, T04: neither dots nor a link lead out', async () => {
    const tools = conversation();
    for (const given of ['../secret.txt', 'src/../../secret.txt', 'door']) {
      const read = await call(tools, 'read_file', { path: given });
      expect(read.isError, given).toBe(true);
      expect(read.text, given).not.toContain('outside');
    }
    expect((await call(tools, 'search', { pattern: 'outside' })).text).toMatch(/^\[no matches in \d+ files/);
  });

  it('list_files and search see the folder', async () => {
    const tools = conversation();
    expect((await call(tools, 'list_files', { path: 'src' })).text).toBe('src/a.ts\n[1 entry]');
    const found = await call(tools, 'search', { query: 'const B', ignore_case: 'true' });
    expect(found.text).toBe('src/a.ts\n2: export const b = 2;\n[1 match in 1 file of 2 files searched]');
  });

  it('a missing, a binary and a folder are named with what to do', async () => {
    const tools = conversation();
    expect((await call(tools, 'read_file', { path: 'src/b.ts' })).text).toMatch(/^cannot read src\/b\.ts: No such file/);
    expect((await call(tools, 'read_file', { path: 'picture.png' })).text).toBe('picture.png is a binary file (PNG image, 10 bytes).');
    expect((await call(tools, 'read_file', { path: 'src' })).text).toContain('list_files(path="src")');
  });

  it('write_file overwrites only what the conversation has read, and the folder stays untouched', async () => {
    const tools = conversation();
    const refused = await call(tools, 'write_file', { path: 'crlf.txt', content: 'x\n' });
    expect(refused).toMatchObject({ isError: true });
    expect(refused.text).toContain('was not read in this conversation');
    await call(tools, 'read_file', { path: './crlf.txt' });
    const written = await call(tools, 'write_file', { path: '/workspace/crlf.txt', content: 'one\nthree\n' });
    expect(written.text).toBe('staged: M crlf.txt (2 lines, 12 bytes) CRLF line ends kept.');
    expect((await call(tools, 'read_file', { path: 'crlf.txt' })).text).toBe('one\nthree\n[end of file, 2 lines; line ends are CRLF]');
    expect(readFileSync(path.join(folder, 'crlf.txt'), 'utf8')).toBe('one\r\ntwo\r\n');
    const changes = await sandbox.staging.changes();
    expect(JSON.stringify(changes)).toContain('crlf.txt');
  });

  it('edit_file replaces one place, and names the nearest where there is none', async () => {
    const tools = conversation();
    const none = await call(tools, 'edit_file', { path: 'src/a.ts', old_string: 'const a = 2;', new_string: 'const a = 3;' });
    expect(none.text).toContain('The nearest is at lines 1-1:\n1: export const a = 1;');
    const edited = await call(tools, 'edit_file', { path: 'src/a.ts', old_text: 'a = 1', new_text: 'a = 3' });
    expect(edited.text).toBe('staged: M src/a.ts (+1 -1 lines)\n1: export const a = 3;\n2: export const b = 2;');
  });

  it('T40: whatever the arguments are, the answer is text for the model', async () => {
    const tools = conversation();
    const wrong: unknown[] = [
      null,
      7,
      'x',
      [],
      {},
      { path: {} },
      { path: ['a'] },
      JSON.parse('{"__proto__":{"path":"x"}}'),
      { path: 'a', x: 1 },
    ];
    for (const { declaration } of tools) {
      for (const args of wrong) {
        if (declaration.name === 'list_files' && (args === null || (typeof args === 'object' && Object.keys(args).length === 0))) continue;
        const result = await call(tools, declaration.name, args);
        expect(result.isError, `${declaration.name} ${JSON.stringify(args)}`).toBe(true);
        expect(result.text).toContain(`${declaration.name}: `);
      }
    }
  });

  it('without writes the writing tools are not declared', () => {
    const names = createTools({ sandbox, writes: false, state: new ConversationState() }).map(({ declaration }) => declaration.name);
    expect(names).toContain('search');
    expect(names).not.toContain('write_file');
    expect(names).not.toContain('edit_file');
  });
});
