import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { factsOfRow, hashNames, type PlainRun } from './plain-run.ts';
import type { LineRead, RightRow, RowsRead } from './row-task.ts';

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

/** An example by the lengths of its columns; with tokens and targets alone by that of both. */
type PackedExample = number | Readonly<Partial<Record<keyof ShardExample, number>>>;
type PackedRight = Omit<RightRow, 'parts' | 'hashes' | 'likeness'> & {
  /** The JSON of each part by its bytes. */
  readonly parts: readonly {
    readonly json: number;
    readonly examples: readonly PackedExample[];
  }[];
  readonly shingles: number;
  readonly bands: number;
};
/** What was read of a line; null: a row of one example of which there is nothing to say, all of whose facts are numbers. */
type PackedRead = null | (Omit<LineRead, 'right'> & { readonly right?: PackedRight });

/** What was read of some lines, on its way from thread to thread. */
export type PackedReads = {
  readonly reads: readonly PackedRead[];
  /** The JSON of all parts as UTF-8, one after another; a line end stands behind that of a row of which there is nothing to say. */
  readonly json: Uint8Array<ArrayBuffer>;
  readonly numbers: Numbers;
};

/** A row that is right and of which nothing else is to be told. */
type PlainRead = {
  readonly number: number;
  readonly json: Uint8Array;
  readonly example: ShardExample;
  readonly right: RightRow;
};

function plainRead({ number, issues, isMended, right, long }: LineRead): PlainRead | undefined {
  if (right === undefined || issues.length > 0 || isMended !== undefined || long !== undefined)
    return undefined;
  const { parts, hasControl, personal } = right;
  const [part] = parts;
  if (part === undefined || parts.length > 1 || hasControl || personal.length > 0) return undefined;
  const [example] = part.examples;
  if (example === undefined || part.examples.length > 1 || !isOfTokens(example)) return undefined;
  return { number, json: part.json, example, right };
}

const lineEnd = Uint8Array.of(0x0a);

/** Whether an example has tokens and targets alone. */
function isOfTokens(example: ShardExample): boolean {
  for (const name of columns)
    if (name !== 'tokens' && name !== 'supervised' && example[name] !== undefined) return false;
  return example.tokens.length === example.supervised.length;
}

/** Rows of one example of which there is nothing to say, one after the other, as `PackedReads` has them. */
export type PackedRows = {
  readonly rows: number;
  /** Of each row its line, tokens, bytes of JSON with its line end, shingles and bands by their number, and hashes in the order of `hashNames`. */
  readonly facts: Float64Array;
  readonly tokens: Int32Array;
  readonly supervised: Uint8Array;
  readonly json: Uint8Array;
  /** The shingles and then the bands of each. */
  readonly likeness: Uint32Array;
};

/** Puts what was read into few buffers, which are to be handed over. */
export function packReads(reads: readonly (LineRead | PackedRows)[]): PackedReads {
  const pieces: { readonly [Kind in NumberKind]: ArrayLike<number>[] } = {
    ...{ uint8: [], int32: [], uint32: [], float32: [], float64: [] },
  };
  const jsons: Uint8Array[] = [];
  const add = (kind: keyof typeof pieces, numbers: ArrayLike<number>): number => {
    pieces[kind].push(numbers);
    return numbers.length;
  };
  const addJson = (json: Uint8Array): number => {
    jsons.push(json);
    return json.length;
  };
  const hashesIn = ({ hashes }: RightRow) => hashNames.map((name) => hashes[name] ?? Number.NaN);
  const example = (given: ShardExample): PackedExample => {
    if (isOfTokens(given)) {
      add('uint8', given.supervised);
      return add('int32', given.tokens);
    }
    const own = columns.filter((name) => given[name] !== undefined);
    const lengths = own.map((name) => add(kindOf[name], given[name] as ArrayLike<number>));
    return Object.fromEntries(own.map((name, at) => [name, lengths[at]]));
  };
  const right = (whole: RightRow): PackedRight => {
    const { parts, hashes: _, likeness, ...others } = whole;
    add('float64', hashesIn(whole));
    return {
      ...others,
      parts: parts.map(({ json, examples }) => ({
        json: addJson(json),
        examples: examples.map(example),
      })),
      shingles: add('uint32', likeness.shingles),
      bands: add('uint32', likeness.bands),
    };
  };
  const addRows = (rows: PackedRows): null[] => {
    add('float64', rows.facts);
    add('int32', rows.tokens);
    add('uint8', rows.supervised);
    add('uint32', rows.likeness);
    addJson(rows.json);
    return new Array<null>(rows.rows).fill(null);
  };
  const packed = reads.flatMap((read): PackedRead | null[] => {
    if ('rows' in read) return addRows(read);
    const plain = plainRead(read);
    if (plain === undefined) {
      const { right: whole, ...others } = read;
      return { ...others, ...(whole && { right: right(whole) }) };
    }
    const { number, json, example: own } = plain;
    const { likeness } = plain.right;
    add('uint8', own.supervised);
    const tokens = add('int32', own.tokens);
    const shingles = add('uint32', likeness.shingles);
    const bands = add('uint32', likeness.bands);
    const bytes = addJson(json) + addJson(lineEnd);
    add('float64', [number, tokens, bytes, shingles, bands, ...hashesIn(plain.right)]);
    return null;
  });
  return {
    reads: packed,
    json: joined(jsons, Uint8Array),
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
export function buffersOf({ json, numbers }: PackedReads): ArrayBuffer[] {
  return [json, ...Object.values(numbers)].map(({ buffer }) => buffer);
}

/** What was read, whose numbers are views on the buffers of the message. */
export function unpackReads({ reads, json, numbers }: PackedReads): RowsRead {
  const at: Record<NumberKind, number> = { uint8: 0, int32: 0, uint32: 0, float32: 0, float64: 0 };
  let jsonAt = 0;
  const take = <Kind extends NumberKind>(kind: Kind, length: number): Numbers[Kind] => {
    const from = at[kind];
    at[kind] += length;
    return numbers[kind].subarray(from, at[kind]) as Numbers[Kind];
  };
  const jsonOf = (length: number): Uint8Array => {
    const from = jsonAt;
    jsonAt += length;
    return json.subarray(from, jsonAt);
  };
  const hashes = (): RightRow['hashes'] => {
    const from = at.float64;
    at.float64 += hashNames.length;
    return hashesOf(numbers.float64.subarray(from, at.float64));
  };
  const ofTokens = (length: number): ShardExample => ({
    tokens: take('int32', length),
    supervised: take('uint8', length),
  });
  const example = (packed: PackedExample): ShardExample => {
    if (typeof packed === 'number') return ofTokens(packed);
    const own = columns.flatMap((name) => {
      const length = packed[name];
      return length === undefined ? [] : [[name, take(kindOf[name], length)]];
    });
    return Object.fromEntries(own) as ShardExample;
  };
  const right = ({ parts, shingles, bands, ...others }: PackedRight): RightRow => ({
    ...others,
    hashes: hashes(),
    parts: parts.map((part) => ({ json: jsonOf(part.json), examples: part.examples.map(example) })),
    likeness: { shingles: take('uint32', shingles), bands: take('uint32', bands) },
  });
  /** So many rows of which there is nothing to say. */
  const run = (rows: number): PlainRun => {
    const facts = take('float64', rows * factsOfRow);
    const lengths = new Uint32Array(rows);
    const jsonLengths = new Uint32Array(rows);
    let [tokens, bytes, likeness] = [0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const fact = row * factsOfRow;
      tokens += lengths[row] = facts[fact + 1] as number;
      bytes += jsonLengths[row] = facts[fact + 2] as number;
      likeness += (facts[fact + 3] as number) + (facts[fact + 4] as number);
    }
    return {
      ...{ facts, lengths, tokens: take('int32', tokens), supervised: take('uint8', tokens) },
      ...{ jsonLengths, json: jsonOf(bytes), likeness: take('uint32', likeness) },
    };
  };
  const found: (LineRead | PlainRun)[] = [];
  for (let at = 0; at < reads.length; ) {
    const read = reads[at] as PackedRead;
    let end = at + 1;
    if (read === null) {
      while (reads[end] === null) end++;
      found.push(run(end - at));
    } else {
      const { right: packed, ...others } = read;
      found.push({ ...others, ...(packed && { right: right(packed) }) });
    }
    at = end;
  }
  return found;
}

/** Gives the memory of a message at once, of whose rows nothing is needed any more: it would be long until garbage is collected. */
export function giveBack(reads: RowsRead): void {
  const run = reads.find((read) => 'facts' in read);
  // Other rows are few.
  if (run === undefined) return;
  for (const { buffer } of [run.facts, run.likeness, run.tokens, run.supervised, run.json])
    if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) buffer.transfer(0);
}

/** Hashes from six numbers in the order of `hashNames`. */
export function hashesOf(facts: Float64Array): RightRow['hashes'] {
  const [both, prompt, plain, group, answer, asked] = facts as unknown as SixNumbers;
  return {
    ...{ both, prompt, plain, group, answer },
    asked: Number.isNaN(asked) ? undefined : asked,
  };
}

type SixNumbers = readonly [number, number, number, number, number, number];

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
