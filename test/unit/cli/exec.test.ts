import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExecOptions } from '../../../src/cli/execOptions';

const cli = path.join(import.meta.dirname, '../../../dist/cli.cjs');
let folder = '';

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function exec(args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, XDG_STATE_HOME: path.join(folder, 'state'), GEMINI_API_KEY: 'AIza-secret' };
    const child = execFile(
      process.execPath,
      [cli, 'exec', ...args],
      { cwd: path.join(folder, 'project'), env },
      (error, stdout, stderr) => {
        resolve({ status: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sunaba-exec-'));
  mkdirSync(path.join(folder, 'project'));
  writeFileSync(path.join(folder, 'project', 'words.txt'), 'beta\nalpha\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('sunaba exec', () => {
  it('runs a command line, with its streams apart and its own status', async () => {
    const ended = await exec(['read x; echo "$x $1" | tr a-z A-Z; echo oops >&2; exit 5', 'arg'], 'input\n');
    expect(ended).toEqual({ status: 5, stdout: 'INPUT ARG\n', stderr: 'oops\n' });
  });

  it('T02: the machine outside of the folder is not there', async () => {
    const ended = await exec(['--mode', 'read-only', 'cat /etc/hosts; cat words.txt | sort | head -1; rm -rf /']);
    expect(ended.stdout).toBe('alpha\n');
    expect(readFileSync(path.join(folder, 'project', 'words.txt'), 'utf8')).toBe('beta\nalpha\n');
  });

  it('what may be written is in the folder afterwards; a pipeline ends with its reader', async () => {
    const ended = await exec(['--mode', 'auto', '--env', 'N=2', 'yes "$N" | head -n 2 > new.txt && cat new.txt']);
    expect(ended.stdout).toBe('2\n2\n');
    expect(readFileSync(path.join(folder, 'project', 'new.txt'), 'utf8')).toBe('2\n2\n');
  });

  it('T48: an endless loop ends at the time limit, with 124', async () => {
    const ended = await exec(['--timeout', '1500', 'while :; do :; done']);
    expect(ended.status).toBe(124);
  });

  it('options stand before the command, whose own words are untouched', () => {
    expect(parseExecOptions(['--cwd=sub', '--env', 'A=b=c', 'ls "$1"', '--mode']).args).toEqual(['--mode']);
    expect(parseExecOptions(['--cwd', 'sub', '--', '-x'])).toMatchObject({ cwd: '/workspace/sub', command: '-x' });
    expect(() => parseExecOptions(['--mode', 'never', 'ls'])).toThrow('--mode must be one of');
    expect(() => parseExecOptions([])).toThrow('there is no COMMAND');
  });
});
