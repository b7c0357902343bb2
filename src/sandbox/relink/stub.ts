import { argBytes, mailbox, mailboxState, refusedGrowth } from '../mailbox';
import { s32, u32 } from './writer';

/** A parameter of a call as the mailbox takes it: a local of the stub, or a constant. */
export type StubArg = { readonly type: 'i' | 'I'; readonly local: number } | { readonly type: 'i'; readonly constant: number };

const op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i32Store: 0x36,
  i64Store: 0x37,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32Sub: 0x6b,
  atomic: 0xfe,
} as const;
const atomicOp = { notify: 0x00, wait32: 0x01, i32Load: 0x10, i32Store: 0x17, i32Exchange: 0x41 } as const;
const voidBlock = 0x40;
const typeI32 = 0x7f;
const align4 = 2;
const align8 = 3;

const i32Const = (value: number) => [op.i32Const, ...s32(value)];
const atomic = (code: number, offset: number) => [op.atomic, code, align4, ...u32(offset)];

/**
 * The instructions that ask the kernel and wait for its answer, without a result: arguments into the mailbox, state to
 * `asked`, notify the kernel where it sleeps (on `armed`), spin as long as the kernel allows, then sleep. Traps on `die`. Uses two i32
 * locals: `firstLocal` and the one after it.
 */
export function askKernel(mailboxAddress: number, call: number, args: readonly StubArg[], firstLocal: number): number[] {
  const base = i32Const(mailboxAddress);
  const state = u32(firstLocal);
  const spins = u32(firstLocal + 1);
  const get = (local: number[]) => [op.localGet, ...local];
  const stillAsked = [...base, ...atomic(atomicOp.i32Load, mailbox.state), op.localTee, ...state, ...i32Const(mailboxState.asked)];
  const dieIf = [op.if, voidBlock, op.unreachable, op.end];

  const code: number[] = [];
  args.forEach((arg, index) => {
    const value = 'local' in arg ? get(u32(arg.local)) : i32Const(arg.constant);
    const store = arg.type === 'i' ? [op.i32Store, align4] : [op.i64Store, align8];
    code.push(...base, ...value, ...store, ...u32(mailbox.args + index * argBytes));
  });
  code.push(...base, ...i32Const(call), op.i32Store, align4, ...u32(mailbox.call));

  code.push(...base, ...i32Const(mailboxState.asked), ...atomic(atomicOp.i32Exchange, mailbox.state));
  code.push(...i32Const(mailboxState.die), op.i32Eq, ...dieIf);

  code.push(...base, ...atomic(atomicOp.i32Load, mailbox.armed), op.if, voidBlock);
  code.push(...base, ...i32Const(1), ...atomic(atomicOp.notify, mailbox.armed), op.drop, op.end);

  code.push(...base, op.i32Load, align4, ...u32(mailbox.spin), op.localSet, ...spins);
  code.push(op.block, voidBlock); // answered
  code.push(op.block, voidBlock, op.loop, voidBlock); // spinning
  code.push(...stillAsked, op.i32Ne, op.brIf, 2);
  code.push(...get(spins), op.i32Eqz, op.brIf, 1);
  code.push(...get(spins), ...i32Const(1), op.i32Sub, op.localSet, ...spins, op.br, 0, op.end, op.end);
  code.push(...base, ...i32Const(1), ...atomic(atomicOp.i32Store, mailbox.sleeping));
  code.push(op.loop, voidBlock); // sleeping
  code.push(...base, ...i32Const(mailboxState.asked), op.i64Const, 0x7f, ...atomic(atomicOp.wait32, mailbox.state), op.drop);
  code.push(...stillAsked, op.i32Eq, op.brIf, 0, op.end);
  code.push(...base, ...i32Const(0), ...atomic(atomicOp.i32Store, mailbox.sleeping), op.end);

  code.push(...get(state), ...i32Const(mailboxState.die), op.i32Eq, ...dieIf);
  return code;
}

/** The body of the function that stands where an import stood. `params` as in calls.ts. */
export function importStub(mailboxAddress: number, call: number, params: string, returns: boolean): number[] {
  const args = [...params].map((type, local): StubArg => ({ type: type === 'I' ? 'I' : 'i', local }));
  const result = returns ? [...i32Const(mailboxAddress), op.i32Load, align4, ...u32(mailbox.result)] : [op.unreachable];
  return body([...askKernel(mailboxAddress, call, args, params.length), ...result]);
}

/** The body of the new `_start`: the module's own, then `proc_exit(0)`. */
export function startWrapper(mailboxAddress: number, start: number, procExit: number): number[] {
  return body([op.call, ...u32(start), ...askKernel(mailboxAddress, procExit, [{ type: 'i', constant: 0 }], 0), op.unreachable]);
}

/** The body of the function that grows the memory as `memory.grow` does, and notes what was refused. One i32 to one i32. */
export function growBody(mailboxAddress: number): number[] {
  const [pages, result] = [u32(0), u32(1)];
  const growth = [op.localGet, ...pages, op.memoryGrow, 0, op.localTee, ...result];
  const refused = [op.localGet, ...pages, ...i32Const(0), ...growth, ...i32Const(-1), op.i32Eq, op.select];
  return body([...i32Const(mailboxAddress), ...refused, op.i32Store, align4, ...u32(refusedGrowth), op.localGet, ...result]);
}

function body(code: readonly number[]): number[] {
  const whole = [1, 2, typeI32, ...code, op.end];
  return [...u32(whole.length), ...whole];
}
