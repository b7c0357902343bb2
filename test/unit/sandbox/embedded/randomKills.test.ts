import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkerLauncher } from '../../../../src/sandbox/embedded/workerLauncher';
import { createKernel } from '../../../../src/sandbox/kernel/createKernel';
import type { Kernel, KernelResult } from '../../../../src/sandbox/kernel/kernel';
import type { Launcher } from '../../../../src/sandbox/launcher';
import { createProgramStore } from '../../../../src/sandbox/programs/programStore';
import { toThreadOptions } from '../../../../src/sandbox/sandboxOptions';
import { createConversationSpace, type ConversationSpace } from '../../../../src/sandbox/thread/conversationSpace';
import { defaultLimits } from '../../../../src/shared/limits';

const dist = path.join(import.meta.dirname, '../../../../dist');
const rounds = 40;

/** Everything at once, without end: pipes, children, files written, moved and removed, memory, computing. */
const busy = `cd /workspace
while :; do
  seq 2000 | sort -r | head -n 50 > out.$RANDOM &
  mkdir -p d/e; cp f0 d/e/g; mv d/e/g d/h; ln -sf h d/l; rm -rf d &
  for f in f*; do cat "$f"; done | wc -c >> sizes
  (exec 5<f1; read -r line <&5; echo "$line" >> lines)
  awk 'BEGIN { for (i = 0; i < 20000; i++) s = s i }' < /dev/null
  wait
done`;

/** A number from 0 to 1, the same in every run of the test. */
function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return seed / 4_294_967_296;
  };
}

describe('kills at random moments, with real guests on real threads', () => {
  let top: string;
  let space: ConversationSpace;
  let launcher: Launcher;
  let kernel: Kernel;
  let threads = 0;
  const faults: unknown[] = [];

  beforeAll(async () => {
    top = mkdtempSync(path.join(tmpdir(), 'sunaba-kills-'));
    const folder = path.join(top, 'folder');
    mkdirSync(folder);
    for (let i = 0; i < 20; i++) writeFileSync(path.join(folder, `f${i}`), `line of ${i}\n`.repeat(500));
    const base = toThreadOptions('workers', { dist, folder, limits: defaultLimits, storage: path.join(top, 'storage') });
    const options = { ...base, storage: path.join(top, 'storage') };
    const programs = await createProgramStore(options.guests);
    space = createConversationSpace(options, programs);
    const workers = createWorkerLauncher({
      workerFile: path.join(dist, 'guestWorker.cjs'),
      warmThreads: 2,
      maxIdleThreads: 8,
      stuckAfterMs: 60_000,
      onStuck: () => faults.push(new Error('a thread does not end')),
    });
    launcher = {
      start: (module, callbacks) => {
        threads++;
        const ended = (trap: string | null): void => {
          threads--;
          callbacks.ended(trap);
        };
        return workers.start(module, { attached: (memory) => callbacks.attached(memory), ended });
      },
      dispose: () => workers.dispose(),
    };
    kernel = createKernel({
      launcher,
      programs,
      namespace: space.namespace,
      mount: '/workspace',
      limits: defaultLimits,
      createLedger: () => space.createLedger(),
      spinningGuests: 1,
      reportFault: (error) => faults.push(error),
    });
  });
  afterAll(async () => {
    kernel.dispose();
    await launcher.dispose();
    await space.dispose();
    rmSync(top, { recursive: true, force: true });
  });

  const start = (command: string) =>
    kernel.start({ program: 'bash', args: ['-c', command], view: 'shell', stdin: 'none' }, { output: () => undefined });
  async function output(command: string): Promise<string> {
    const result: KernelResult = await start(command).ended;
    expect(Buffer.from(result.stderr.head).toString()).toBe('');
    expect(result.exit).toEqual({ kind: 'exited', code: 0 });
    return Buffer.from(result.stdout.head).toString();
  }
  const state = (): Promise<string> => output('cd /workspace; find . | sort; cat $(find . -type f | sort) | cksum');

  it('nothing of a killed run takes effect afterwards, and nothing of the kernel is worse for it', { timeout: 240_000 }, async () => {
    const random = randomNumbers(48);
    await state();
    const descriptors = openFiles();
    for (let round = 0; round < rounds; round++) {
      const run = start(busy);
      await new Promise((resolve) => setTimeout(resolve, random() * 120));
      run.abort();
      expect((await run.ended).exit).toEqual({ kind: 'aborted' });
      // The threads of the killed guests may still run here.
      const after = await state();
      await kernel.settled();
      expect(await state()).toBe(after);
    }
    await kernel.settled();
    expect(threads).toBe(0);
    expect(faults).toEqual([]);
    // Folders that are kept open for the next look are bounded; files and pipes of killed guests would not be.
    expect(openFiles() - descriptors).toBeLessThan(rounds);
    expect(await output('seq 100000 | sort -n | tail -n 1; echo end > /workspace/last; cat /workspace/last')).toBe('100000\nend\n');
  });
});

/** Open descriptors of this process; only Linux tells them in a folder. */
function openFiles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}
