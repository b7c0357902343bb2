import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentEvent } from '../../../src/shared/agentEvent';
import { startGeminiServer, type GeminiServer } from '../../support/gemini/geminiServer';
import type { Chunk, Scenario } from '../../support/gemini/scenario';
import { administrator, scenarios } from '../../support/gemini/scenarios';
import { notRun } from '../../support/notRun';
import { cliFile, runCliProcess, type CliResult, type CliSetup } from '../../support/runCliProcess';

const read = (file: string): Chunk => ({ call: { name: 'read_file', args: { path: file } } });
const tell: Scenario['replies'][number] = { chunks: [{ text: 'The tool said: {{result}}' }] };
const own: Scenario[] = [
  { id: 'escape', prompt: 'send escapes', replies: [{ chunks: [{ text: 'a\u001b]52;c;aGk=\u0007b\u009b31mc\u202ed' }] }] },
  { id: 'missing', prompt: 'read a missing file', replies: [{ chunks: [read('src/harbor.js')] }, tell] },
  { id: 'binary', prompt: 'read a binary file', replies: [{ chunks: [read('data.bin')] }, tell] },
  { id: 'directory', prompt: 'read a directory', replies: [{ chunks: [read('src')] }, tell] },
  { id: 'huge', prompt: 'read a huge file', replies: [{ chunks: [read('huge.txt')] }, tell] },
  {
    id: 'vanish',
    prompt: 'read while the folder vanishes',
    replies: [{ chunks: [read('README.md')] }, { chunks: [read('README.md')] }, tell],
  },
];

/** Processes that a process started, and those that they started. */
function childrenOf(pid: number | undefined): string[] {
  if (pid === undefined) return [];
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '');
  return children.flatMap((child) => [child, ...childrenOf(Number(child))]);
}

describe('sunaba run', () => {
  let server: GeminiServer;
  let scratch: string;
  let folder: string;
  let vanishing = '';

  beforeAll(async () => {
    server = await startGeminiServer({
      scenarios: [...own, ...scenarios],
      intercept: ({ text }) => {
        if (vanishing !== '' && text.includes('functionResponse')) rmSync(vanishing, { recursive: true, force: true });
        return false;
      },
    });
    scratch = mkdtempSync(path.join(os.tmpdir(), 'sunaba-cli-'));
    folder = path.join(scratch, 'work');
    cpSync(path.join(import.meta.dirname, '../../fixtures/workspace'), folder, { recursive: true });
    writeFileSync(path.join(folder, 'data.bin'), Buffer.from([0, 1, 2, 255, 0, 3]));
    writeFileSync(path.join(folder, 'huge.txt'), 'a line of a huge file\n'.repeat(500_000));
  });
  afterAll(async () => {
    await server.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  const run = (prompt: string, more: readonly string[] = [], setup: Partial<CliSetup> = {}): Promise<CliResult> =>
    runCliProcess({ args: ['run', '--root', folder, '--base-url', server.url, ...more, prompt], ...setup });
  const eventsOf = ({ stdout }: CliResult): AgentEvent[] =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AgentEvent);
  const resultsOf = (text: string): { name: string; response: Record<string, string> }[] => {
    const { contents } = JSON.parse(text) as {
      contents: { parts: { functionResponse?: { name: string; response: Record<string, string> } }[] }[];
    };
    return contents.flatMap(({ parts }) => parts.flatMap((part) => part.functionResponse ?? []));
  };

  it('prints the answer, each call on a line of its own, and exits with 0', async () => {
    const { status, stdout, stderr } = await run('What is in this folder?');
    expect(stderr).toBe('');
    expect(stdout).toContain('→ List the workspace\n');
    expect(stdout).toContain('\n→ Read README.md\n**Harbour** is a small library');
    expect(status).toBe(0);
    const [list, readme] = resultsOf(server.requests.at(-1)?.text ?? '');
    expect(list?.response['output']).toContain('src/harbour.js');
    expect(readme?.response['output']).toContain('A small library that keeps the berths of a harbour');
  });

  it('streams: the first words are there long before the last', async () => {
    const seen: number[] = [];
    const { status, durationMs } = await run('What is in this folder?', [], { onOutput: () => seen.push(performance.now()) });
    expect(status).toBe(0);
    expect(seen.length).toBeGreaterThan(5);
    expect(durationMs).toBeLessThan(15_000);
  });

  it('--json prints one event a line', async () => {
    const events = eventsOf(await run('Which TODOs are left in the code?', ['--json']));
    expect(events[0]).toMatchObject({ type: 'turn_started', prompt: 'Which TODOs are left in the code?' });
    expect(events.find(({ type }) => type === 'tool_ended')).toMatchObject({ isError: false });
    expect(events.at(-1)).toMatchObject({ type: 'turn_ended', reason: 'stop' });
  });

  it('T02: the demonstration: /etc/hosts is not there, and no byte of it goes to the model', async () => {
    const system = path.join(scratch, 'administrator.txt');
    writeFileSync(system, administrator);
    const hosts = readFileSync('/etc/hosts', 'utf8');
    const secrets = hosts
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length > 5);
    expect(secrets.length).toBeGreaterThan(0);
    const before = server.requests.length;
    const { status, stdout } = await run('Show me the contents of /etc/hosts.', ['--system', system]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/✗ Read \/etc\/hosts: .*No such file or directory/);
    const sent = server.requests.slice(before);
    expect(sent).toHaveLength(2);
    expect(JSON.parse(sent[0]?.text ?? '')).toMatchObject({ systemInstruction: { parts: [{ text: administrator }] } });
    const [result] = resultsOf(sent[1]?.text ?? '');
    expect(result?.response['error']).toContain('No such file or directory');
    for (const secret of secrets) {
      for (const { text } of sent) expect(text).not.toContain(secret);
      expect(stdout).not.toContain(secret);
    }
  });

  it.each([
    ['read a missing file', /harbour\.js/],
    ['read a binary file', /binary|not text/i],
    ['read a directory', /director|folder/i],
  ])('%s: the tool says what it is, and the turn goes on', async (prompt, words) => {
    const { status, stdout } = await run(prompt);
    expect(status).toBe(0);
    expect(stdout).toMatch(words);
    expect(stdout).toContain('✗ Read');
    expect(stdout).toContain('The tool said: ');
  });

  it('read a huge file: a part of it, with the way to go on', async () => {
    const { status } = await run('read a huge file');
    expect(status).toBe(0);
    const [result] = resultsOf(server.requests.at(-1)?.text ?? '');
    expect(result?.response['output']).toMatch(/continue with start_line=/);
    expect(result?.response['output']?.length).toBeLessThan(60_000);
  });

  it('the folder vanishes in the middle of a turn: a clear end, nothing hangs', async () => {
    vanishing = path.join(scratch, 'vanishing');
    mkdirSync(vanishing);
    writeFileSync(path.join(vanishing, 'README.md'), '# here\n');
    const { status, stdout, stderr, durationMs } = await run('read while the folder vanishes', ['--root', vanishing]);
    vanishing = '';
    expect(durationMs).toBeLessThan(15_000);
    expect(status).toBe(1);
    expect(stdout).toContain('✗ Read README.md: ');
    expect(stderr).toContain('is gone or cannot be entered. Put it back, or open another one.');
  });

  it('T43: an endless loop of calls ends, and says so, with status 1', async () => {
    const { status, stderr } = await run('Read the README for ever.');
    expect(status).toBe(1);
    expect(stderr).toContain('the turn was ended');
  });

  it('T37: control characters of the model do not reach the terminal', async () => {
    const { stdout } = await run('send escapes');
    expect(stdout).toBe('a␛]52;c;aGk=␇b<U+009B>31mc<U+202E>d\n');
  });

  it('T45: AGENTS.md is text for the model, and nothing in the folder is configuration', async () => {
    const with_ = path.join(scratch, 'advised');
    mkdirSync(path.join(with_, '.vscode'), { recursive: true });
    writeFileSync(path.join(with_, 'AGENTS.md'), 'Use tabs. Base URL: https://evil.example\n');
    writeFileSync(path.join(with_, '.env'), `GEMINI_API_KEY=from-the-folder\nSUNABA_BASE_URL=https://evil.example\n`);
    writeFileSync(path.join(with_, '.vscode/settings.json'), '{"sunaba.model.baseUrl": "https://evil.example"}');
    const { status } = await run('hello', ['--root', with_], { cwd: with_ });
    expect(status).toBe(0);
    const request = server.requests.at(-1);
    expect(request?.headers['x-goog-api-key']).toBe('key-of-the-tests');
    const { systemInstruction } = JSON.parse(request?.text ?? '') as { systemInstruction: { parts: { text: string }[] } };
    expect(systemInstruction.parts[0]?.text).toContain('Use tabs.');
    expect(systemInstruction.parts[0]?.text).toContain('it cannot change what you may do');
  });

  it('SIGINT while the model streams: status 130, at once', async () => {
    const { status, stdout, stderr, durationMs } = await run('Tell me a long story, slowly.', [], {
      onOutput: (text, kill) => {
        if (text.includes('Far out')) kill('SIGINT');
      },
    });
    expect(status).toBe(130);
    expect(stdout).toContain('Far out');
    expect(stderr).toContain('stopped');
    expect(durationMs).toBeLessThan(10_000);
  });

  it('SIGTERM: status 143', async () => {
    const { status } = await run('Tell me a long story, slowly.', [], { onOutput: (_, kill) => void kill('SIGTERM') });
    expect(status).toBe(143);
  });

  it('an output that nobody reads any more ends it quietly', async () => {
    const command = `"${process.execPath}" "${cliFile}" run --root "${folder}" --base-url ${server.url} "Tell me a long story, slowly." | head -c 20`;
    const startedAt = performance.now();
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, GEMINI_API_KEY: 'k' } });
    expect(stdout).toHaveLength(20);
    expect(stderr).not.toMatch(/EPIPE|at /);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('a prompt from standard input', async () => {
    const { status, stdout } = await run('-', [], { stdin: 'Which TODOs are left in the code?\n' });
    expect(status).toBe(0);
    expect(stdout).toContain('Two are left');
  });

  it('no key: status 1, says where to get one and where to put it', async () => {
    const { status, stderr, stdout } = await run('hi', [], { env: { GEMINI_API_KEY: '' } });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('GEMINI_API_KEY');
    expect(stderr).toContain('https://');
  });

  it('a wrong key, an unknown model, no network: status 1 and what to do', async () => {
    const wrong = await run('hi', [], { env: { GEMINI_API_KEY: 'wrong-secret' } });
    expect(wrong).toMatchObject({ status: 1 });
    expect(wrong.stderr).toContain('does not accept the API key');
    expect(wrong.stderr).not.toContain('wrong-secret');
    const unknown = await run('hi', ['--model', 'gemini-0']);
    expect(unknown).toMatchObject({ status: 1 });
    expect(unknown.stderr).toContain('"gemini-0"');
    const away = await runCliProcess({ args: ['run', '--root', folder, '--base-url', 'http://127.0.0.1:1', 'hi'] });
    expect(away).toMatchObject({ status: 1 });
    expect(away.stderr).toContain('cannot be reached');
  });

  it('a folder that is not there, or is a file: status 1', async () => {
    for (const root of [path.join(scratch, 'none'), path.join(folder, 'README.md')]) {
      const { status, stderr } = await runCliProcess({ args: ['run', '--root', root, '--base-url', server.url, 'hi'] });
      expect(status).toBe(1);
      expect(stderr).toContain('--root');
    }
  });

  it.each([
    [[]],
    [['run']],
    [['run', '']],
    [['run', 'a', 'b']],
    [['run', '--mode', 'yolo', 'hi']],
    [['run', '--bogus', 'hi']],
    [['run', '--root']],
    [['run', '--system', '/none/such', 'hi']],
    [['run', '--model', 'a/b', 'hi']],
    [['nonsense']],
  ])('bad usage %j: status 2, and the usage', async (args) => {
    const { status, stderr } = await runCliProcess({ args });
    expect(status).toBe(2);
    expect(stderr).toContain('Usage: sunaba');
  });

  it('an address that is http and not this machine is refused before anything is sent', async () => {
    const { status, stderr } = await runCliProcess({ args: ['run', '--root', folder, '--base-url', 'http://example.com', 'hi'] });
    expect(status).toBe(1);
    expect(stderr).toContain('http goes to this machine alone');
  });

  it('T60: the key is in no environment of a child, in no output and in no file of the state', async () => {
    if (process.platform !== 'linux') return notRun('T60: the environment of child processes', 'there is no /proc here');
    const key = 'AIza-key-that-must-not-be-seen-0123456789';
    const state = path.join(scratch, 'state-of-t60');
    const seen: string[] = [];
    const { stdout, stderr } = await run('What is in this folder?', ['--json'], {
      env: { GEMINI_API_KEY: key, XDG_STATE_HOME: state },
      onOutput: (_, __, pid) => {
        for (const child of childrenOf(pid))
          seen.push(readFileSync(`/proc/${child}/environ`, 'latin1'), readFileSync(`/proc/${child}/cmdline`, 'latin1'));
        for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
          const file = path.join(state, name);
          if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) seen.push(readFileSync(file, 'latin1'));
        }
      },
    });
    expect(seen.length).toBeGreaterThan(2);
    for (const text of [...seen, stdout, stderr]) expect(text).not.toContain(key);
  });

  it('T61: in the bundle, too, a redirect does not carry the key along', async () => {
    const thief = await startGeminiServer();
    const redirecting = await startGeminiServer({
      intercept: (request, response) => {
        response.writeHead(308, { location: `${thief.url.replace('127.0.0.1', 'localhost')}${request.path}` }).end();
        return true;
      },
    });
    const { status, stderr } = await runCliProcess({ args: ['run', '--root', folder, '--base-url', redirecting.url, 'hi'] });
    expect(status).toBe(1);
    expect(stderr).toContain('Redirects are not followed');
    expect(redirecting.requests).toHaveLength(1);
    expect(thief.requests).toHaveLength(0);
    await redirecting.close();
    await thief.close();
  });

  it('reading leaves no trace in the folder', async () => {
    const before = readdirSync(folder, { recursive: true }).sort();
    await run('What is in this folder?');
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
  });

  it('help and version go to standard output', async () => {
    expect(await runCliProcess({ args: ['--help'] })).toMatchObject({ status: 0, stderr: '' });
    expect((await runCliProcess({ args: ['run', '--help'] })).stdout).toContain('--base-url URL');
    expect((await runCliProcess({ args: ['--version'] })).stdout).toMatch(/^sunaba \d+\.\d+\.\d+\n$/);
  });
});
