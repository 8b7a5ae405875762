import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { LineRead, RightRow } from './row-task.ts';

/** The numbers of all rows of a message, end to end, by their kind: few buffers are handed over, and none is copied. */
type Numbers = {
  readonly uint8: Uint8Array<ArrayBuffer>;
  readonly int32: Int32Array<ArrayBuffer>;
  readonly uint32: Uint32Array<ArrayBuffer>;
  readonly float32: Float32Array<ArrayBuffer>;
  readonly float64: Float64Array<ArrayBuffer>;
};
type NumberKind = keyof Numbers;

/** The kind of each column of an example. */
const kindOf = {
  tokens: 'int32',
  supervised: 'uint8',
  types: 'uint8',
  labels: 'int32',
  target: 'float32',
  span: 'int32',
  group: 'int32',
} as const satisfies Readonly<Record<keyof ShardExample, NumberKind>>;
const columns = Object.keys(kindOf) as (keyof ShardExample)[];

const hashNames = ['both', 'prompt', 'plain', 'group', 'answer', 'asked'] as const;

/** An example by the lengths of its columns; with tokens and targets alone by that of both. */
type PackedExample = number | Readonly<Partial<Record<keyof ShardExample, number>>>;
type PackedRight = Omit<RightRow, 'parts' | 'hashes' | 'likeness'> & {
  readonly parts: readonly { readonly json: string; readonly examples: readonly PackedExample[] }[];
  readonly shingles: number;
  readonly bands: number;
};

/** What was read of some lines, on its way from thread to thread. */
export type PackedReads = {
  readonly reads: readonly (Omit<LineRead, 'right'> & { readonly right?: PackedRight })[];
  readonly numbers: Numbers;
};

/** Puts what was read into few buffers, which are to be handed over. */
export function packReads(reads: readonly LineRead[]): PackedReads {
  const pieces: { readonly [Kind in NumberKind]: ArrayLike<number>[] } = {
    ...{ uint8: [], int32: [], uint32: [], float32: [], float64: [] },
  };
  const add = (kind: NumberKind, numbers: ArrayLike<number>): number => {
    pieces[kind].push(numbers);
    return numbers.length;
  };
  const example = (given: ShardExample): PackedExample => {
    const own = columns.filter((name) => given[name] !== undefined);
    const lengths = own.map((name) => add(kindOf[name], given[name] as ArrayLike<number>));
    if (own.length === 2 && lengths[0] === lengths[1] && given.supervised !== undefined)
      return lengths[0] as number;
    return Object.fromEntries(own.map((name, at) => [name, lengths[at]]));
  };
  const right = ({ parts, hashes, likeness, ...others }: RightRow): PackedRight => {
    add(
      'float64',
      hashNames.map((name) => hashes[name] ?? Number.NaN),
    );
    return {
      ...others,
      parts: parts.map(({ json, examples }) => ({ json, examples: examples.map(example) })),
      shingles: add('uint32', likeness.shingles),
      bands: add('uint32', likeness.bands),
    };
  };
  const packed = reads.map(({ right: whole, ...others }) => ({
    ...others,
    ...(whole && { right: right(whole) }),
  }));
  return {
    reads: packed,
    numbers: {
      uint8: joined(pieces.uint8, Uint8Array),
      int32: joined(pieces.int32, Int32Array),
      uint32: joined(pieces.uint32, Uint32Array),
      float32: joined(pieces.float32, Float32Array),
      float64: joined(pieces.float64, Float64Array),
    },
  };
}

/** The buffers of a message, to be handed over. */
export function buffersOf({ numbers }: PackedReads): ArrayBuffer[] {
  return Object.values(numbers).map(({ buffer }) => buffer);
}

/** What was read, whose numbers are views on the buffers of the message. */
export function unpackReads({ reads, numbers }: PackedReads): LineRead[] {
  const at: Record<NumberKind, number> = { uint8: 0, int32: 0, uint32: 0, float32: 0, float64: 0 };
  const take = <Kind extends NumberKind>(kind: Kind, length: number): Numbers[Kind] => {
    const from = at[kind];
    at[kind] += length;
    return numbers[kind].subarray(from, at[kind]) as Numbers[Kind];
  };
  const example = (packed: PackedExample): ShardExample => {
    if (typeof packed === 'number')
      return { tokens: take('int32', packed), supervised: take('uint8', packed) };
    const own = columns.flatMap((name) => {
      const length = packed[name];
      return length === undefined ? [] : [[name, take(kindOf[name], length)]];
    });
    return Object.fromEntries(own) as ShardExample;
  };
  const right = ({ parts, shingles, bands, ...others }: PackedRight): RightRow => {
    const [both, prompt, plain, group, answer, asked] = take(
      'float64',
      hashNames.length,
    ) as unknown as [...[number, number, number, number, number, number]];
    return {
      ...others,
      hashes: {
        ...{ both, prompt, plain, group, answer },
        asked: Number.isNaN(asked) ? undefined : asked,
      },
      parts: parts.map(({ json, examples }) => ({ json, examples: examples.map(example) })),
      likeness: { shingles: take('uint32', shingles), bands: take('uint32', bands) },
    };
  };
  return reads.map(({ right: packed, ...others }) => ({
    ...others,
    ...(packed && { right: right(packed) }),
  }));
}

function joined<Whole extends { set(numbers: ArrayLike<number>, at: number): void }>(
  pieces: readonly ArrayLike<number>[],
  kind: new (length: number) => Whole,
): Whole {
  const whole = new kind(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
