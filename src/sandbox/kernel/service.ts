import { ARMED, ASKED, STATE } from './mailbox';

/** How long the loop goes on looking after the last call, where a next one is likely. */
const spinMs = 0.02;
/**
 * The same after a guest had to be woken: longer than that takes. Otherwise both sides would go on waking each other for
 * every call, and never find back to looking.
 */
const wokenSpinMs = 0.06;
/** After so long without a call, what waits for a quiet moment is done: shorter than waking the kernel takes. */
const quietMs = 0.02;
/** How long the loop serves calls before it lets timers and messages of the thread have their turn. */
const sliceMs = 1;
/** How often a guest may spoil `armed` before it is taken for broken. */
const maxSpoiled = 8;

/** A guest as the loop sees it. */
export interface Served {
  readonly ints: Int32Array;
  /** A call is not answered yet: nothing that stands in the mailbox is a new one. */
  readonly blocked: boolean;
  /** Takes the call out of the mailbox and answers it, now or later. Must not throw. */
  serve(): void;
  /** It writes where only the kernel may: it is to be ended. */
  spoiled(): void;
}

interface Entry {
  readonly guest: Served;
  waiting: boolean;
  spoils: number;
}

/**
 * Looks into the mailboxes of all guests. While calls come it spins a little for the next one; else it sleeps in the
 * thread's event loop, woken by `Atomics.waitAsync`.
 */
export class Service {
  readonly #entries: Entry[] = [];
  readonly #whenQuiet: (() => void)[] = [];
  #scheduled = false;
  #running = false;
  #woken = false;

  /** `spinningGuests`: with more guests running than that, looking again and again would take their cores from them. */
  constructor(private readonly spinningGuests: number) {}

  /** Guests that are not in a call which waits. */
  get runningGuests(): number {
    let running = 0;
    for (const { guest } of this.#entries) if (!guest.blocked) running++;
    return running;
  }

  /** Whether guest and kernel have cores enough to wait for each other without sleeping. */
  get maySpin(): boolean {
    return this.runningGuests <= this.spinningGuests;
  }

  add(guest: Served): void {
    this.#entries.push({ guest, waiting: false, spoils: 0 });
    this.#schedule();
  }

  /** A guest slept when its answer came. */
  guestWoken(): void {
    this.#woken = true;
  }

  /** Calls back as soon as no call has come for a few microseconds. */
  whenQuiet(callback: () => void): void {
    this.#whenQuiet.push(callback);
    this.#schedule();
  }

  remove(guest: Served): void {
    const index = this.#entries.findIndex((entry) => entry.guest === guest);
    const entry = this.#entries[index];
    if (!entry) return;
    this.#entries.splice(index, 1);
    // A waiter that nobody wakes would keep the memory for ever.
    if (entry.waiting) Atomics.notify(guest.ints, ARMED);
  }

  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    setImmediate(this.#run);
  }

  readonly #run = (): void => {
    this.#scheduled = false;
    this.#running = true;
    const slice = performance.now() + sliceMs;
    let servedAt = 0;
    let sleepAt = 0;
    for (;;) {
      const served = this.#serveAll();
      const now = performance.now();
      if (now > slice) break;
      if (served) {
        servedAt = now;
        sleepAt = now + (this.maySpin ? (this.#woken ? wokenSpinMs : spinMs) : 0);
        this.#woken = false;
      } else if (this.#whenQuiet.length > 0) {
        if (now - servedAt >= quietMs) for (const callback of this.#whenQuiet.splice(0)) callback();
      } else if (now >= sleepAt && this.#sleep()) {
        this.#running = false;
        return;
      }
    }
    this.#running = false;
    this.#schedule();
  };

  #serveAll(): boolean {
    let served = false;
    for (let i = 0; i < this.#entries.length; i++) {
      const guest = this.#entries[i]?.guest;
      if (!guest || guest.blocked || Atomics.load(guest.ints, STATE) !== ASKED) continue;
      guest.serve();
      served = true;
    }
    return served;
  }

  /**
   * Arms every mailbox and sleeps on it; false where a call came meanwhile. The mailboxes are looked at once more when
   * all waiters stand: a guest that asked before its waiter stood has woken nobody.
   */
  #sleep(): boolean {
    for (const entry of this.#entries) Atomics.store(entry.guest.ints, ARMED, 1);
    let asleep = true;
    for (const entry of [...this.#entries]) if (!this.#wait(entry)) asleep = false;
    for (const { guest } of this.#entries) if (!guest.blocked && Atomics.load(guest.ints, STATE) === ASKED) asleep = false;
    if (!asleep) this.#disarm();
    return asleep;
  }

  #wait(entry: Entry): boolean {
    if (entry.waiting) return true;
    const { ints } = entry.guest;
    const wait = Atomics.waitAsync(ints, ARMED, 1);
    if (wait.async) {
      entry.waiting = true;
      void wait.value.then(() => {
        entry.waiting = false;
        this.#wake();
      });
      return true;
    }
    // Only the guest itself can have changed it.
    if (++entry.spoils > maxSpoiled) entry.guest.spoiled();
    return false;
  }

  #wake(): void {
    if (this.#running || this.#scheduled) return;
    this.#disarm();
    this.#run();
  }

  /** Guests need not wake a loop that runs. */
  #disarm(): void {
    for (const entry of this.#entries) Atomics.store(entry.guest.ints, ARMED, 0);
  }
}
