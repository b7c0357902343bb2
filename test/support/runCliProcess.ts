import { spawn } from 'node:child_process';
import path from 'node:path';

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface CliSetup {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** Called at each piece of output; `kill` sends a signal. */
  readonly onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void, pid: number | undefined) => void;
}

export const cliFile = path.join(import.meta.dirname, '../../dist/cli.cjs');

/** Runs the bundled command line as a user does, in a process of its own, with nothing of our environment but PATH. */
export function runCliProcess(setup: CliSetup): Promise<CliResult> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [cliFile, ...setup.args], {
    cwd: setup.cwd,
    env: { PATH: process.env['PATH'] ?? '', GEMINI_API_KEY: 'key-of-the-tests', ...setup.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(setup.stdin ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    setup.onOutput?.(stdout, (signal) => child.kill(signal), child.pid);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr, durationMs: performance.now() - startedAt }));
  });
}

/** The same on a terminal, by the program `script`. Gives all that the terminal showed, or null where there is no `script`. */
export function runCliInTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  onOutput: (output: string, type: (text: string) => void) => void,
): Promise<string | null> {
  const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
  const command = [process.execPath, cliFile, ...args].map(quote).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'] ?? '', TERM: 'dumb', GEMINI_API_KEY: 'key-of-the-tests', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    onOutput(output, (text) => child.stdin.write(text));
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', () => resolve(output));
  });
}
