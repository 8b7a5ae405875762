import { createRequire } from 'node:module';

/** A function of a library, as koffi gives it. */
export type NativeFunction = (...given: readonly unknown[]) => unknown;

export type LoadedLibrary = {
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
};

/** What is used of koffi, whose own types say `any` of it. Types of C are written as in C. */
type Koffi = {
  load(file: string | null): LoadedLibrary;
  /** The type of a function. */
  proto(result: string, parameters: readonly string[]): object;
  readonly decode: {
    (address: bigint, type: string | object): unknown;
    (address: bigint, offset: number, type: string): unknown;
    /** The text up to its zero. */
    string(address: bigint): string;
  };
  /** Where an array's memory is. */
  address(array: ArrayBufferView): bigint;
  /** Memory as a buffer, not copied. */
  view(address: bigint, byteLength: number): ArrayBuffer;
  config(): object;
  config(settings: object): object;
};

let called: Koffi | undefined;

/** What calls native code. Not there on every system: whoever asks for it must bear that this throws. */
export function koffi(): Koffi {
  called ??= createRequire(import.meta.url)('koffi') as Koffi;
  return called;
}

const loaded = new Map<string, LoadedLibrary>();

/**
 * A library, which stays. koffi unloads one whose handle is collected, and what was found in it by addresses does not hold
 * that. Throws where it cannot be loaded.
 * @example stayingLibrary('libm.so.6').func('cos', 'double', ['double'])(0); // 1
 */
export function stayingLibrary(file: string): LoadedLibrary {
  const library = loaded.get(file) ?? koffi().load(file);
  loaded.set(file, library);
  return library;
}
