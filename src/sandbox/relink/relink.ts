import { calls } from '../calls';
import { pageBytes } from '../launcher';
import { mailboxAddress as usualMailboxAddress, mailboxBytes } from '../mailbox';
import { importKind, maxPages, parseModule, section, sectionOrder, type FunctionType, type ParsedModule } from './parseModule';
import type { Reader } from './reader';
import { RelinkError } from './relinkError';
import { callInsteadOfGrow } from './memoryGrow';
import { growBody, importStub, startWrapper } from './stub';
import { ModuleWriter, name, u32 } from './writer';

export interface Relinked {
  /** A module whose one import is the shared memory `env` `memory`, with `_start` as an export. */
  readonly bytes: Uint8Array;
  /** Pages of 64 KiB that the module's memory begins with; at least one. */
  readonly initialPages: number;
  /** The most pages that a memory for this module may have. */
  readonly maximumPages: number;
  /** Where the mailbox is, in bytes. */
  readonly mailboxAddress: number;
}

/** The memory of a module whose own data lies where the mailbox is as a rule: 64 MiB. */
const fixedPages = 1024;

const typeI32 = 0x7f;
const typeI64 = 0x7e;

/**
 * Turns a wasm32-wasip1 program into one that meets the kernel in shared memory (docs/kernel.md). Imports come first in
 * the index space of functions, so each becomes a defined function at the index it had, and nothing is renumbered.
 * Custom sections are dropped. Pure; throws RelinkError.
 */
export function relink(bytes: Uint8Array): Relinked {
  const module = parseModule(bytes);
  const layout = placeMailbox(module);
  const { initialPages, maximumPages, mailboxAddress } = layout;
  const start = findStart(module);

  const stubs = module.imports.map((item) => {
    const number = calls.findIndex(([from, called]) => from === item.module && called === item.name);
    const call = calls[number];
    if (!call)
      throw new RelinkError('unknown import', `the program imports "${item.module}" "${item.name}", which Sunaba does not provide`);
    const returns = item.name !== 'proc_exit';
    if (!isType(module.types[item.typeIndex], call[2], returns)) {
      throw new RelinkError('import type', `the program imports "${item.module}" "${item.name}" with a wrong type`);
    }
    return importStub(mailboxAddress, number, call[2], returns);
  });
  const procExit = calls.findIndex(([, called]) => called === 'proc_exit');
  const wrapper = { index: module.imports.length + module.functions.length, body: startWrapper(mailboxAddress, start.index, procExit) };

  const grow = { index: wrapper.index + 1, typeIndex: module.types.length, body: growBody(mailboxAddress) };

  const writer = new ModuleWriter();
  const replaced = new Map<number, (readonly number[] | Uint8Array)[]>([
    [section.type, [u32(module.types.length + 1), restOfVector(module.sections.get(section.type)), [0x60, 1, typeI32, 1, typeI32]]],
    [section.import, [[1, ...name('env'), ...name('memory'), importKind.memory, 3, ...u32(initialPages), ...u32(maximumPages)]]],
    [
      section.function,
      [
        u32(grow.index + 1),
        module.imports.flatMap(({ typeIndex }) => u32(typeIndex)),
        module.functions.flatMap((typeIndex) => u32(typeIndex)),
        u32(start.typeIndex),
        u32(grow.typeIndex),
      ],
    ],
    [section.export, [encodeExports(module, wrapper.index)]],
    [
      section.code,
      [u32(grow.index + 1), stubs.flat(), ...(module.code ? callInsteadOfGrow(module.code, grow.index) : []), wrapper.body, grow.body],
    ],
  ]);
  for (const id of sectionOrder) {
    if (id === section.memory) continue;
    const pieces = replaced.get(id);
    const kept = module.sections.get(id);
    if (pieces) writer.section(id, ...pieces);
    else if (kept) writer.section(id, rest(kept));
  }
  return { bytes: writer.finish(), ...layout };
}

/**
 * Where the mailbox goes. Compilers that link from address 8 on (AssemblyScript's) leave no room for it below; such a
 * module gets a memory of a fixed size, and the mailbox in its last page, which an allocator comes to last of all.
 */
function placeMailbox(module: ParsedModule): Omit<Relinked, 'bytes'> {
  const { minimum, maximum } = module.memory ?? { minimum: 1, maximum: null };
  const end = usualMailboxAddress + mailboxBytes;
  const taken = module.data.some(
    ({ address, length }) => address !== null && length > 0 && address < end && address + length > usualMailboxAddress,
  );
  if (!taken) {
    return {
      initialPages: Math.max(minimum, 1),
      maximumPages: Math.max(maximum ?? maxPages, 1),
      mailboxAddress: usualMailboxAddress,
    };
  }
  const pages = Math.max(fixedPages, minimum + 1);
  if (pages > maxPages) {
    throw new RelinkError(
      'data in the mailbox',
      'the program takes all the memory there is and leaves no room for Sunaba: link it with --global-base=1024',
    );
  }
  return { initialPages: pages, maximumPages: pages, mailboxAddress: (pages - 1) * pageBytes };
}

function findStart(module: ParsedModule): { index: number; typeIndex: number } {
  const entry = module.exports.find((item) => item.name === '_start' && item.kind === importKind.function);
  if (!entry) throw new RelinkError('no start', 'the program has no "_start": Sunaba runs commands, not libraries');
  const typeIndex =
    entry.index < module.imports.length ? module.imports[entry.index]?.typeIndex : module.functions[entry.index - module.imports.length];
  if (typeIndex === undefined) throw new RelinkError('malformed', 'damaged WebAssembly module: "_start" does not exist');
  const type = module.types[typeIndex];
  if (!type || type.params.length > 0 || type.results.length > 0) {
    throw new RelinkError('no start', '"_start" of the program takes or gives values: Sunaba runs commands built for wasm32-wasip1');
  }
  return { index: entry.index, typeIndex };
}

function isType(type: FunctionType | undefined, params: string, returns: boolean): boolean {
  if (!type || type.params.length !== params.length) return false;
  if (type.params.some((param, index) => param !== (params[index] === 'I' ? typeI64 : typeI32))) return false;
  return returns ? type.results.length === 1 && type.results[0] === typeI32 : type.results.length === 0;
}

function encodeExports(module: ParsedModule, start: number): number[] {
  const entries = module.exports.flatMap(({ name: text, kind, index }) => [
    ...name(text),
    kind,
    ...u32(text === '_start' && kind === importKind.function ? start : index),
  ]);
  return [...u32(module.exports.length), ...entries];
}

/** The items of a vector, without their number. */
function restOfVector(range: Reader | undefined): Uint8Array {
  if (!range) return new Uint8Array();
  const reader = range.fork();
  reader.u32('number of items');
  return rest(reader);
}

function rest(reader: { bytes: Uint8Array; offset: number; end: number } | null): Uint8Array {
  return reader ? reader.bytes.subarray(reader.offset, reader.end) : new Uint8Array();
}
