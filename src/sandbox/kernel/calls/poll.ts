import { errno, fsError, toFsError } from '../../../staging/errno';
import type { Cancel, Description, Readiness } from '../description';
import type { Args } from '../mailbox';
import { BLOCKED, type Process } from '../process';
import { clockNs } from './clocks';
import type { Handler } from './handler';

const subscriptionBytes = 48;
const eventBytes = 32;
/** More subscriptions than this are an error, not work. */
const maxSubscriptions = 4096;
/** The longest timer of the host; longer waits are made of several. */
const maxTimerMs = 2 ** 31 - 1;

const eventtype = { clock: 0, fdRead: 1, fdWrite: 2 } as const;

interface ClockSubscription {
  readonly kind: 'clock';
  readonly userdata: bigint;
  readonly clock: number;
  /** On that clock. */
  readonly deadlineNs: bigint;
}

interface StreamSubscription {
  readonly kind: 'stream';
  readonly userdata: bigint;
  readonly type: number;
  readonly description: Description;
}

/** One that gives its error at once. */
interface FailedSubscription {
  readonly kind: 'failed';
  readonly userdata: bigint;
  readonly type: number;
  readonly error: number;
}

type Subscription = ClockSubscription | StreamSubscription | FailedSubscription;

function parse(process: Process, pointer: number): Subscription {
  const { view } = process.memory;
  const userdata = view.getBigUint64(pointer, true);
  const type = view.getUint8(pointer + 8);
  try {
    if (type === eventtype.clock) {
      const clock = view.getUint32(pointer + 16, true);
      const timeout = view.getBigUint64(pointer + 24, true);
      const flags = view.getUint16(pointer + 40, true);
      const now = clockNs(process, clock);
      return { kind: 'clock', userdata, clock, deadlineNs: flags & 1 ? timeout : now + timeout };
    }
    if (type !== eventtype.fdRead && type !== eventtype.fdWrite) throw fsError('inval');
    const { description } = process.descriptors.get(view.getUint32(pointer + 16, true));
    return { kind: 'stream', userdata, type, description };
  } catch (error) {
    return { kind: 'failed', userdata, type, error: toFsError(error).errno };
  }
}

function writeEvent(process: Process, pointer: number, subscription: Subscription, ready: Readiness | null): void {
  const { view } = process.memory;
  const type = subscription.kind === 'clock' ? eventtype.clock : subscription.type;
  view.setBigUint64(pointer, subscription.userdata, true);
  view.setUint32(pointer + 8, (subscription.kind === 'failed' ? subscription.error : 0) | (type << 16), true);
  view.setUint32(pointer + 12, 0, true);
  view.setBigUint64(pointer + 16, BigInt(ready?.bytes ?? 0), true);
  view.setBigUint64(pointer + 24, ready?.hangup ? 1n : 0n, true);
}

/** Writes the events of what is ready; gives how many. */
function collect(process: Process, subscriptions: readonly Subscription[], out: number): number {
  let events = 0;
  for (const subscription of subscriptions) {
    let ready: Readiness | null = null;
    switch (subscription.kind) {
      case 'clock':
        if (clockNs(process, subscription.clock) < subscription.deadlineNs) continue;
        break;
      case 'stream':
        ready = subscription.type === eventtype.fdRead ? subscription.description.readable() : subscription.description.writable();
        if (!ready) continue;
        break;
      case 'failed':
        break;
    }
    writeEvent(process, out + eventBytes * events++, subscription, ready);
  }
  return events;
}

/** Calls `expired` when the first deadline is reached; checks again where a timer came early. */
function startTimer(process: Process, clocks: readonly ClockSubscription[], expired: () => void): Cancel {
  let timer: NodeJS.Timeout | null = null;
  const arm = (): void => {
    let waitNs: bigint | null = null;
    for (const { clock, deadlineNs } of clocks) {
      const left = deadlineNs - clockNs(process, clock);
      if (waitNs === null || left < waitNs) waitNs = left;
    }
    if (waitNs === null) return;
    if (waitNs <= 0n) expired();
    else timer = setTimeout(arm, Math.min(maxTimerMs, Number((waitNs + 999_999n) / 1_000_000n)));
  };
  arm();
  return () => {
    if (timer) clearTimeout(timer);
  };
}

function pollOneoff(process: Process, args: Args): number {
  const { memory } = process;
  const input = args.u32(0);
  const out = args.u32(1);
  const count = args.u32(2);
  const result = args.u32(3);
  if (count === 0 || count > maxSubscriptions) throw fsError('inval');
  memory.check(input, count * subscriptionBytes);
  memory.check(out, count * eventBytes);
  memory.check(result, 4);
  const subscriptions: Subscription[] = [];
  for (let i = 0; i < count; i++) subscriptions.push(parse(process, input + i * subscriptionBytes));

  const events = collect(process, subscriptions, out);
  if (events > 0) {
    memory.setU32(result, events);
    return errno.success;
  }
  const cancels: Cancel[] = [];
  const cancel = (): void => {
    for (const stop of cancels.splice(0)) stop();
  };
  const look = (): void => {
    const now = collect(process, subscriptions, out);
    if (now === 0) return;
    cancel();
    memory.setU32(result, now);
    process.reply(errno.success);
  };
  const answer = process.block(cancel);
  if (answer !== BLOCKED) return answer;
  for (const subscription of subscriptions) {
    if (subscription.kind === 'stream') cancels.push(subscription.description.watch(look));
  }
  cancels.push(
    startTimer(
      process,
      subscriptions.filter((subscription) => subscription.kind === 'clock'),
      look,
    ),
  );
  return answer;
}

export const pollCalls = { poll_oneoff: pollOneoff } as const satisfies Record<string, Handler>;
