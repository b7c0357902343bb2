/*
 * The WebAssembly JavaScript interface (https://webassembly.github.io/spec/js-api/), as far as the project uses it:
 * TypeScript keeps it in its DOM library, which node's side must not see. It merges with what @types/node declares.
 */
declare namespace WebAssembly {
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag';
  interface ModuleExportDescriptor {
    readonly kind: ImportExportKind;
    readonly name: string;
  }
  interface ModuleImportDescriptor extends ModuleExportDescriptor {
    readonly module: string;
  }
  interface Module {
    readonly [Symbol.toStringTag]?: string;
  }
  const Module: {
    prototype: Module;
    new (bytes: ArrayBufferView | ArrayBuffer): Module;
    exports(module: Module): ModuleExportDescriptor[];
    imports(module: Module): ModuleImportDescriptor[];
  };
  type ExportValue = ((...args: unknown[]) => unknown) | Memory | Table | Global;
  type Exports = Record<string, ExportValue>;
  type Imports = Record<string, Record<string, ExportValue>>;
  interface Instance {
    readonly exports: Exports;
  }
  const Instance: { prototype: Instance; new (module: Module, imports?: Imports): Instance };
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }
  interface Memory {
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
    /** Gives the former size, in pages of 64 KiB. */
    grow(pages: number): number;
  }
  const Memory: { prototype: Memory; new (descriptor: MemoryDescriptor): Memory };
  interface Table {
    readonly length: number;
  }
  interface Global {
    value: unknown;
  }
  interface RuntimeError extends Error {
    readonly name: string;
  }
  const RuntimeError: { prototype: RuntimeError; new (message?: string): RuntimeError };
  interface CompileError extends Error {
    readonly name: string;
  }
  const CompileError: { prototype: CompileError; new (message?: string): CompileError };
  function compile(bytes: ArrayBufferView | ArrayBuffer): Promise<Module>;
  function validate(bytes: ArrayBufferView | ArrayBuffer): boolean;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
}
