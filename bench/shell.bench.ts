import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare, type Case } from './guests/beside';
import { line, openSandbox, withFolder } from './guests/measure';

/* The shell in a warm sandbox beside the machine's GNU bash: whole command lines, the process' start on both sides included. */

const loops: readonly Case[] = [
  { name: 'true', command: 'true', aim: { ms: 20 }, rounds: 20 },
  { name: 'loop over seq', command: 'for i in $(seq 10000); do :; done', aim: { ratio: 3 } },
  { name: 'arithmetic', command: 's=0; for ((i = 0; i < 100000; i++)); do ((s += i * 2 % 7)); done; echo $s', aim: { ratio: 3 } },
  { name: 'strings', command: 's=; for ((i = 0; i < 20000; i++)); do s=${s#????}abcdef${i:0:2}; done; echo ${#s}', aim: { ratio: 3 } },
  {
    name: 'arrays',
    command: 'a=(); for ((i = 0; i < 50000; i++)); do a[i]=$((i * 3)); done; t=0; for x in "${a[@]}"; do ((t += x)); done; echo $t',
    aim: { ratio: 3 },
  },
  {
    name: 'functions',
    command: 'f() { local x=$1; r=$((x + 1)); }; for ((i = 0; i < 20000; i++)); do f $i; done; echo $r',
    aim: { ratio: 3 },
  },
  { name: 'read lines of a file', command: 'n=0; while read -r a b; do ((n += a)); done < lines; echo $n', aim: { ratio: 3 } },
  {
    name: 'read lines of a pipe',
    command: 'n=0; cat lines | while read -r a b; do ((n += a)); echo $n; done | tail -1',
    aim: { ratio: 3 },
  },
];

/** What agents type: the median of these has an aim. */
const typed: readonly string[] = [
  'ls',
  'cat src/f1.ts | head -5',
  'grep -rn export src | wc -l',
  "find . -name '*.ts' | wc -l",
  "sed -n '2,4p' src/f2.ts",
  'for f in src/*.ts; do wc -l < $f; done | sort -n | uniq -c',
  'x=$(cat src/f1.ts); echo ${#x}',
  'mkdir -p a/b && touch a/b/c && rm -r a',
  "awk '{ n += NF } END { print n }' src/*.ts",
  'sort lines | uniq -c | sort -rn | head -3',
  "cut -d' ' -f2 lines | sort -u | wc -l",
  'if [[ -f src/f1.ts ]]; then echo yes; fi',
  "printf '%s\\n' a b c | tac",
  'echo a:b:c | tr : "\\n"',
  'diff src/f1.ts src/f2.ts | head -3; true',
  'basename $(dirname src/f1.ts)',
  'stat -c %s src/f1.ts',
  'echo \'{"a":[1,2]}\' | jq -c .a',
  'test -d src && echo folder',
  'seq 100 | paste -sd+ | bc',
];

async function main(): Promise<void> {
  await withFolder(async (folder) => {
    mkdirSync(path.join(folder, 'src'));
    for (let i = 0; i < 20; i++)
      writeFileSync(path.join(folder, `src/f${i}.ts`), `// file ${i}\nexport const a = ${i};\nexport const b = ${i};\n\n`.repeat(20));
    writeFileSync(path.join(folder, 'lines'), Array.from({ length: 5000 }, (_, i) => `${i} word${i % 50}\n`).join(''));
    const sandbox = openSandbox(folder);
    await compare(sandbox, folder, loops);
    const ratios = await compare(
      sandbox,
      folder,
      typed.map((command) => ({ name: command, command })),
    );
    const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? NaN;
    line('median of what agents type', `${ratios.length} commands`, 'aim 10×', `${median.toFixed(1)}×`);
    await sandbox.dispose();
  });
}

void main();
