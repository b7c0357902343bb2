import wabt from 'wabt';

const loading = wabt();

/** Assembles a module from the text format, with the proposals that the guests of the tests use. */
export async function assemble(text: string, name = 'guest.wat'): Promise<Uint8Array> {
  const assembler = await loading;
  const features = { threads: true, bulk_memory: true, exceptions: true, multi_memory: true };
  const module = assembler.parseWat(name, text, features);
  try {
    return module.toBinary({ write_debug_names: true }).buffer;
  } finally {
    module.destroy();
  }
}
