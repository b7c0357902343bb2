import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmbeddedSandbox } from '../../../src/sandbox/embedded/embeddedSandbox';
import type { Sandbox } from '../../../src/sandbox/sandbox';
import { defaultLimits } from '../../../src/shared/limits';

const dist = path.join(import.meta.dirname, '../../../dist');

/** What the issue of the shell's tools asks for by name. */
const wanted = `patch cmp tar gzip gunzip zcat unzip zip tree file xxd hexdump column rev bc less more rg egrep fgrep uuencode
  uudecode ed strings stat du df env timeout install chmod nohup time which xargs find awk sed jq sort comm join paste cut tr
  uniq nl fold fmt pr od split csplit shuf date seq numfmt realpath readlink mktemp tee ls ln cp mv rm base64 md5sum sha1sum
  sha224sum sha256sum sha384sum sha512sum cksum cat tac dd test head tail wc grep diff mkdir rmdir touch basename dirname`.split(/\s+/);

/** Words of theirs that begin with dashes are data, or they take what stands there as a command's. */
const takesAnything = new Set(['[', 'test', 'echo', 'true', 'false', 'expr', 'printf', 'yes', 'clear', 'sync', 'bash', 'sh']);

/** Guests of the model's own tools and of the sandbox' check: no commands of a user's. */
const notCommands = new Set(['read_file', 'write_file', 'edit_file', 'list_files', 'search', 'sunaba-check']);

/** Word an unknown option as their originals do, which do not name it. */
const unnamed = new Set(['zip', 'unzip', 'xxd', 'less']);

let folder: string;
let sandbox: Sandbox;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sunaba-names-'));
  sandbox = createEmbeddedSandbox({ dist, folder, limits: { ...defaultLimits, wallClockMs: 240_000 } });
});

afterAll(async () => {
  await sandbox.dispose();
  rmSync(folder, { recursive: true });
});

async function run(command: string): Promise<string> {
  const result = await sandbox.run({ program: 'bash', args: ['-c', command], view: 'shell' }, AbortSignal.timeout(240_000));
  return Buffer.from(result.stdout.head).toString();
}

it('every tool that is asked for is there', async () => {
  const names = new Set((await run('ls /bin')).split('\n'));
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});

it('every name in /bin says --help and --version, and refuses an option that it does not know', async () => {
  const report = await run(`for name in $(ls /bin); do
    help=$(env $name --help </dev/null 2>&1); a=$?
    version=$(env $name --version </dev/null 2>&1); b=$?
    unknown=$(env $name --definitely-not </dev/null 2>&1); c=$?
    case $version in *Sunaba*) v=yes;; *) v=no;; esac
    case $unknown in *definitely-not*) u=yes;; *) u=no;; esac
    echo "$name $a \${#help} $b $v $c $u"
  done`);
  const lines = report.trim().split('\n');
  const faults = lines.filter((line) => {
    const [name = '', help, length, version, says, status, names] = line.split(' ');
    if (takesAnything.has(name) || notCommands.has(name)) return false;
    return (
      help !== '0' || Number(length) < 20 || version !== '0' || says !== 'yes' || status === '0' || (names !== 'yes' && !unnamed.has(name))
    );
  });
  expect(lines.length).toBeGreaterThan(100);
  expect(faults).toEqual([]);
});
