/** What a made file says that is not so. */
export type Lies = {
  readonly fileRows?: number;
  readonly groupRows?: number;
  readonly values?: number;
  readonly pageValues?: number;
  readonly pageBytes?: number;
  readonly chunkBytes?: number;
  /** Bytes that its column is said to lack at the end. */
  readonly cut?: number;
  readonly offset?: number;
  /** How often its one value is said to be repeated. */
  readonly run?: number;
  readonly groups?: number;
  /** Names of columns that all lie in the same bytes. */
  readonly columns?: readonly string[];
  readonly text?: string;
  readonly codec?: number;
  readonly footerBytes?: number;
};

type Field = readonly [id: number, type: number, value: Buffer];
const [i32Type, i64Type, binaryType, listType, structType] = [5, 6, 8, 9, 12];

/** For tests: a Parquet file of so many rows of one text, and whatever it says wrongly of itself. */
export function parquetOf(rows: number, lies: Lies = {}): Buffer {
  const value = Buffer.from(lies.text ?? 'x');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(value.length);
  const dictionary = page(
    2,
    Buffer.concat([length, value]),
    (count) => [[7, structType, struct([i32(1, count), i32(2, 0)])]],
    1,
  );
  // One bit for each place in the dictionary, and a run of zeroes.
  const run = Buffer.concat([Buffer.of(1), varint((lies.run ?? rows) * 2), Buffer.of(0)]);
  const data = page(
    0,
    run,
    (count) => [[5, structType, struct([i32(1, count), i32(2, 8), i32(3, 3), i32(4, 3)])]],
    lies.pageValues ?? rows,
    lies.pageBytes,
  );
  const pages = Buffer.concat([dictionary, data]);
  const columns = lies.columns ?? ['text'];
  const at = lies.offset ?? 4;
  const chunk = (name: string) =>
    struct([
      i64(2, at),
      [
        3,
        structType,
        struct([
          i32(1, 6),
          [2, listType, list(i32Type, [zigzag(8)])],
          [3, listType, list(binaryType, [binary(name)])],
          i32(4, lies.codec ?? 0),
          i64(5, lies.values ?? rows),
          i64(6, pages.length),
          i64(7, lies.chunkBytes ?? pages.length - (lies.cut ?? 0)),
          i64(9, at + dictionary.length),
          i64(11, at),
        ]),
      ],
    ]);
  const group = struct([
    [1, listType, list(structType, columns.map(chunk))],
    i64(2, pages.length),
    i64(3, lies.groupRows ?? rows),
  ]);
  const footer = struct([
    i32(1, 1),
    [
      2,
      listType,
      list(structType, [
        struct([[4, binaryType, binary('schema')], i32(5, columns.length)]),
        ...columns.map((name) =>
          struct([i32(1, 6), i32(3, 0), [4, binaryType, binary(name)], i32(6, 0)]),
        ),
      ]),
    ],
    i64(3, lies.fileRows ?? rows),
    [
      4,
      listType,
      list(
        structType,
        Array.from({ length: lies.groups ?? 1 }, () => group),
      ),
    ],
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(lies.footerBytes ?? footer.length);
  return Buffer.concat([Buffer.from('PAR1'), pages, footer, size, Buffer.from('PAR1')]);
}

function page(
  type: number,
  bytes: Buffer,
  header: (count: number) => readonly Field[],
  ...[count, unpacked]: readonly [count: number, unpacked?: number | undefined]
): Buffer {
  const fields = [i32(1, type), i32(2, unpacked ?? bytes.length), i32(3, bytes.length)];
  return Buffer.concat([struct([...fields, ...header(count)]), bytes]);
}

/** Structures as Thrift's compact protocol writes them. */
function struct(fields: readonly Field[]): Buffer {
  let last = 0;
  const parts = fields.map(([id, type, value]) => {
    const head = Buffer.of(((id - last) << 4) | type);
    last = id;
    return Buffer.concat([head, value]);
  });
  return Buffer.concat([...parts, Buffer.of(0)]);
}

function list(type: number, items: readonly Buffer[]): Buffer {
  const head =
    items.length < 15
      ? Buffer.of((items.length << 4) | type)
      : Buffer.concat([Buffer.of(0xf0 | type), varint(items.length)]);
  return Buffer.concat([head, ...items]);
}

function i32(id: number, value: number): Field {
  return [id, i32Type, zigzag(value)];
}

function i64(id: number, value: number): Field {
  return [id, i64Type, zigzag(value)];
}

function binary(text: string): Buffer {
  return Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)]);
}

function zigzag(value: number): Buffer {
  return varint(value < 0 ? -2 * value - 1 : 2 * value);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = BigInt(value);
  do {
    const more = left > 127n ? 0x80 : 0;
    bytes.push(Number(left & 127n) | more);
    left >>= 7n;
  } while (left > 0n);
  return Buffer.from(bytes);
}
