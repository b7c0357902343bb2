import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { GuestModule } from '../../../../src/sandbox/launcher';
import { toGuestModule } from '../../../../src/sandbox/programs/programStore';
import type { FromThread } from '../../../../src/sandbox/thread/protocol';
import { createRelayLauncher, type RelayLauncher } from '../../../../src/sandbox/vscodeWasi/relayLauncher';
import { watGuest } from '../../../support/watGuests';

describe('the kernel thread’s half of the VS Code host', () => {
  let posted: FromThread[];
  let told: string[];
  let launcher: RelayLauncher;
  let module: GuestModule;

  beforeEach(async () => {
    posted = [];
    told = [];
    launcher = createRelayLauncher((message) => posted.push(message));
    const { name, module: bytes } = await watGuest('nothing');
    module = toGuestModule(name, bytes);
  });

  const start = (program = module) =>
    launcher.start(program, { attached: () => told.push('attached'), ended: (trap) => told.push(`ended ${String(trap)}`) });
  const types = () => posted.map((message) => message.type);

  // Modules are compiled off this thread, in a time that the machine's load decides.
  const afterMessages = (count: number) => vi.waitFor(() => expect(posted).toHaveLength(count), 20_000);

  it('asks the holder for a guest, with a compiled module, and passes on what becomes of it', async () => {
    start();
    await afterMessages(1);
    expect(posted).toMatchObject([{ type: 'guest start', guest: 1, name: 'nothing', initialPages: 1 }]);
    const [message] = posted;
    expect(message?.type === 'guest start' && message.module).toBeInstanceOf(WebAssembly.Module);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    launcher.receive({ type: 'guest attached', guest: 1, memory });
    launcher.receive({ type: 'guest ended', guest: 1, trap: 'unreachable' });
    launcher.receive({ type: 'guest ended', guest: 1, trap: null });
    launcher.receive({ type: 'guest attached', guest: 1, memory });
    expect(told).toEqual(['attached', 'ended unreachable']);
  });

  it('a guest that is ended before the holder knows it never starts', async () => {
    const guest = start();
    guest.terminate();
    guest.terminate();
    // By the time that another one is asked for, this one would have been too.
    start();
    await afterMessages(1);
    expect(posted).toMatchObject([{ type: 'guest start', guest: 2 }]);
    expect(told).toEqual(['ended null']);
  });

  it('a guest that runs is ended by the holder, which then says so', async () => {
    const guest = start();
    await afterMessages(1);
    guest.terminate();
    expect(types()).toEqual(['guest start', 'guest terminate']);
    expect(told).toEqual([]);
    launcher.receive({ type: 'guest ended', guest: 1, trap: null });
    expect(told).toEqual(['ended null']);
  });

  it('a module that the engine refuses ends with the reason', async () => {
    start({ ...module, hash: 'broken', bytes: module.bytes.subarray(0, 20) });
    await vi.waitFor(() => expect(told).toHaveLength(1), 20_000);
    expect(posted).toEqual([]);
    expect(told[0]).toContain('does not compile');
  });

  it('its end ends every guest', async () => {
    start();
    start();
    await afterMessages(2);
    await launcher.dispose();
    expect(types()).toEqual(['guest start', 'guest start', 'guest terminate', 'guest terminate']);
    expect(told).toEqual(['ended null', 'ended null']);
  });
});
