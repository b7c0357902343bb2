// The shell's cases. A case file holds many: `=== name` begins one, `#: file` makes it a script file, `#: stdin` feeds it to
// standard input, `#: stderr any` compares only whether there were errors, `#: native` keeps it from WebAssembly, where the
// sandbox' own rules show (docs/shell.md).
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runProgram } from '../support/differential.mjs';

const limitMs = 20_000;
const environment = {
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
  TMPDIR: '/tmp',
  USER: 'tester',
  LOGNAME: 'tester',
};

function readCases(folder) {
  const cases = [];
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.txt')) continue;
    const topic = basename(file, '.txt');
    const text = readFileSync(join(folder, file), 'latin1');
    for (const piece of text.split(/^=== /m).slice(1)) {
      const end = piece.indexOf('\n');
      const name = piece.slice(0, end).trim();
      let script = piece.slice(end + 1);
      const found = { topic, name, how: 'string', stderr: 'text', native: false };
      for (let match; (match = /^#: (.*)\n/.exec(script)); script = script.slice(match[0].length)) {
        const [key, value] = match[1].split(' ');
        if (key === 'file' || key === 'stdin') found.how = key;
        else if (key === 'stderr') found.stderr = value;
        else if (key === 'native') found.native = true;
        else throw new Error(`${file}: ${name}: unknown directive ${key}`);
      }
      // A blank line in front of the next case is not part of this one.
      cases.push({ ...found, script: script.replace(/\n\n$/, '\n').replace(/\n$/, '') });
    }
  }
  return cases;
}

/** A script of a case file, whose bytes are read one by one, as text. */
function text(script) {
  return /[\x80-\xff]/.test(script) ? Buffer.from(script, 'latin1').toString('utf8') : script;
}

/** Process ids differ from run to run. */
function tidy(text) {
  return text
    .replace(/^sunaba: \d+ changes? applied\.\n/m, '')
    .replace(/\b\d{2,7} (Terminated|Killed|Hangup|Aborted|Segmentation fault|User defined)/g, 'PID $1')
    .replace(/(Terminated|Killed|Hangup|Aborted|Segmentation fault).*$/gm, '$1')
    .replace(/\(\d{3,7}\) - /g, '(PID) - ');
}

/** Runs a case with a shell of this machine. */
export function runNatively(shell, { how, script }, folder) {
  const bytes = Buffer.from(script, 'latin1');
  if (how === 'file') writeFileSync(join(folder, 'case.sh'), bytes);
  const args = how === 'string' ? ['-c', text(script)] : how === 'file' ? ['./case.sh'] : [];
  const env = { ...environment, HOME: folder, PWD: folder };
  return runProgram(shell, args, { cwd: folder, env, input: how === 'stdin' ? bytes : '', argv0: 'bash', limitMs });
}

export function shellSuite(here, cases = join(here, 'cases')) {
  return {
    name: 'shell',
    here,
    limitMs,
    cases: readCases(cases),
    notRun: [],
    fill: (folder) => cpSync(join(here, 'folder'), folder, { recursive: true }),
    reference: (item, folder) => runNatively('/bin/bash', item, folder),
    sandboxed({ how, script }, folder) {
      const bytes = Buffer.from(script, 'latin1');
      if (how === 'file') writeFileSync(join(folder, 'case.sh'), bytes);
      const command = how === 'string' ? text(script) : how === 'file' ? 'exec bash ./case.sh' : 'exec bash';
      return { command, env: { LC_ALL: 'C.UTF-8' }, input: how === 'stdin' ? bytes : '' };
    },
    tidyOutput: (text) => text,
    tidy,
  };
}
