// The tools' cases. In a case file `### name` begins a case; after the name `stderr-any` compares only whether there were
// errors, and `native` keeps a case from WebAssembly. Messages that quote with curly marks in a UTF-8 locale count as those
// with straight ones.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runProgram } from '../support/differential.mjs';

const limitMs = 30_000;
const gnuPath = '/usr/bin:/bin';
const environment = { LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8', TZ: 'UTC', HOME: '/nonexistent', USER: 'u' };

/** The GNU tools that a topic is compared with; where one is missing, its cases are named as not run. */
const needed = {
  awk: ['gawk'],
  jq: ['jq'],
  patch: ['patch'],
  text: ['tree', 'file', 'xxd', 'hexdump', 'column', 'strings'],
  archive: ['zip', 'unzip'],
  rg: ['rg'],
  bc: ['bc'],
};

function has(program) {
  return gnuPath.split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function readCases(folder) {
  const cases = [];
  for (const file of readdirSync(folder).sort()) {
    const topic = basename(file, '.cases');
    const text = readFileSync(join(folder, file), 'utf8');
    for (const piece of text.split(/^### /m).slice(1)) {
      const end = piece.indexOf('\n');
      const [name = '', ...words] = piece.slice(0, end).trim().split(/\s+/);
      const stderr = words.includes('stderr-any') ? 'any' : 'text';
      cases.push({ topic, name, stderr, native: words.includes('native'), script: piece.slice(end + 1).trimEnd() });
    }
  }
  return cases;
}

/** The folder that every case starts from, made once. */
function makeFixture(here) {
  const fixture = mkdtempSync(join(tmpdir(), 'tools-fixture-'));
  process.on('exit', () => rmSync(fixture, { recursive: true, force: true }));
  spawnSync('/bin/bash', [join(here, 'fixture.sh')], { cwd: fixture, env: { ...environment, PATH: gnuPath }, stdio: 'inherit' });
  return fixture;
}

/** Runs a case with the tools of `path` and the machine's bash. */
export function runNatively(path, { script }, folder) {
  return runProgram('/bin/bash', ['-c', script], { cwd: folder, env: { ...environment, PATH: path }, limitMs });
}

function tidy(text) {
  return (
    text
      .replaceAll('\xe2\x80\x98', "'")
      .replaceAll('\xe2\x80\x99', "'")
      // What the command line itself says of the changes it applied is not the tools'.
      .replace(/^sunaba: .*\n/gm, '')
      .replace(/^(?:\/bin\/)?bash: (?:line \d+: )?(?:\s*\d+ )?/gm, 'bash: ')
  );
}

export function toolsSuite(here) {
  const lacking = new Map(Object.entries(needed).flatMap(([topic, programs]) => programs.filter((p) => !has(p)).map((p) => [topic, p])));
  const all = readCases(join(here, 'cases'));
  const fixture = makeFixture(here);
  return {
    name: 'tools',
    here,
    limitMs,
    cases: all.filter(({ topic }) => !lacking.has(topic)),
    notRun: [...lacking].flatMap(([topic, program]) => {
      const count = all.filter((item) => item.topic === topic).length;
      return count > 0 ? [`${count} cases of ${topic}, for want of ${program} on this machine`] : [];
    }),
    fill: (folder) => cpSync(fixture, folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true }),
    reference: (item, folder) => runNatively(gnuPath, item, folder),
    sandboxed: ({ script }) => ({ command: script, env: environment, input: null }),
    tidyOutput: tidy,
    tidy,
  };
}
