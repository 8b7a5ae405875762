import { z } from 'zod';

/** What stands beside the tokens: the kind of its numbers, and whether a token has one or an example so many. */
const columns = {
  /** Not 0: the token is a target, predicted from the one before it in the same example; 2: of an answer judged bad. */
  supervised: { dtype: 'uint8', of: 'token' },
  /** 0 for the first text of a pair, 1 for the second. */
  types: { dtype: 'uint8', of: 'token' },
  /** The label of a token by its place in the task's labels; negative: not asked about. */
  labels: { dtype: 'int32', of: 'token' },
  /** What is to be answered about an example: the place of its label, a 0 or 1 for each label, or numbers. */
  target: { dtype: 'float32', of: 'example' },
  /** The first and the last token of the answer; 0 and 0 where the example holds none. */
  span: { dtype: 'int32', of: 'example' },
  /** Examples in a row that have the same number here are one: an anchor, its positive, its negatives; windows of one text. */
  group: { dtype: 'int32', of: 'example' },
} as const;

const arrays = {
  ...{ uint8: Uint8Array, int32: Int32Array },
  ...{ uint32: Uint32Array, float32: Float32Array },
} as const;

type ColumnName = keyof typeof columns;
type ColumnArray<Name extends ColumnName> = {
  uint8: Uint8Array;
  int32: Int32Array;
  float32: Float32Array;
}[(typeof columns)[Name]['dtype']];

/** A token sequence with what is known of it; all examples of a shard have the same columns. */
export type ShardExample = { readonly tokens: Int32Array } & {
  readonly supervised: Uint8Array;
} & { readonly [Name in Exclude<ColumnName, 'supervised'>]?: ColumnArray<Name> | undefined };

/** The flag of a target that is no good example: of an answer that was judged bad. */
export const badTarget = 2;

const magic = 0x4448534c;
const version = 2;
const headerBytes = 20;
/** More would be no header of ours. */
const mostDescriptionBytes = 4096;

const describedSchema = z
  .array(
    z.strictObject({
      name: z.enum(Object.keys(columns) as [ColumnName, ...ColumnName[]]),
      /** Numbers of an example, or of a token. */
      width: z.int().min(1),
    }),
  )
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length)
  .refine((all) => all.every(({ name, width }) => columns[name].of === 'example' || width === 1));
type Described = z.infer<typeof describedSchema>;

/**
 * Lays examples end to end in the shard format, version 2. Little-endian: magic `LSHD`, u32 version, u32 examples, u32 tokens,
 * u32 length of the description, which is JSON of the columns' names and widths padded with spaces to 4 bytes; then the u32 length of each example, the i32
 * token ids, and the columns in the order of the description, each padded with zeros to 4 bytes. Throws RangeError
 * where examples have other columns than the first, or arrays of another length.
 */
export function encodeShard(examples: readonly ShardExample[]): Uint8Array {
  const builder = createShardBuilder();
  for (const example of examples) builder.add(example);
  return builder.take();
}

/** Examples of tokens and targets alone, end to end. */
export type ShardRun = {
  /** Tokens of each. */
  readonly lengths: Uint32Array;
  readonly tokens: Int32Array;
  readonly supervised: Uint8Array;
};

/** A shard that grows by one example after another, of which it keeps the numbers alone. */
export type ShardBuilder = {
  /** Adds a copy of an example. Throws what `encodeShard` throws. */
  add(example: ShardExample): void;
  /** Adds a copy of each example of a run. Throws what `encodeShard` throws. */
  addRun(run: ShardRun): void;
  /** How many examples were added, and tokens of them all. */
  readonly examples: number;
  readonly tokens: number;
  /** The shard of what was added, as `encodeShard` lays it out; the next one begins empty. */
  take(): Uint8Array;
  /** The same in parts to be written one after another, which are good until the next example is added. */
  takeParts(): Uint8Array[];
};

/**
 * A shard that is put together while its examples come.
 * @example
 * const shard = createShardBuilder();
 * shard.add({ tokens: Int32Array.of(1, 2), supervised: Uint8Array.of(0, 1) });
 * shard.take();
 */
export function createShardBuilder(): ShardBuilder {
  const lengths = createNumbers('uint32');
  const ids = createNumbers('int32');
  const gathered = new Map<ColumnName, Numbers>();
  let described: Described = [];
  const addColumns = (example: ShardExample): void => {
    if (lengths.count() === 0) {
      described = describe(example);
      for (const { name } of described)
        if (!gathered.has(name)) gathered.set(name, createNumbers(columns[name].dtype));
    }
    for (const column of described) gathered.get(column.name)?.add(columnOf(example, column));
    ids.add(example.tokens);
  };
  const takeParts = (): Uint8Array[] => {
    const json = new TextEncoder().encode(JSON.stringify(described));
    const description = new Uint8Array(padded(json.length)).fill(0x20);
    description.set(json);
    const header = [magic, version, lengths.count(), ids.count(), description.length];
    const own = described.map(({ name }) => gathered.get(name)?.take() ?? new Uint8Array());
    described = [];
    const parts = [bytesOf(Uint32Array.from(header)), description, lengths.take(), ids.take()];
    for (const column of own) parts.push(column, padding.subarray(0, -column.length & 3));
    return parts.filter(({ length }) => length > 0);
  };
  return {
    get examples() {
      return lengths.count();
    },
    get tokens() {
      return ids.count();
    },
    add(example) {
      addColumns(example);
      lengths.add([example.tokens.length]);
    },
    addRun({ lengths: added, tokens, supervised }) {
      if (added.length === 0) return;
      const all = added.reduce((sum, length) => sum + length, 0);
      if (all !== tokens.length)
        throw new RangeError(`examples of ${all} tokens have ${tokens.length} of them`);
      addColumns({ tokens, supervised });
      lengths.add(added);
    },
    take() {
      const parts = takeParts();
      const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    },
    takeParts,
  };
}

const padding = new Uint8Array(3);

function describe(first: ShardExample): Described {
  return (Object.keys(columns) as ColumnName[]).flatMap((name) => {
    const column = first[name];
    if (column === undefined) return [];
    return [{ name, width: columns[name].of === 'token' ? 1 : column.length }];
  });
}

function columnOf(example: ShardExample, { name, width }: Described[number]): NumberArray {
  const column = example[name];
  const length = columns[name].of === 'token' ? example.tokens.length : width;
  if (column?.length !== length)
    throw new RangeError(
      `an example of ${example.tokens.length} tokens has ${column?.length ?? 0} numbers in the column ${name}, not ${length}`,
    );
  return column;
}

type NumberArray = Uint8Array | Int32Array | Float32Array;

/** Numbers that are gathered in one array, which is kept for the next ones. */
type Numbers = {
  add(numbers: ArrayLike<number>): void;
  count(): number;
  /** The bytes of what was added, which are good until the next is added. */
  take(): Uint8Array;
};

const firstNumbers = 1024;

function createNumbers(dtype: keyof typeof arrays): Numbers {
  let array = new arrays[dtype](firstNumbers);
  let count = 0;
  return {
    count: () => count,
    add(numbers) {
      if (count + numbers.length > array.length) {
        const larger = new arrays[dtype](Math.max(2 * array.length, count + numbers.length));
        larger.set(array.subarray(0, count));
        array = larger;
      }
      array.set(numbers, count);
      count += numbers.length;
    },
    take() {
      const taken = bytesOf(array.subarray(0, count));
      count = 0;
      return taken;
    },
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

type Opened = {
  readonly lengths: Uint32Array;
  readonly tokens: Int32Array;
  readonly columns: readonly {
    readonly name: ColumnName;
    readonly width: number;
    readonly array: NumberArray;
  }[];
};

type ShardBytes = {
  /** All arrays are views on one buffer, for who keeps none of them long: on the bytes themselves, where these begin at a multiple of four. */
  readonly areViews?: boolean;
};

/**
 * Reads a shard back, of version 1 too, which knew one column: u32 magic, version, examples and tokens, then lengths,
 * token ids and `supervised`, nothing padded. Throws RangeError with the reason when the bytes are not a whole shard.
 */
export function decodeShard(
  bytes: Uint8Array,
  { areViews = false }: ShardBytes = {},
): ShardExample[] {
  const { lengths, tokens, columns: found } = open(bytes, areViews);
  const part = <Numbers extends NumberArray>(array: Numbers, start: number, end: number): Numbers =>
    (areViews ? array.subarray(start, end) : array.slice(start, end)) as Numbers;
  let from = 0;
  return Array.from(lengths, (length, index) => {
    const to = from + length;
    const example: { -readonly [Name in keyof ShardExample]: ShardExample[Name] } = {
      tokens: part(tokens, from, to),
      supervised: noFlags,
    };
    for (const { name, width, array } of found) {
      const isOfToken = columns[name].of === 'token';
      const [start, end] = isOfToken ? [from, to] : [index * width, (index + 1) * width];
      // The array is of the kind that the column's name says.
      example[name] = part(array, start, end) as never;
    }
    if (example.supervised === noFlags) example.supervised = new Uint8Array(length);
    from = to;
    return example;
  });
}

/**
 * The examples of a shard end to end, as views on its bytes where these begin at a multiple of four; undefined where they have more than
 * tokens and targets. Throws what `decodeShard` throws.
 */
export function decodeShardRun(bytes: Uint8Array): ShardRun | undefined {
  const { lengths, tokens, columns: found } = open(bytes, true);
  const [only] = found;
  return found.length === 1 && only?.name === 'supervised'
    ? { lengths, tokens, supervised: only.array as Uint8Array }
    : undefined;
}

function open(bytes: Uint8Array, areViews: boolean): Opened {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16 || view.getUint32(0, true) !== magic)
    throw new RangeError('not a token shard: the magic number is missing');
  const written = view.getUint32(4, true);
  if (written !== 1 && written !== version)
    throw new RangeError(`token shard version ${written} is not supported`);
  const counts = { examples: view.getUint32(8, true), tokens: view.getUint32(12, true) };
  if (written === 1) {
    const described: Described = [{ name: 'supervised', width: 1 }];
    return columnsAt(bytes, 16, { ...counts, areViews, described });
  }
  const length = bytes.length < headerBytes ? Infinity : view.getUint32(16, true);
  if (length > mostDescriptionBytes || headerBytes + length > bytes.length)
    throw new RangeError('token shard is cut in its description');
  const described = readDescription(bytes.subarray(headerBytes, headerBytes + length));
  return columnsAt(bytes, headerBytes + length, { ...counts, areViews, described });
}

function readDescription(bytes: Uint8Array): Described {
  try {
    return describedSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new RangeError('token shard has a description that cannot be read', { cause });
  }
}

function columnsAt(
  bytes: Uint8Array,
  start: number,
  shard: {
    readonly examples: number;
    readonly tokens: number;
    readonly areViews: boolean;
    readonly described: Described;
  },
): Opened {
  const { examples: count, tokens: total, areViews, described } = shard;
  const sizes = described.map(({ name, width }) => {
    const { dtype, of } = columns[name];
    const numbers = width * (of === 'token' ? total : count);
    return padded(numbers * arrays[dtype].BYTES_PER_ELEMENT);
  });
  // Version 1 ends with its last flag.
  const tail = start === 16 ? total : sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.length !== start + 4 * count + 4 * total + tail)
    throw new RangeError(
      `token shard is cut: ${bytes.length} bytes for ${count} examples and ${total} tokens`,
    );
  // Else a copy, so that numbers of four bytes stand where such numbers may.
  const rest = bytes.subarray(start) as Uint8Array<ArrayBuffer>;
  const { buffer, byteOffset } =
    areViews && rest.byteOffset % 4 === 0 ? rest : Uint8Array.from(rest);
  const lengths = new Uint32Array(buffer, byteOffset, count);
  if (lengths.reduce((sum, length) => sum + length, 0) !== total)
    throw new RangeError('token shard lengths do not add up');
  const tokens = new Int32Array(buffer, byteOffset + 4 * count, total);
  let at = byteOffset + 4 * (count + total);
  const found = described.map(({ name, width }, index) => {
    const { dtype, of } = columns[name];
    const array = new arrays[dtype](buffer, at, width * (of === 'token' ? total : count));
    at += sizes[index] as number;
    return { name, width, array: array as NumberArray };
  });
  return { lengths, tokens, columns: found };
}

const noFlags = new Uint8Array();
