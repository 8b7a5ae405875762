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

const arrays = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array } as const;

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
  const described = describe(examples);
  const json = new TextEncoder().encode(JSON.stringify(described));
  const description = new Uint8Array(padded(json.length)).fill(0x20);
  description.set(json);
  const tokens = examples.reduce((sum, example) => sum + example.tokens.length, 0);
  const parts: Uint8Array[] = [
    bytesOf(Uint32Array.of(magic, version, examples.length, tokens, description.length)),
    description,
    bytesOf(Uint32Array.from(examples, (example) => example.tokens.length)),
    joined(
      'int32',
      tokens,
      examples.map((example) => example.tokens),
    ),
  ];
  for (const { name, width } of described) {
    const { dtype, of } = columns[name];
    const count = width * (of === 'token' ? tokens : examples.length);
    parts.push(
      joined(
        dtype,
        count,
        examples.map((example) => columnOf(example, { name, width })),
      ),
    );
  }
  return new Uint8Array(Buffer.concat(parts));
}

function describe(examples: readonly ShardExample[]): Described {
  const [first] = examples;
  if (first === undefined) return [];
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

function joined(
  dtype: keyof typeof arrays,
  count: number,
  pieces: readonly NumberArray[],
): Uint8Array {
  const whole = new arrays[dtype](
    padded(count * arrays[dtype].BYTES_PER_ELEMENT) / arrays[dtype].BYTES_PER_ELEMENT,
  );
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return bytesOf(whole);
}

function bytesOf({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/**
 * Reads a shard back, of version 1 too, which knew one column: u32 magic, version, examples and tokens, then lengths,
 * token ids and `supervised`, nothing padded. Throws RangeError with the reason when the bytes are not a whole shard.
 */
export function decodeShard(bytes: Uint8Array): ShardExample[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 16 || view.getUint32(0, true) !== magic)
    throw new RangeError('not a token shard: the magic number is missing');
  const written = view.getUint32(4, true);
  if (written !== 1 && written !== version)
    throw new RangeError(`token shard version ${written} is not supported`);
  const counts = { examples: view.getUint32(8, true), tokens: view.getUint32(12, true) };
  if (written === 1)
    return examplesAt(bytes, 16, { ...counts, described: [{ name: 'supervised', width: 1 }] });
  const length = bytes.length < headerBytes ? Infinity : view.getUint32(16, true);
  if (length > mostDescriptionBytes || headerBytes + length > bytes.length)
    throw new RangeError('token shard is cut in its description');
  const described = readDescription(bytes.subarray(headerBytes, headerBytes + length));
  return examplesAt(bytes, headerBytes + length, { ...counts, described });
}

function readDescription(bytes: Uint8Array): Described {
  try {
    return describedSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new RangeError('token shard has a description that cannot be read', { cause });
  }
}

function examplesAt(
  bytes: Uint8Array,
  start: number,
  shard: { readonly examples: number; readonly tokens: number; readonly described: Described },
): ShardExample[] {
  const { examples: count, tokens: total, described } = shard;
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
  // A copy, so that numbers of four bytes stand where such numbers may.
  const { buffer } = new Uint8Array(bytes.subarray(start));
  const lengths = new Uint32Array(buffer, 0, count);
  if (lengths.reduce((sum, length) => sum + length, 0) !== total)
    throw new RangeError('token shard lengths do not add up');
  const tokens = new Int32Array(buffer, 4 * count, total);
  let at = 4 * (count + total);
  const found = described.map(({ name, width }, index) => {
    const { dtype, of } = columns[name];
    const array = new arrays[dtype](buffer, at, width * (of === 'token' ? total : count));
    at += sizes[index] as number;
    return { name, width, of, array };
  });
  let from = 0;
  return Array.from(lengths, (length, index) => {
    const to = from + length;
    const own = found.map(({ name, width, of, array }) => [
      name,
      of === 'token' ? array.slice(from, to) : array.slice(index * width, (index + 1) * width),
    ]);
    const example = {
      tokens: tokens.slice(from, to),
      supervised: new Uint8Array(length),
      ...Object.fromEntries(own),
    };
    from = to;
    return example;
  });
}
