import { Buffer } from 'node:buffer';
import type { LimitName, LimitNotice, Limits } from '../../shared/limits';
import { UserError } from '../../shared/userError';
import { fsError } from '../../staging/errno';
import { silentWriter } from '../../staging/silentAccessor';
import type { Accessor, Namespace } from '../../staging/vfs';
import { pageBytes, type GuestModule } from '../launcher';
import type { Exit } from '../sandbox';
import type { Description } from './description';
import { Descriptors } from './descriptors';
import { Device } from './device';
import { Directory } from './directory';
import { allowedEnvironment, createEnvironment } from './environment';
import { GuestMemory } from './guestMemory';
import { HostOutput } from './hostStream';
import { REFUSED } from './mailbox';
import type { KernelOptions, KernelRequest, KernelResult, KernelRunCallbacks, Ledger } from './kernel';
import { limitMessage } from './limitMessage';
import { Output } from './output';
import { Pipe, PipeReader } from './pipe';
import { Process, type ExitStatus } from './process';
import { Quota } from './quota';
import { inheritedRights, right, streamRights } from './rights';
import type { Service } from './service';
import { SignalState, signal, toSignal } from './signals';
import type { SpawnRequest } from './spawnRequest';
import { streamStat } from './streamStat';
import { WholeOutput } from './wholeOutput';
import { english as l10n } from '../../shared/texts';

const mib = 1024 * 1024;
/** How often the memory of all processes is added up. */
const memoryCheckMs = 100;
/** Ended children that nobody waits for; past it no more are started. */
const maxUnwaited = 4096;
/** Where a libc begins to look for preopens. */
const firstPreopen = 3;

/** What runs share: the kernel's own things. */
export interface RunHost extends KernelOptions {
  readonly service: Service;
  nextPid(): number;
  /** Bytes of memory of all guests of the conversation. */
  memoryBytes(): number;
  register(process: Process): void;
  unregister(process: Process): void;
  readonly reportFault: (error: unknown) => void;
}

/** One call of the sandbox: the processes it starts, what they may use, and what came of it. */
export class Run {
  readonly processes = new Map<number, Process>();
  readonly limits: Limits;
  readonly output: Output;
  readonly input: Pipe;
  readonly ended: Promise<KernelResult>;
  readonly #notices = new Map<LimitName, LimitNotice>();
  readonly #ledger: Ledger;
  readonly #quota: Quota;
  readonly #whole: WholeOutput;
  readonly #startedMs = performance.now();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stdin: Description;
  #inputEnded = false;
  #root: Process | null = null;
  #exit: Exit | null = null;
  #resolve: (result: KernelResult) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(
    private readonly host: RunHost,
    private readonly request: KernelRequest,
    callbacks: KernelRunCallbacks,
    id: number,
  ) {
    this.limits = { ...host.limits, ...request.limits };
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#ledger = host.createLedger();
    this.#quota = new Quota(this.limits, (limit) => this.notice(limit));
    const path = host.mount === '/' ? null : `/tmp/sunaba-output-${id}.txt`;
    this.#whole = new WholeOutput(host.namespace, silentWriter, path, this.limits.outputFileBytes);
    this.output = new Output({
      keptBytes: this.limits.outputKeptBytes,
      maxBytes: this.limits.outputFileBytes,
      overflowed: () => this.stopAtLimit('outputFileBytes'),
      deliver: (stream, chunk) => callbacks.output(stream, chunk),
      whole: this.#whole,
    });
    this.input = this.createPipe();
    this.#stdin =
      request.stdin === 'none' ? new Device('null', streamStat('device', 0)) : new PipeReader(this.input, request.stdinIsTerminal);
    this.input.openWriter();
    this.#stdin.retain();
  }

  /** Whether a path like `/workspace/a` means something to its processes: only where `/` is what they begin with. */
  get hasAbsolutePaths(): boolean {
    return this.request.view === 'shell';
  }

  createPipe(): Pipe {
    return new Pipe((callback) => this.host.service.whenQuiet(callback));
  }

  get namespace(): Namespace {
    return this.host.namespace;
  }

  /** Starts the first process. */
  async start(): Promise<void> {
    this.#timers.push(setTimeout(() => this.stopAtLimit('wallClockMs'), Math.min(this.limits.wallClockMs, 2 ** 31 - 1)));
    this.#timers.push(setInterval(() => this.#checkMemory(), memoryCheckMs));
    try {
      const { program } = this.request;
      const module = typeof program === 'string' ? await this.host.programs.load(program) : program;
      if (this.#exit) return;
      const name = typeof program === 'string' ? program : program.name;
      if (!module) throw new UserError('sandboxFailed', l10n.t('There is no program named {0} in the sandbox.', name));
      const cwd = this.request.cwd ?? this.host.mount;
      const descriptors = this.#createDescriptors();
      this.#openStandard(descriptors);
      this.#stdin.release();
      this.#openPreopens(descriptors);
      this.#root = this.#launch(module, {
        name,
        parent: null,
        descriptors,
        args: [Buffer.from(name), ...this.request.args.map((arg) => Buffer.from(arg))],
        environ: createEnvironment(this.request, this.host.mount, cwd),
        cwd,
        signals: new SignalState(0n),
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Starts a child; a promise where its program has to be loaded first. Throws `FsError`. */
  spawn(parent: Process, request: SpawnRequest): Process | Promise<Process> {
    if (this.processes.size >= this.limits.processes) {
      this.notice('processes');
      throw fsError('again');
    }
    if (parent.ended.length >= maxUnwaited) throw fsError('again');
    for (const { parent: fd } of request.descriptors) parent.descriptors.get(fd);
    const cwd = request.cwd === '' ? parent.cwd : request.cwd;
    if (cwd !== parent.cwd) this.checkDirectory(cwd);
    const name = this.#programName(parent, request.program, cwd);
    const module = this.host.programs.load(name);
    if (!module) throw fsError('noent');
    const launch = (loaded: GuestModule): Process => this.#launchChild(loaded, name, cwd, parent, request);
    return module instanceof Promise ? module.then(launch) : launch(module);
  }

  /** An absolute directory of the namespace, as a process may make it its own. */
  checkDirectory(path: string): string {
    if (!path.startsWith('/')) throw fsError('inval');
    this.namespace.openRoot(path).close();
    return path;
  }

  notice(limit: LimitName): void {
    if (!this.#notices.has(limit)) this.#notices.set(limit, { limit, message: limitMessage(limit, this.limits) });
  }

  stopAtLimit(limit: LimitName): void {
    this.notice(limit);
    this.stop({ kind: 'limit', limit, message: limitMessage(limit, this.limits) });
  }

  /** More standard input; resolves when it is taken (true), or nobody will read it (false). */
  writeInput(chunk: Uint8Array): Promise<boolean> {
    if (this.#exit || this.#inputEnded || !this.input.hasReaders) return Promise.resolve(false);
    const written = Math.max(0, this.input.write([chunk], chunk.length));
    if (written === chunk.length) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.input.queueWrite({ views: [chunk], total: chunk.length, written, settle: (bytes) => resolve(bytes === chunk.length) });
    });
  }

  endInput(): void {
    if (this.#inputEnded) return;
    this.#inputEnded = true;
    this.input.closeWriter();
  }

  /** Ends every process; `exit` is what came of the run. */
  stop(exit: Exit): void {
    if (this.#exit) return;
    this.#exit = exit;
    if (this.#root?.alive) this.#root.end({ kind: 'signaled', signal: signal.kill });
    else this.#finish();
  }

  /** A process tells of its end, before its parent knows. */
  processEnded(process: Process, status: ExitStatus): void {
    this.processes.delete(process.pid);
    if (process !== this.#root) return;
    this.#exit ??= status.kind === 'exited' ? { kind: 'exited', code: status.code } : { kind: 'signaled', signal: status.signal };
    this.#finish();
  }

  #launchChild(module: GuestModule, name: string, cwd: string, parent: Process, request: SpawnRequest): Process {
    if (!parent.alive) throw fsError('srch');
    const descriptors = this.#createDescriptors();
    try {
      for (const { child, parent: fd } of request.descriptors) {
        if (child >= this.limits.descriptors) throw fsError('inval');
        descriptors.give(child, { ...parent.descriptors.get(fd), preopen: null });
      }
      for (const { descriptor } of parent.descriptors.preopens()) descriptors.set(descriptors.reserve(firstPreopen), { ...descriptor });
    } catch (error) {
      descriptors.closeAll();
      throw error;
    }
    const child = this.#launch(module, {
      name,
      parent,
      descriptors,
      args: request.args,
      environ: allowedEnvironment(request.environ),
      cwd,
      signals: new SignalState(parent.signals.ignoredMask),
    });
    if (child.alive) parent.children.set(child.pid, child);
    return child;
  }

  /** Throws ENOMEM where there is no memory for it. */
  #launch(module: GuestModule, what: Pick<Process, 'name' | 'parent' | 'descriptors' | 'args' | 'environ' | 'cwd' | 'signals'>): Process {
    const maximumPages = Math.min(module.maximumPages, Math.floor((this.limits.processMemoryMib * mib) / pageBytes));
    if (module.initialPages > maximumPages) this.#refuseMemory(what, 'processMemoryMib');
    if (this.host.memoryBytes() + module.initialPages * pageBytes > this.limits.totalMemoryMib * mib)
      this.#refuseMemory(what, 'totalMemoryMib');
    const pid = this.host.nextPid();
    const accessor: Accessor = { pid, readOnly: this.request.readOnly ?? false, ledger: this.#ledger.sink, quota: this.#quota };
    const process = new Process({ ...what, pid, run: this, service: this.host.service, accessor, report: this.host.reportFault });
    this.processes.set(pid, process);
    this.host.register(process);
    let attached = false;
    const thread = this.host.launcher.start(
      { ...module, maximumPages },
      {
        attached: (memory) => {
          attached = true;
          process.attach(new GuestMemory(memory, module.mailboxAddress));
        },
        ended: (trap) => {
          process.threadEnded();
          this.host.unregister(process);
          if (process.alive) this.#threadEnded(process, trap, attached, module.initialPages, maximumPages);
        },
      },
    );
    process.thread(thread);
    return process;
  }

  #refuseMemory(what: Pick<Process, 'parent' | 'descriptors'>, limit: LimitName): never {
    this.notice(limit);
    what.descriptors.closeAll();
    if (what.parent === null) this.stopAtLimit(limit);
    throw fsError('nomem');
  }

  /** The guest's thread is through though the process did not end itself. */
  #threadEnded(process: Process, trap: string | null, attached: boolean, initialPages: number, maximumPages: number): void {
    if (trap === null) {
      process.end({ kind: 'exited', code: 0 });
      return;
    }
    // A memory that could never grow stands at its maximum from the beginning; that says nothing.
    const memoryAtCap = attached && maximumPages > initialPages && wantedMore(process, trap, maximumPages * pageBytes);
    if (memoryAtCap) this.notice('processMemoryMib');
    if (process === this.#root) {
      if (!attached) this.#fail(new UserError('sandboxFailed', l10n.t('The program {0} could not be started: {1}', process.name, trap)));
      else this.#exit ??= { kind: 'trapped', message: trap, memoryAtCap };
    } else {
      const reason = memoryAtCap ? limitMessage('processMemoryMib', this.limits) : trap;
      const line = Buffer.from(`sunaba: ${process.name} (process ${process.pid}) was ended: ${reason}\n`);
      this.output.write('stderr', [line], line.length);
    }
    const ending = memoryAtCap ? signal.kill : toSignal(trap);
    process.end(attached ? { kind: 'signaled', signal: ending } : { kind: 'exited', code: 126 });
  }

  #checkMemory(): void {
    if (this.host.memoryBytes() > this.limits.totalMemoryMib * mib) this.stopAtLimit('totalMemoryMib');
  }

  #programName(parent: Process, program: string, cwd: string): string {
    const name = /^(?:\/usr)?\/bin\/([^/]+)$/.exec(program)?.[1] ?? program;
    if (name !== '' && !name.includes('/')) return name;
    if (program === '') throw fsError('noent');
    const root = this.namespace.openRoot('/');
    try {
      const path = program.startsWith('/') ? program : `${cwd}/${program}`;
      this.namespace.stat(parent.accessor, root, path, true);
    } finally {
      root.close();
    }
    // It is there, but only the programs of /bin can be started.
    throw fsError('acces');
  }

  #createDescriptors(): Descriptors {
    return new Descriptors(this.limits.descriptors, () => this.notice('descriptors'));
  }

  #openStandard(descriptors: Descriptors): void {
    const reading = this.#stdin.rights & ~right.fd_write;
    const writing = streamRights & ~right.fd_read;
    descriptors.set(0, { description: this.#stdin, rights: reading, inheriting: 0, preopen: null });
    descriptors.set(1, {
      description: new HostOutput(this.output, 'stdout', this.request.stdoutIsTerminal),
      rights: writing,
      inheriting: 0,
      preopen: null,
    });
    descriptors.set(2, {
      description: new HostOutput(this.output, 'stderr', this.request.stderrIsTerminal),
      rights: writing,
      inheriting: 0,
      preopen: null,
    });
  }

  #openPreopens(descriptors: Descriptors): void {
    const { view } = this.request;
    const { mount } = this.host;
    const names = view === 'shell' ? ['/'] : view === 'files' && mount !== '/' ? [mount, '/tmp'] : [mount];
    for (const name of names) {
      const description = new Directory(this.namespace.openRoot(name));
      descriptors.add({ description, rights: description.rights, inheriting: inheritedRights, preopen: name });
    }
  }

  #fail(error: unknown): void {
    if (this.#exit) return;
    this.#exit = { kind: 'aborted' };
    const failure =
      error instanceof UserError
        ? error
        : new UserError('sandboxFailed', l10n.t('The sandbox could not start the program.'), { cause: error });
    this.#close();
    this.#reject(failure);
  }

  #close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.output.close();
    this.endInput();
    this.input.settleAll();
  }

  #finish(): void {
    const exit = this.#exit;
    if (!exit) return;
    this.#close();
    const path = this.#whole.path;
    const cwd = this.#root?.cwd;
    this.#resolve({
      exit,
      stdout: this.output.stdout.result(),
      stderr: this.output.stderr.result(),
      combined: this.output.combined.result(),
      ...(path === null ? {} : { outputPath: path }),
      limitsMet: [...this.#notices.values()],
      ledger: this.#ledger.summary(),
      ...(cwd === undefined ? {} : { cwd }),
      durationMs: performance.now() - this.#startedMs,
    });
  }
}

/**
 * Whether a trap came for want of memory: it stood at its cap, or the program gave up (a failed allocation ends in
 * `unreachable`) and the last growth that it had asked for went beyond the cap.
 */
function wantedMore(process: Process, trap: string, cap: number): boolean {
  const { byteLength, ints } = process.memory;
  if (byteLength >= cap) return true;
  const refused = (ints[REFUSED] ?? 0) >>> 0;
  return toSignal(trap) === signal.abrt && byteLength + refused * pageBytes > cap;
}
