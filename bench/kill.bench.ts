import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { createWorkerLauncher } from '../src/sandbox/embedded/workerLauncher';
import { toGuestModule } from '../src/sandbox/programs/programStore';
import { watGuest, type WatGuest } from '../test/support/watGuests';
import { line } from './guests/measure';

/* From the word that a guest is to end to the end of its thread. Aim: 20 ms as a rule, 300 ms whatever it does. */

const kills = 40;
const guests = ['spin', 'growZero', 'fill', 'calls'] as const satisfies readonly WatGuest[];

async function main(): Promise<void> {
  // As the embedded host's process has it (kernelThread.entry.ts).
  setFlagsFromString('--no-wasm-dynamic-tiering');
  let stuck = 0;
  const launcher = createWorkerLauncher({
    workerFile: path.resolve('dist/guestWorker.cjs'),
    warmThreads: 2,
    maxIdleThreads: 2,
    stuckAfterMs: 200,
    onStuck: () => stuck++,
  });
  for (const name of guests) {
    const program = await watGuest(name);
    const module = { ...toGuestModule(name, program.module), maximumPages: 1024 };
    const times: number[] = [];
    for (let count = 0; count < kills; count++) {
      times.push(
        await new Promise<number>((resolve) => {
          let begun = 0;
          const thread = launcher.start(module, {
            attached: () =>
              setTimeout(
                () => {
                  begun = performance.now();
                  thread.terminate();
                },
                5 + Math.random() * 40,
              ),
            ended: () => resolve(performance.now() - begun),
          });
        }),
      );
    }
    times.sort((a, b) => a - b);
    const at = (part: number): string => `${(times[Math.min(Math.floor(part * kills), kills - 1)] ?? 0).toFixed(1)} ms`;
    line(`kill of a guest in ${name}`, `median ${at(0.5)}`, `90 % within ${at(0.9)}`, `longest ${at(1)}`);
  }
  line('guests that did not end within 200 ms', String(stuck), `of ${kills * guests.length}`, '');
  await launcher.dispose();
}

void main();
