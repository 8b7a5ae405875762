/** What is used of it; TypeScript knows its types with those of a browser only. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** One function in instructions of WebAssembly, with vectors, and a memory of so many pages of 64 KiB of its own. */
type Program = {
  /** How many numbers of 32 bits it takes, and how many it gives, none or one. */
  readonly takes: number;
  readonly gives: 0 | 1;
  /** Its further locals and its instructions, without the end. */
  readonly locals: readonly number[];
  readonly code: readonly number[];
  readonly pages: number;
};

/** The bytes of a page of memory. */
export const pageBytes = 65_536;

const [int32, end] = [0x7f, 0x0b];

/**
 * Loads a program; undefined where the machine has no vectors (https://webassembly.github.io/spec/core/binary/modules.html).
 * `Run` is the type of its function.
 */
export function loadVectorProgram<Run>({
  takes,
  gives,
  locals,
  code,
  pages,
}: Program): { readonly memory: ArrayBuffer; readonly run: Run } | undefined {
  const section = (id: number, body: readonly number[]) => [id, ...unsigned(body.length), ...body];
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  const numbers = (count: number) => [count, ...new Array<number>(count).fill(int32)];
  const body = [...locals, ...code, end];
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, ...numbers(takes), ...numbers(gives)]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('run'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
  if (!WebAssembly.validate(bytes)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  // As the bytes say.
  const { memory, run } = exports as {
    readonly memory: { readonly buffer: ArrayBuffer };
    readonly run: Run;
  };
  return { memory: memory.buffer, run };
}

/** LEB128, in which WebAssembly writes numbers. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
