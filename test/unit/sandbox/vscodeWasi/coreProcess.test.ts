import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { onProcessMemory, onProcessTrap } from '../../../../src/sandbox/vscodeWasi/coreProcess';

const shared = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });

describe('what is taken from a core process', () => {
  it('its memory, whether it is there already or comes later, and once', () => {
    const found: WebAssembly.Memory[] = [];
    const first = shared();
    onProcessMemory({ memory: first }, (memory) => found.push(memory));
    const later: { memory?: unknown } = { memory: undefined };
    onProcessMemory(later, (memory) => found.push(memory));
    expect(found).toEqual([first]);
    const second = shared();
    later.memory = second;
    expect(found).toEqual([first, second]);
    expect(later.memory).toBe(second);
  });

  it('nothing that is no shared memory', () => {
    const found: WebAssembly.Memory[] = [];
    const process: { memory?: unknown } = {};
    onProcessMemory(process, (memory) => found.push(memory));
    for (const value of [undefined, 'memory', {}, new WebAssembly.Memory({ initial: 1 })]) process.memory = value;
    expect(found).toEqual([]);
  });

  it('the first error that its thread prints', async () => {
    const mainWorker = new Worker(`console.error(new RangeError('Maximum call stack size exceeded')); console.error('more')`, {
      eval: true,
    });
    const message = await new Promise((resolve) => {
      expect(onProcessTrap({ mainWorker }, resolve)).toBe(true);
    });
    expect(message).toBe('Maximum call stack size exceeded');
    await mainWorker.terminate();
  });

  it.each([{}, { mainWorker: null }, { mainWorker: {} }, { mainWorker: { stderr: 'none' } }])(
    'says where there is no thread to hear: %o',
    (process) => {
      expect(onProcessTrap(process, () => undefined)).toBe(false);
    },
  );
});
