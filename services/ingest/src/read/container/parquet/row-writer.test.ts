/** Rows are written from their bytes as jsonLine writes them from strings. */
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { jsonLine } from './plain-value.ts';
import { createRowWriter } from './row-writer.ts';

/** TypeScript knows it with types of a browser only. */
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

/** Where machines have no vectors the same is done in JavaScript. */
const ways = ['vectors', 'JavaScript'] as const;
const use = (way: (typeof ways)[number]) => {
  if (way === 'JavaScript') vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
};
afterEach(() => vi.restoreAllMocks());

type Rows = readonly (readonly unknown[])[];

/** What is written of rows, and the message of what is thrown. */
function written(names: readonly string[], rows: Rows, turns = 1): [text: string, error: string] {
  const pieces: Buffer[] = [];
  const writer = createRowWriter(names, (piece) => pieces.push(Buffer.from(piece)));
  let said = '';
  try {
    for (let turn = 0; turn < turns; turn++)
      writer.add(
        names.map((_, column) => rows.map((row) => row[column])),
        rows.length,
      );
  } catch (error) {
    said = String(error);
  }
  writer.flush();
  return [Buffer.concat(pieces).toString(), said];
}

function wanted(names: readonly string[], rows: Rows): [text: string, error: string] {
  try {
    return [
      rows.map((row) => `${jsonLine(names.map((name, at) => [name, row[at]]))}\n`).join(''),
      '',
    ];
  } catch (error) {
    return ['', String(error)];
  }
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const part = fc.constantFrom(
  ...['a', 'plain words of a text ', '"', '\\', '\n', '\0', '\x1f', '\x7f', '\t', ' ', '[', '{'],
  ...['[{"role": "user"}]', '{"a": 1}', '[1, 2]', '{"', '\u00a0', '\u2028', '\u3000', '\ufeff'],
  ...['é', '漢', '😀', '\u0085', '}', ']', '1', 'null', '\r\n'],
);
const text = fc.array(part, { maxLength: 12 }).map((parts) => bytes(parts.join('')));
const value = fc.oneof(
  { weight: 6, arbitrary: text },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 5 }) },
  fc.constantFrom<unknown>(
    ...[null, true, 7, -0.5, -0, Number.NaN, 1e21, Number.MAX_VALUE, 'text "as" text'],
    ...[5n, -(2n ** 53n), 1n - 2n ** 53n],
    ...[new Date(0), new Date(Number.NaN), { a: [1n, null, new Uint8Array([65])] }, [], '[1]'],
    ...[Int32Array.of(1, 2), {}],
  ),
);
const names = fc.uniqueArray(
  fc.constantFrom(
    ...['text', 'prompt', 'messages', 'labels', 'answers', '7', '10', '__proto__', 'toJSON', ''],
    ...['ä"\\\n', 'id'],
  ),
  { maxLength: 5 },
);
const tables = names.chain((of) =>
  fc.tuple(fc.constant(of), fc.array(fc.tuple(...of.map(() => value)), { maxLength: 4 })),
);

it.each(ways)('writes what jsonLine does, with %s', (way) => {
  use(way);
  fc.assert(
    fc.property(tables, ([of, rows]) => {
      expect(written(of, rows)).toEqual(wanted(of, rows));
    }),
    { numRuns: 1000 },
  );
});

it.each(ways)('writes escapes at any place of texts of any length, with %s', (way) => {
  use(way);
  const rows: unknown[][] = [];
  for (const sign of ['"', '\\', '\n', '\x01', 'é', '\x7f'])
    for (let length = 0; length < 40; length++)
      for (const at of [0, length >> 1, length - 1, length])
        rows.push([bytes(`${'x'.repeat(Math.max(0, at))}${sign}${'y'.repeat(length)}`)]);
  for (const length of [16_383, 16_384, 16_385, 70_000, 200_000])
    for (const sign of ['\x01', 'é', 'x']) rows.push([bytes(sign.repeat(length))]);
  expect(written(['text'], rows)).toEqual(wanted(['text'], rows));
});

it('writes many rows, and none of those with one that cannot be', () => {
  const rows = Array.from({ length: 300 }, (_, at) => [bytes(`row ${at}\n`), at]);
  const [whole] = wanted(['text', 'id'], rows);
  expect(written(['text', 'id'], rows, 7)).toEqual([whole.repeat(7), '']);
  const broken = rows.with(280, [Uint8Array.of(0xff), 280]);
  expect(written(['text', 'id'], broken)).toEqual([
    wanted(['text', 'id'], rows.slice(0, 256))[0],
    'Unreadable: holds bytes that are no text under "text"; only text can be trained',
  ]);
  expect(written(['text', 'id'], [[bytes('x')]])[1]).toMatch(
    'have fewer values of the column "id" than rows',
  );
});
