import type { GuestModule } from './launcher';

/** Compiled modules by the hash of their bytes, compiled once, off the thread's own loop. */
export class CompiledModules {
  readonly #modules = new Map<string, WebAssembly.Module | Promise<WebAssembly.Module>>();

  /** Rejects where the engine refuses the module; a refusal is not kept. */
  get(module: GuestModule): WebAssembly.Module | Promise<WebAssembly.Module> {
    const known = this.#modules.get(module.hash);
    if (known) return known;
    const compiling = WebAssembly.compile(module.bytes).then(
      (compiled) => {
        this.#modules.set(module.hash, compiled);
        return compiled;
      },
      (error: unknown) => {
        this.#modules.delete(module.hash);
        throw error;
      },
    );
    this.#modules.set(module.hash, compiling);
    return compiling;
  }
}
