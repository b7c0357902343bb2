import { Reader } from './reader';
import { malformed, RelinkError } from './relinkError';

/** A function type, as its value types' bytes. */
export interface FunctionType {
  readonly params: readonly number[];
  readonly results: readonly number[];
}

export interface FunctionImport {
  readonly module: string;
  readonly name: string;
  readonly typeIndex: number;
}

export interface MemoryLimits {
  readonly minimum: number;
  /** `null` where the module sets none. */
  readonly maximum: number | null;
}

export interface ExportEntry {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

export interface DataSegment {
  /** The address where it is constant, else `null` (computed, or a passive segment). */
  readonly address: number | null;
  readonly length: number;
}

/** What relinking must know of a module. Sections that stay as they are are kept as ranges of the input. */
export interface ParsedModule {
  readonly sections: ReadonlyMap<number, Reader>;
  readonly types: readonly FunctionType[];
  readonly imports: readonly FunctionImport[];
  /** Type indices of the functions that the module defines. */
  readonly functions: readonly number[];
  readonly memory: MemoryLimits | null;
  readonly exports: readonly ExportEntry[];
  readonly data: readonly DataSegment[];
  /** The bodies, without the count before them. */
  readonly code: Reader | null;
}

export const section = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** Every section but custom ones, in the order the format demands. */
export const sectionOrder: readonly number[] = [
  section.type,
  section.import,
  section.function,
  section.table,
  section.memory,
  section.tag,
  section.global,
  section.export,
  section.start,
  section.element,
  section.dataCount,
  section.code,
  section.data,
];

export const importKind = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
/** What an engine accepts at most (V8's limits); they bound the loops below too. */
const maxTypes = 1_000_000;
const maxFunctions = 1_000_000;
const maxEntries = 1_000_000;
export const maxPages = 65_536;

/** Reads a module's outline. Throws RelinkError on anything that the binary format does not allow where it looks. */
export function parseModule(bytes: Uint8Array): ParsedModule {
  const sections = readSections(bytes);
  const read = <T>(id: number, parse: (reader: Reader) => T, absent: T): T => {
    const range = sections.get(id);
    if (!range) return absent;
    const reader = new Reader(range.bytes, range.offset, range.end);
    const value = parse(reader);
    reader.finish(`section ${id}`);
    return value;
  };
  const types = read(section.type, readTypes, []);
  const imported = read(section.import, readImports, { functions: [], memory: null });
  const functions = read(section.function, (reader) => readIndices(reader, 'function type'), []);
  const own = read(section.memory, readMemories, null);
  if (own && imported.memory) throw new RelinkError('memory', 'the program has two memories; Sunaba runs programs with one');
  for (const index of [...functions, ...imported.functions.map(({ typeIndex }) => typeIndex)]) {
    if (index >= types.length) throw new RelinkError('malformed', `damaged WebAssembly module: function type ${index} does not exist`);
  }
  return {
    sections,
    types,
    imports: imported.functions,
    functions,
    memory: own ?? imported.memory,
    exports: read(section.export, readExports, []),
    data: read(section.data, readData, []),
    code: readCode(sections.get(section.code), functions.length),
  };
}

function readSections(bytes: Uint8Array): Map<number, Reader> {
  const reader = new Reader(bytes, 0, bytes.length);
  const header = bytes.subarray(0, 8);
  if (header.length < 8 || header[0] !== 0 || header[1] !== 0x61 || header[2] !== 0x73 || header[3] !== 0x6d) {
    throw new RelinkError('not a module', 'this is no WebAssembly module');
  }
  if (header[6] === 1) {
    throw new RelinkError('component', 'this is a WebAssembly component; Sunaba runs core modules built for wasm32-wasip1');
  }
  if (header[4] !== 1 || header[5] !== 0 || header[6] !== 0 || header[7] !== 0) {
    throw new RelinkError('unsupported', 'this WebAssembly module has an unknown format version');
  }
  reader.offset = 8;
  const sections = new Map<number, Reader>();
  let last = -1;
  while (!reader.done) {
    const start = reader.offset;
    const id = reader.byte('section id');
    const content = reader.range(reader.u32('section length'), `section ${id}`);
    if (id === section.custom) {
      new Reader(bytes, content.offset, content.end).name('name of a custom section');
      continue;
    }
    const place = sectionOrder.indexOf(id);
    if (place < 0) throw malformed(`unknown section ${id}`, start);
    if (place <= last) throw malformed(`section ${id} is doubled or out of order`, start);
    last = place;
    sections.set(id, content);
  }
  return sections;
}

function readTypes(reader: Reader): FunctionType[] {
  return readVector(reader, maxTypes, 'type', () => {
    const start = reader.offset;
    const form = reader.byte('type');
    if (form !== 0x60)
      throw new RelinkError(
        'unsupported',
        `type form 0x${form.toString(16)} at byte ${start} is not supported: build for plain wasm32-wasip1`,
      );
    return { params: readValueTypes(reader), results: readValueTypes(reader) };
  });
}

function readValueTypes(reader: Reader): number[] {
  return readVector(reader, 1000, 'value type', () => {
    const start = reader.offset;
    const type = reader.byte('value type');
    // i32 i64 f32 f64 v128, funcref, externref, exnref
    if ((type >= 0x7b && type <= 0x7f) || type === 0x70 || type === 0x6f || type === 0x69) return type;
    throw new RelinkError(
      'unsupported',
      `value type 0x${type.toString(16)} at byte ${start} is not supported: build for plain wasm32-wasip1`,
    );
  });
}

function readImports(reader: Reader): { functions: FunctionImport[]; memory: MemoryLimits | null } {
  const functions: FunctionImport[] = [];
  let memory: MemoryLimits | null = null;
  readVector(reader, maxEntries, 'import', () => {
    const module = reader.name('name of an import');
    const name = reader.name('name of an import');
    const start = reader.offset;
    const kind = reader.byte('kind of an import');
    if (kind === importKind.function) {
      functions.push({ module, name, typeIndex: reader.u32('type of an import') });
    } else if (kind === importKind.memory) {
      if (memory) throw new RelinkError('memory', 'the program has two memories; Sunaba runs programs with one');
      memory = readLimits(reader);
    } else if (kind <= importKind.tag) {
      const word = ['function', 'table', 'memory', 'global', 'tag'][kind] ?? 'value';
      throw new RelinkError('unknown import', `the program imports the ${word} "${module}" "${name}", which Sunaba does not provide`);
    } else {
      throw malformed(`unknown kind of import ${kind}`, start);
    }
  });
  return { functions, memory };
}

function readMemories(reader: Reader): MemoryLimits | null {
  const memories = readVector(reader, 100, 'memory', () => readLimits(reader));
  if (memories.length > 1) throw new RelinkError('memory', `the program has ${memories.length} memories; Sunaba runs programs with one`);
  return memories[0] ?? null;
}

function readLimits(reader: Reader): MemoryLimits {
  const start = reader.offset;
  const flags = reader.byte('memory limits');
  if (flags > 3)
    throw new RelinkError('memory', `a memory of an unsupported kind (flags ${flags}) at byte ${start}: Sunaba runs 32-bit memories`);
  const minimum = reader.u32('memory minimum');
  const maximum = flags & 1 ? reader.u32('memory maximum') : null;
  if (minimum > maxPages || (maximum !== null && (maximum > maxPages || maximum < minimum)))
    throw malformed('memory limits out of range', start);
  return { minimum, maximum };
}

function readExports(reader: Reader): ExportEntry[] {
  return readVector(reader, maxEntries, 'export', () => ({
    name: reader.name('name of an export'),
    kind: reader.byte('kind of an export'),
    index: reader.u32('index of an export'),
  }));
}

function readIndices(reader: Reader, what: string): number[] {
  return readVector(reader, maxFunctions, what, () => reader.u32(what));
}

function readCode(range: Reader | undefined, expected: number): Reader | null {
  if (!range) {
    if (expected > 0) throw new RelinkError('malformed', 'damaged WebAssembly module: it has functions but no code');
    return null;
  }
  const reader = new Reader(range.bytes, range.offset, range.end);
  const count = reader.u32('number of function bodies');
  if (count !== expected) throw malformed(`${count} function bodies for ${expected} functions`, range.offset);
  const bodies = new Reader(range.bytes, reader.offset, range.end);
  for (let index = 0; index < count; index++) reader.skip(reader.u32('length of a function body'), 'function body');
  reader.finish('section 10');
  return bodies;
}

function readData(reader: Reader): DataSegment[] {
  return readVector(reader, maxEntries, 'data segment', () => {
    const start = reader.offset;
    const flags = reader.u32('data segment');
    if (flags > 2) throw malformed(`data segment with flags ${flags}`, start);
    if (flags === 2 && reader.u32('memory of a data segment') !== 0)
      throw malformed('data segment for a memory that does not exist', start);
    const address = flags === 1 ? null : readAddress(reader);
    const length = reader.u32('length of a data segment');
    reader.skip(length, 'data segment');
    return { address, length };
  });
}

/** A constant expression: its value where it is one `i32.const`, else `null`. */
function readAddress(reader: Reader): number | null {
  const start = reader.offset;
  let value: number | null = null;
  for (let count = 0; ; count++) {
    const code = reader.byte('constant expression');
    switch (code) {
      case 0x0b: // end
        if (count === 0) throw malformed('empty constant expression', start);
        return count === 1 ? value : null;
      case 0x41: // i32.const
        value = reader.s32('constant') >>> 0;
        break;
      case 0x23: // global.get
        reader.u32('index of a global');
        value = null;
        break;
      case 0x6a: // i32.add, i32.sub, i32.mul
      case 0x6b:
      case 0x6c:
        break;
      default:
        throw malformed(`instruction 0x${code.toString(16)} in the address of a data segment`, start);
    }
  }
}

function readVector<T>(reader: Reader, max: number, what: string, item: () => T): T[] {
  const start = reader.offset;
  const count = reader.u32(`number of ${what}s`);
  if (count > max || count > reader.end - reader.offset) throw malformed(`${count} ${what}s`, start);
  const items: T[] = [];
  for (let index = 0; index < count; index++) items.push(item());
  return items;
}
