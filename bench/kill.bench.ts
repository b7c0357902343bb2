import { line, openSandbox, withFolder } from './guests/measure';
import { assemble } from '../test/support/wat';

/* From the abort to the end of the run. Aims: 20 ms as a rule, 300 ms whatever the guest does. */

const guests = {
  'a loop': '(loop (br 0))',
  'a loop of calls': '(loop (drop (call $yield)) (br 0))',
  'a loop of memory.fill over 8 MiB': '(loop (memory.fill (i32.const 1024) (i32.const 1) (i32.const 8388608)) (br 0))',
  'a loop of memory.grow(0)': '(loop (drop (memory.grow (i32.const 0))) (br 0))',
};

void withFolder(async (folder) => {
  const sandbox = openSandbox(folder);
  for (const [what, loop] of Object.entries(guests)) {
    const module = await assemble(
      `(module (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32))) (memory 160) (func (export "_start") ${loop}))`,
    );
    const times: number[] = [];
    for (let i = 0; i < 15; i++) {
      const abort = new AbortController();
      const run = sandbox.run({ program: { name: 'loop', module }, args: [], view: 'only mount' }, abort.signal);
      await new Promise((resolve) => setTimeout(resolve, 60 + Math.random() * 40));
      const started = performance.now();
      abort.abort();
      await run.catch(() => undefined);
      times.push(performance.now() - started);
    }
    times.sort((a, b) => a - b);
    const [median, worst] = [times[7] ?? 0, times.at(-1) ?? 0];
    line(
      `kill of ${what}`,
      `median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`,
      'aim 20 / 300 ms',
      `${(median / 20).toFixed(1)}×`,
    );
  }
  await sandbox.dispose();
});
