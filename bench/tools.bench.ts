import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare, type Case } from './guests/beside';
import { openSandbox, withFolder } from './guests/measure';

/* The shell's tools in a warm sandbox beside the machine's GNU tools (and its ripgrep). */

const cases: readonly Case[] = [
  { name: 'seq 1000000 | sort -rn | tail -1', command: 'seq 1000000 | sort -rn | tail -1', aim: { ratio: 4 } },
  { name: 'find . | xargs wc -l', command: 'find src -type f | sort | xargs wc -l | tail -1', aim: { ratio: 4 } },
  { name: 'awk over 100 MB', command: "awk '{ s += $1; n[$3]++ } END { print s, length(n) }' big", aim: { ratio: 4 }, rounds: 2 },
  { name: 'sed over 100 MB', command: "sed 's/word\\([0-9]*\\)/<\\1>/' big | tail -1", aim: { ratio: 4 }, rounds: 2 },
  { name: 'grep -rn over 5,000 files', command: 'grep -rn needle src | wc -l', aim: { ratio: 6 } },
  { name: 'rg over 5,000 files', command: 'rg -n needle src | wc -l', aim: { ratio: 6 } },
  { name: '20 × basename', command: 'for i in {1..20}; do basename /a/b/c$i.txt .txt; done | tail -1', aim: { ratio: 10 } },
  { name: 'sort of 200 MB within 512 MiB', command: 'cat big big | sort -k3 | tail -1', rounds: 1 },
];

async function main(): Promise<void> {
  await withFolder(async (folder) => {
    for (let i = 0; i < 50; i++) {
      mkdirSync(path.join(folder, `src/d${i}`), { recursive: true });
      for (let k = 0; k < 100; k++) {
        writeFileSync(
          path.join(folder, `src/d${i}/f${k}.ts`),
          `export const value = ${i * k};\n// ${k % 10 === 0 ? 'needle' : 'hay'} in a line of text\n`.repeat(20),
        );
      }
    }
    const block = Array.from({ length: 20_000 }, (_, i) => `${i} some text and word${i % 977} with a tail of more text\n`).join('');
    writeFileSync(path.join(folder, 'big'), block.repeat(Math.ceil(100_000_000 / block.length)));
    const sandbox = openSandbox(folder);
    await compare(sandbox, folder, cases);
    await sandbox.dispose();
  });
}

void main();
