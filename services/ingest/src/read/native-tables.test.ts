/** Tables are read in C as they are read here: the same lines, however they are cut into chunks. */
import { openTables } from '@lathe/row-reader/table-reader';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTable } from './csv.ts';
import type { Table } from './csv-line.ts';
import { isColumns, type LineGroup } from './lines.ts';

/** undefined where set-up had no compiler. */
const openTable = openTables();

/** Lines as they are told apart: their bytes as text, since all of them are. */
type Told = readonly unknown[];

function toldOf(group: LineGroup): Told[] {
  if (!isColumns(group))
    return group.map(({ number, ...line }) => [
      number,
      'bytes' in line ? Buffer.from(line.bytes).toString('latin1') : line,
    ]);
  return Array.from(group.numbers, (number, at) => [
    number,
    Buffer.from(group.bytes.subarray(group.starts[at], group.ends[at])).toString('latin1'),
  ]);
}

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** What is read of a table, with the lines of empty rows where they are told, and how many were read in C. */
async function read(
  bytes: Buffer,
  table: Table,
  how: { sizes?: readonly number[]; maxBytes?: number; isNative?: boolean },
) {
  const told: Told[] = [];
  let plain = 0;
  const { sizes = [bytes.length], maxBytes = 200, isNative = true } = how;
  const onOther = (line: number, is: string) => told.push([is, line]);
  const options = { maxBytes, onOther, openTable: isNative ? openTable : undefined };
  for await (const group of readTable(inChunks(bytes, sizes), table, options)) {
    told.push(...toldOf(group));
    plain += isColumns(group) ? group.numbers.length : 0;
  }
  return { told, plain };
}

const names = [
  ...['text', 'prompt', 'completion', 'id', 'label', 'score', 'negatives', 'tokens', 'messages'],
  ...['', '7', '__proto__', 'toJSON', 'ä"\\\n', 'content'],
];
const delimiters = [',', ';', '\t', '|'];
const word = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      'a',
      'words of a text that goes on for a while',
      '5',
      '-',
      '0',
      '.',
      'e',
    ),
  },
  fc.constantFrom(
    '"',
    '""',
    '\n',
    '\r',
    '\r\n',
    '\t',
    '\\',
    '\b',
    '\f',
    '\u0000',
    '\u001f',
    '\u007f',
  ),
  fc.constantFrom('[', '{', '[{"', '{"a":1}', '[1,2]', ' \u00a0[', '\u3000', '\ufeff', '\u2028'),
  fc.constantFrom('ä', '€', '中文', '😀', 'é', ...delimiters),
  fc.constantFrom(
    '1.50',
    '-0',
    '0.1',
    '1e5',
    '123456789012345',
    '1234567890123456',
    '0.000001',
    '1e-7',
    '0.0000001',
    '-12.25',
    '01',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
/** Bytes that are no UTF-8, among others. */
const odd = fc
  .constantFrom(
    ...[
      '80',
      'c3',
      'c0af',
      'e080af',
      'eda080',
      'edbfbf',
      'f0808080',
      'f4908080',
      'f5',
      'ff',
      'e282',
      'f09f98',
      'efbfbd',
      'ed9fbf',
      'f48fbfbf',
    ],
  )
  .map((hex) => Buffer.from(hex, 'hex'));
const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(''));
const quoted = text.map((cell) => `"${cell.replaceAll('"', '""')}"`);
/** A cell as a table has it, or something else. */
const cell = fc.oneof(
  { weight: 6, arbitrary: quoted.map((each) => Buffer.from(each)) },
  { weight: 6, arbitrary: text.map((each) => Buffer.from(each.replaceAll(/["\n,;|\t]/g, ''))) },
  text.map((each) => Buffer.from(each)),
  fc
    .tuple(odd, quoted)
    .map(([bytes, each]) => Buffer.concat([Buffer.from('"'), bytes, Buffer.from(each.slice(1))])),
);
const table = fc
  .record({
    columns: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }),
    delimiter: fc.constantFrom(...delimiters),
    areQuotesText: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
    preamble: fc.constantFrom(0, 0, 0, 1, 2),
    isNameless: fc.constantFrom(false, false, true),
  })
  .map(({ isNameless, ...form }): Table => ({ ...form, ...(isNameless && { isNameless }) }));
const file = table.chain((form) => {
  const { columns, delimiter } = form;
  const count = fc.oneof({ weight: 8, arbitrary: fc.constant(columns.length) }, fc.nat({ max: 5 }));
  const record = count.chain((cells) =>
    fc
      .tuple(
        fc.array(cell, { minLength: cells, maxLength: cells }),
        fc.constantFrom('\n', '\n', '\n', '\r\n', '\r\r\n', '\n\n', ''),
      )
      .map(([given, end]) =>
        Buffer.concat([
          ...given.flatMap((each, at) => (at === 0 ? [each] : [Buffer.from(delimiter), each])),
          Buffer.from(end),
        ]),
      ),
  );
  return fc
    .tuple(
      fc.constantFrom('', '\ufeff', '# a\n'),
      fc.array(record, { minLength: 1, maxLength: 12 }),
      // The first record comes again, as the names do in tables that were put together.
      fc.array(fc.nat({ max: 12 }), { maxLength: 2 }),
    )
    .map(([before, records, again]) => {
      const [first = Buffer.of()] = records;
      const all = again.reduce((some, at) => some.toSpliced(at + 1, 0, first), records);
      return { form, bytes: Buffer.concat([Buffer.from(before), ...all]) };
    });
});

it.runIf(openTable !== undefined)(
  'reads tables as they are read here, in any chunks',
  { timeout: 120_000 },
  async () => {
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(30, 200, 5000),
        async ({ form, bytes }, sizes, maxBytes) => {
          const right = await read(bytes, form, { maxBytes, isNative: false });
          for (const each of [[bytes.length || 1], sizes]) {
            const found = await read(bytes, form, { maxBytes, sizes: each });
            expect(found.told).toEqual(right.told);
            plain += found.plain;
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(plain).toBeGreaterThan(100);
  },
);
