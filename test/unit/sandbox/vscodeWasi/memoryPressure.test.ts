import { expect, it } from 'vitest';
import { MemoryPressure } from '../../../../src/sandbox/vscodeWasi/memoryPressure';

it('shared memories that were let go of are collected while others are made', async () => {
  let collected = 0;
  const registry = new FinalizationRegistry(() => collected++);
  const pressure = new MemoryPressure();
  // Fewer than V8 itself would collect any of.
  for (let made = 0; made < 500; made++) {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    registry.register(memory, undefined);
    pressure.letGo(memory.buffer.byteLength);
    // As between two programs: this thread has nothing to do.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect(collected).toBeGreaterThan(100);
});
