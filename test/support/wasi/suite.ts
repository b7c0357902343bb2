import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import type { Exit, Sandbox } from '../../../src/sandbox/sandbox';

/* Runs the wasm32-wasip1 programs of WebAssembly/wasi-testsuite; its doc/specification.md says what a run has to give. */

const Specification = v.object({
  args: v.optional(v.array(v.string()), []),
  root: v.optional(v.nullable(v.string()), null),
  env: v.optional(v.record(v.string(), v.string()), {}),
  exit_code: v.optional(v.number(), 0),
  stdout: v.optional(v.string()),
  stderr: v.optional(v.string()),
});

export interface SuiteResult {
  readonly name: string;
  /** Null where the program did what the suite wants. */
  readonly failure: string | null;
}

/** The programs below a checkout of the suite. */
export function findPrograms(suite: string): readonly string[] {
  return ['assemblyscript', 'c', 'rust'].flatMap((language) => {
    const folder = path.join(suite, 'tests', language, 'testsuite/wasm32-wasip1');
    const files = readdirSync(folder).filter((name) => name.endsWith('.wasm'));
    return files.sort().map((name) => path.join(folder, name));
  });
}

/** Runs one program in a copy of its folder, which is the sandbox' `/`. */
export async function runProgram(file: string, open: (folder: string) => Promise<Sandbox>): Promise<SuiteResult> {
  const name = `${path.basename(path.dirname(path.dirname(path.dirname(file))))}/${path.basename(file, '.wasm')}`;
  const json = file.replace(/\.wasm$/, '.json');
  const wanted = v.parse(Specification, existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : {});
  const folder = mkdtempSync(path.join(tmpdir(), 'sunaba-wasi-'));
  if (wanted.root !== null) cpSync(path.join(path.dirname(file), wanted.root), folder, { recursive: true });
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await open(folder);
    const { exit, stdout, stderr } = await sandbox.run(
      {
        program: { name: path.basename(file), module: readFileSync(file) },
        args: wanted.args,
        env: wanted.env,
        view: 'only mount',
        limits: { wallClockMs: 20_000 },
      },
      AbortSignal.timeout(30_000),
    );
    const out = Buffer.from(stdout.head).toString();
    const err = Buffer.from(stderr.head).toString();
    const differs =
      exit.kind !== 'exited' || exit.code !== wanted.exit_code
        ? `${toText(exit)} instead of exit ${wanted.exit_code}\n${err}`
        : wanted.stdout !== undefined && out !== wanted.stdout
          ? `stdout ${JSON.stringify(out)}`
          : wanted.stderr !== undefined && err !== wanted.stderr
            ? `stderr ${JSON.stringify(err)}`
            : null;
    return { name, failure: differs };
  } catch (error) {
    return { name, failure: String(error) };
  } finally {
    await sandbox?.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function toText(exit: Exit): string {
  switch (exit.kind) {
    case 'exited':
      return `exit ${exit.code}`;
    case 'signaled':
      return `signal ${exit.signal}`;
    case 'trapped':
      return `a trap (${exit.message})`;
    case 'limit':
      return exit.message;
    case 'aborted':
      return 'aborted';
  }
}
