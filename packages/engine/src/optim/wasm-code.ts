/**
 * The few pieces of WebAssembly's binary format that the update's loops are made of, after the core specification
 * (sections 5.3 to 5.5, with SIMD, 64-bit addresses and several memories). Expressions are code that leaves one
 * value on the stack; statements leave none.
 */
export type Code = readonly number[];

export const types = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b } as const;

/** Unsigned LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest >= 0x80;
    bytes.push((rest % 0x80) + (more ? 0x80 : 0));
    rest = Math.floor(rest / 0x80);
  } while (rest > 0);
  return bytes;
}

/** A list with its length before it. */
function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

/** A section with its number, and its length in bytes. */
function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function text(value: string): Code {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}

/** Locals by name, numbered in their order: a function's parameters, then its further ones. */
export function numbered<N extends string>(names: readonly N[]): Readonly<Record<N, number>> {
  return Object.fromEntries(names.map((name, at) => [name, at])) as Record<N, number>;
}

export function get(local: number): Code {
  return [0x20, ...unsigned(local)];
}

export function set(local: number, value: Code): Code {
  return [...value, 0x21, ...unsigned(local)];
}

/** Runs statements, then adds `step` to the i32 local and starts again while it is below the other one. */
export function countedLoop(
  { local, end, step }: { readonly local: number; readonly end: number; readonly step: number },
  statements: readonly Code[],
): Code {
  const next = [...get(local), 0x41, ...unsigned(step), 0x6a, 0x22, ...unsigned(local)];
  return [0x03, 0x40, ...statements.flat(), ...next, ...get(end), 0x49, 0x0d, 0x00, 0x0b];
}

/** The i64 sum of an i64 and an i32 that counts bytes. */
export function offsetBy(address: Code, bytes: Code): Code {
  return [...address, ...bytes, 0xad, 0x7c];
}

const simd = (op: number): Code => [0xfd, ...unsigned(op)];
const binary =
  (op: number) =>
  (a: Code, b: Code): Code => [...a, ...b, ...simd(op)];

/** Two float64 side by side. */
export const f64x2 = {
  add: binary(0xf0),
  sub: binary(0xf1),
  mul: binary(0xf2),
  div: binary(0xf3),
  sqrt: (a: Code): Code => [...a, ...simd(0xef)],
  splat: (a: Code): Code => [...a, ...simd(0x14)],
  abs: (a: Code): Code => [...a, ...simd(0xec)],
  /** All bits of a number where it is less, none elsewhere. */
  less: binary(0x49),
  /** The bits of the first that the second has not. */
  without: binary(0x4f),
} as const;

/** A float64 as it stands in the code. */
export function constant(value: number): Code {
  return [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];
}

/** An alignment of 8 bytes as a hint, in memory 1 where `memory` says so. */
function place(memory: 0 | 1, offset: number): Code {
  return memory === 0 ? [3, ...unsigned(offset)] : [3 | 0x40, 1, ...unsigned(offset)];
}

/** Reads two float32 as float64. */
export function loadPair(memory: 0 | 1, address: Code, offset = 0): Code {
  return [...address, ...simd(0x5d), ...place(memory, offset), ...simd(0x5f)];
}

/** Writes two float64 as float32. */
export function storePair(memory: 0 | 1, address: Code, value: Code): Code {
  return [...address, ...value, ...simd(0x5e), ...simd(0x5b), ...place(memory, 0), 0];
}

/** Reads or writes both float64 of a vector, in memory 0 at a fixed place. */
export function loadVector(at: number): Code {
  return [0x41, 0, ...simd(0x00), 4, ...unsigned(at)];
}

export function storeVector(at: number, value: Code): Code {
  return [0x41, 0, ...value, ...simd(0x0b), 4, ...unsigned(at)];
}

export type WasmFunction = {
  readonly name: string;
  readonly parameters: readonly number[];
  /** Types of further locals, counted on from the parameters. */
  readonly locals: readonly number[];
  readonly body: readonly Code[];
};

/** A module of exported functions without results that imports its memories, each given as `[name, limits]`. */
export function moduleBytes(
  memories: readonly (readonly [string, Code])[],
  functions: readonly WasmFunction[],
): Uint8Array {
  const codes = functions.map(({ locals, body }) => {
    const code = [...list(locals.map((type) => [1, type])), ...body.flat(), 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(
      1,
      list(functions.map(({ parameters }) => [0x60, ...list(parameters.map((type) => [type])), 0])),
    ),
    ...section(
      2,
      list(memories.map(([name, limits]) => [...text('memory'), ...text(name), 2, ...limits])),
    ),
    ...section(3, list(functions.map((_, at) => unsigned(at)))),
    ...section(7, list(functions.map(({ name }, at) => [...text(name), 0, ...unsigned(at)]))),
    ...section(10, list(codes)),
  ]);
}
