import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calls } from '../../../../src/sandbox/calls';
import { mailboxAddress, mailboxBytes } from '../../../../src/sandbox/mailbox';
import { relink } from '../../../../src/sandbox/relink/relink';
import { RelinkError } from '../../../../src/sandbox/relink/relinkError';
import { assemble } from '../../../support/wat';

const wasmType = { i: 'i32', I: 'i64' } as const;

/** Bodies of functions that give an i32, some of which grow the memory, in the midst of all kinds of instructions. */
const bodies = [
  'i32.const 1',
  '(memory.grow (i32.const 1))',
  '(local f64 f64 i64) (drop (f64.const 3.5)) (if (i32.const 1) (then unreachable)) (memory.grow (memory.grow (i32.const 0)))',
  '(block $a (block $b (br_table $a $b $a (i32.const 1)))) (drop (v128.const i64x2 64 0)) (memory.grow (i32.const 70000))',
  '(i32.add (i32.atomic.load offset=400 (i32.const 4)) (i32.trunc_sat_f32_u (f32.const 1)))',
  '(memory.fill (i32.const 512) (i32.const 0) (i32.const 8)) (i64.store offset=8192 (i32.const 0) (i64.const -64)) (memory.size)',
  '(drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.load (i32.const 8)) (v128.const i32x4 0 0 0 0))) (memory.grow (i32.const 0))',
];

/** A random program in the text format: imports, functions, tables, data, globals, a start section. */
const program = fc
  .record({
    imports: fc.uniqueArray(fc.integer({ min: 0, max: calls.length - 1 }), { maxLength: 12 }),
    functions: fc.integer({ min: 0, max: 8 }),
    table: fc.array(fc.nat(), { maxLength: 6 }),
    data: fc.array(
      fc.record({ at: fc.integer({ min: mailboxAddress + mailboxBytes, max: 60_000 }), text: fc.stringMatching(/^[a-z]{0,20}$/) }),
      { maxLength: 4 },
    ),
    pages: fc.integer({ min: 1, max: 20 }),
    maximum: fc.option(fc.integer({ min: 20, max: 100 })),
    imported: fc.boolean(),
    start: fc.boolean(),
    exported: fc.array(fc.nat(), { maxLength: 3 }),
  })
  .map((shape) => {
    const count = shape.imports.length + shape.functions + 1;
    const imports = shape.imports.map((index) => {
      const [module, name, params] = calls[index] ?? calls[0];
      const types = [...params].map((param) => wasmType[param === 'I' ? 'I' : 'i']).join(' ');
      return `(import "${module}" "${name}" (func (param ${types})${name === 'proc_exit' ? '' : ' (result i32)'}))`;
    });
    const limits = `${shape.pages}${shape.maximum === null ? '' : ` ${shape.maximum}`}`;
    return `(module
      ${imports.join('\n')}
      ${shape.imported ? `(import "env" "memory" (memory ${limits}))` : `(memory ${limits})`}
      ${shape.table.length > 0 ? `(table ${shape.table.length} funcref) (elem (i32.const 0) ${shape.table.map((n) => n % count).join(' ')})` : ''}
      (global (mut i32) (i32.const 1))
      ${Array.from({ length: shape.functions }, (_, index) => `(func (result i32) ${bodies[index % bodies.length] ?? ''})`).join('\n')}
      (func $main (export "_start"))
      ${shape.exported.map((n, index) => `(export "f${index}" (func ${n % count}))`).join('\n')}
      ${shape.start ? '(start $main)' : ''}
      ${shape.data.map(({ at, text }) => `(data (i32.const ${at}) "${text}")`).join('\n')})`;
  });

type Damage =
  | { readonly kind: 'set'; readonly at: number; readonly value: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'drop'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array };

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('drop' as const), at: fc.nat(), length: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) }),
);

function apply(bytes: Uint8Array, { at: place, ...what }: Damage): Uint8Array {
  const at = bytes.length === 0 ? 0 : place % bytes.length;
  switch (what.kind) {
    case 'set':
      return bytes.length === 0 ? bytes : bytes.with(at, what.value);
    case 'cut':
      return bytes.slice(0, at);
    case 'drop':
      return Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + what.length));
    case 'insert':
      return Uint8Array.of(...bytes.slice(0, at), ...what.bytes, ...bytes.slice(at));
  }
}

/** Relinks; gives null where it was refused by name. */
function tryRelink(bytes: Uint8Array): Uint8Array | null {
  try {
    return relink(bytes).bytes;
  } catch (error) {
    expect(error).toBeInstanceOf(RelinkError);
    expect((error as RelinkError).message.length).toBeGreaterThan(10);
    return null;
  }
}

function checkLinked(input: Uint8Array, linked: Uint8Array): void {
  const before = new WebAssembly.Module(input);
  const after = new WebAssembly.Module(linked);
  expect(WebAssembly.Module.imports(after)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  expect(WebAssembly.Module.exports(after)).toEqual(WebAssembly.Module.exports(before));
}

describe('relink, by random modules', () => {
  it('every valid program is relinked to a valid one with the same exports', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (text) => {
        const bytes = await assemble(text);
        const linked = tryRelink(bytes);
        expect(linked).not.toBeNull();
        if (linked) checkLinked(bytes, linked);
      }),
      { numRuns: 150 },
    );
  });

  it('a damaged program is refused by name or relinked; where it is still valid, so is the result', async () => {
    const outcomes = { refused: 0, relinked: 0 };
    await fc.assert(
      fc.asyncProperty(
        program,
        fc.array(fc.array(damage, { minLength: 1, maxLength: 4 }), { minLength: 20, maxLength: 20 }),
        async (text, variants) => {
          const whole = await assemble(text);
          for (const changes of variants) {
            const bytes = changes.reduce(apply, whole);
            const linked = tryRelink(bytes);
            if (linked) outcomes.relinked++;
            else outcomes.refused++;
            if (linked && WebAssembly.validate(bytes)) checkLinked(bytes, linked);
          }
        },
      ),
      { numRuns: 100, endOnFailure: true },
    );
    expect(outcomes.refused).toBeGreaterThan(0);
    expect(outcomes.relinked).toBeGreaterThan(0);
  });

  it('random bytes behind a header are refused by name or relinked', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        tryRelink(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes));
      }),
      { numRuns: 2000 },
    );
  });
});
