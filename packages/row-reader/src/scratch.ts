import { koffi } from '@lathe/native/koffi';

/** What is read of a batch of lines, in arrays that are used again; see `struct found` of c/reader.h. */
type Arrays = {
  readonly tokens: Int32Array<ArrayBuffer>;
  readonly supervised: Uint8Array<ArrayBuffer>;
  readonly json: Uint8Array<ArrayBuffer>;
  readonly likeness: Uint32Array<ArrayBuffer>;
  readonly facts: Float64Array<ArrayBuffer>;
  readonly rows: Int32Array<ArrayBuffer>;
  readonly examples: Int32Array<ArrayBuffer>;
  readonly asked: Int32Array<ArrayBuffer>;
  readonly askedBytes: Uint8Array<ArrayBuffer>;
};

/** Numbers of facts of a row. */
export const factCount = 11;

/** For as many rows and bytes as come at a time; others make it grow for once. */
const usual = { bytes: 384 * 1024, rows: 512 };

/** The numbers of `struct found`: addresses, room, what is used, and the line that is next. */
const [addresses, rooms, used, line] = [0, 9, 16, 23];
const fields = 24;

/** Arrays with room for what is read, and the struct that tells C of them. */
export type Scratch = Arrays & {
  readonly struct: BigInt64Array;
  /** How much of each kind is there. */
  used(): Readonly<
    Record<'tokens' | 'json' | 'likeness' | 'rows' | 'examples' | 'asked' | 'askedBytes', number>
  >;
  /** The line that is next. */
  line(): number;
};

function arraysOf(times: number): Arrays {
  const [bytes, rows] = [times * usual.bytes, times * usual.rows];
  return {
    tokens: new Int32Array(bytes),
    supervised: new Uint8Array(bytes),
    json: new Uint8Array(bytes + 64 * rows),
    likeness: new Uint32Array(bytes / 2),
    facts: new Float64Array(factCount * rows),
    rows: new Int32Array(2 * rows),
    examples: new Int32Array(2 * rows),
    asked: new Int32Array(3 * 2 * rows),
    askedBytes: new Uint8Array(bytes),
  };
}

/** Room for so many times what usually comes, with what `before` has been filled with. */
export function scratchOf(times: number, before?: Scratch): Scratch {
  const arrays = arraysOf(times);
  const { tokens, supervised, json, likeness, facts, rows, examples, asked, askedBytes } = arrays;
  const struct = new BigInt64Array(fields);
  if (before !== undefined) {
    for (const name of Object.keys(arrays) as (keyof Arrays)[])
      (arrays[name] as Uint8Array).set(before[name] as Uint8Array);
    struct.set(before.struct);
  }
  const all = [tokens, supervised, json, likeness, facts, rows, examples, asked, askedBytes];
  for (const [at, array] of all.entries()) struct[addresses + at] = koffi().address(array);
  const places = facts.length / factCount;
  const room = [tokens, json, likeness, places, examples, asked, askedBytes];
  for (const [at, of] of room.entries())
    struct[rooms + at] = BigInt(typeof of === 'number' ? of : of.length);
  return {
    ...arrays,
    struct,
    used: () => {
      const [a, b, c, d, e, f, g] = Array.from(struct.subarray(used, line), Number);
      return {
        ...{ tokens: a ?? 0, json: b ?? 0, likeness: c ?? 0, rows: d ?? 0, examples: e ?? 0 },
        ...{ asked: f ?? 0, askedBytes: g ?? 0 },
      };
    },
    line: () => Number(struct[line]),
  };
}

/** Nothing is read yet. */
export function begin({ struct }: Scratch): void {
  struct.fill(0n, used);
}
