/** Bytes of a page of WebAssembly. */
const pageBytes = 65_536;
/** The largest memory with 64-bit addresses that V8 makes: 16 GiB. */
const mostPages = 262_144;

/** A memory of WebAssembly; what its class is called is not among the types of Node. */
export type WasmMemory = { readonly buffer: ArrayBufferLike };

type Limits = {
  readonly initial: number | bigint;
  readonly maximum?: number | bigint;
  readonly shared?: boolean;
  readonly address?: 'i32' | 'i64';
};

declare const WebAssembly: {
  readonly Memory: new (limits: Limits) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, WasmMemory>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

/** What a module must declare of `sharedMemory`'s: shared, 64-bit addresses, any size. */
export const sharedLimits = [0x07, 0x00, 0x80, 0x80, 0x10] as const;

/**
 * Zeroed memory that several threads see. Undefined where it would be larger than there can be, or where the process
 * may not reserve the addresses: V8 takes 16 GiB of them, whatever is used.
 */
export function sharedMemory(bytes: number): WasmMemory | undefined {
  const pages = Math.max(1, Math.ceil(bytes / pageBytes));
  if (pages > mostPages) return undefined;
  return reserved({
    initial: BigInt(pages),
    maximum: BigInt(pages),
    shared: true,
    address: 'i64',
  });
}

/** Memory of one thread with 32-bit addresses; undefined where the process may not reserve 8 GiB of them. */
export function ownMemory(bytes: number): WasmMemory | undefined {
  return reserved({ initial: Math.ceil(bytes / pageBytes) });
}

function reserved(limits: Limits): WasmMemory | undefined {
  try {
    return new WebAssembly.Memory(limits);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The functions that a module exports, once it has its memories. */
export function instantiate(
  module: Uint8Array,
  memories: Readonly<Record<string, WasmMemory>>,
): Readonly<Record<string, unknown>> {
  return new WebAssembly.Instance(new WebAssembly.Module(module), { memory: memories }).exports;
}
