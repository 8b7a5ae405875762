import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalRowSchema, examplesOf } from './dataset.ts';
import {
  createShardBuilder,
  decodeShard,
  encodeShard,
  type ShardExample,
  type ShardRun,
} from './shard.ts';

const example = fc
  .array(
    fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 1 })),
    {
      maxLength: 40,
    },
  )
  .map((pairs) => ({
    tokens: Int32Array.from(pairs, ([token]) => token),
    supervised: Uint8Array.from(pairs, ([, flag]) => flag),
  }));

it('reads back what was written, from anywhere in a buffer', () => {
  fc.assert(
    fc.property(fc.array(example, { maxLength: 10 }), fc.nat({ max: 7 }), (examples, offset) => {
      const bytes = encodeShard(examples);
      const inside = new Uint8Array(bytes.length + 16);
      inside.set(bytes, offset);
      expect(decodeShard(inside.subarray(offset, offset + bytes.length))).toEqual(examples);
    }),
  );
});

it('is read as views on one buffer, too', () => {
  fc.assert(
    fc.property(fc.array(example, { maxLength: 10 }), (examples) => {
      const views = decodeShard(encodeShard(examples), { areViews: true });
      expect(views).toEqual(examples);
      expect(new Set(views.map(({ tokens }) => tokens.buffer)).size).toBeLessThan(2);
    }),
  );
});

it('put together one by one has the same bytes, and the next one has its own columns', () => {
  const builder = createShardBuilder();
  fc.assert(
    fc.property(fc.array(example, { maxLength: 10 }), fc.boolean(), (plain, isLabelled) => {
      const examples = plain.map((one) =>
        isLabelled ? { ...one, labels: one.tokens, target: Float32Array.of(1, 2) } : one,
      );
      for (const one of examples) builder.add(one);
      expect(builder.examples).toBe(examples.length);
      expect(builder.tokens).toBe(examples.reduce((sum, { tokens }) => sum + tokens.length, 0));
      expect(builder.take()).toEqual(encodeShard(examples));
    }),
  );
});

it('takes the examples of a run together', () => {
  const builder = createShardBuilder();
  const run = (examples: readonly ShardExample[]): ShardRun => ({
    lengths: Uint32Array.from(examples, ({ tokens }) => tokens.length),
    tokens: Int32Array.from(examples.flatMap(({ tokens }) => [...tokens])),
    supervised: Uint8Array.from(examples.flatMap(({ supervised }) => [...supervised])),
  });
  fc.assert(
    fc.property(fc.array(fc.array(example, { maxLength: 5 })), (runs) => {
      for (const [at, examples] of runs.entries())
        if (at % 2 === 0) builder.addRun(run(examples));
        else for (const one of examples) builder.add(one);
      expect(builder.take()).toEqual(encodeShard(runs.flat()));
    }),
  );
  const some = run([{ tokens: Int32Array.of(1, 2), supervised: Uint8Array.of(0, 1) }]);
  expect(() => builder.addRun({ ...some, lengths: Uint32Array.of(1) })).toThrow(RangeError);
  builder.add({ ...some, target: Float32Array.of(1) });
  expect(() => builder.addRun(some)).toThrow('in the column target');
});

it('has the documented layout', () => {
  const bytes = encodeShard([
    { tokens: Int32Array.of(7, -1), supervised: Uint8Array.of(0, 1), target: Float32Array.of(1) },
  ]);
  const described = '[{"name":"supervised","width":1},{"name":"target","width":1}]   ';
  expect(Buffer.from(bytes).toString('hex')).toBe(
    [
      '4c534844',
      '02000000',
      '01000000',
      '02000000',
      '40000000',
      Buffer.from(described).toString('hex'),
      '02000000',
      '07000000',
      'ffffffff',
      '00010000',
      '0000803f',
    ].join(''),
  );
});

it('keeps every column of an example', () => {
  const examples = [2, 0, 3].map((length, at) => ({
    tokens: Int32Array.from({ length }, (_, token) => 10 * at + token),
    supervised: new Uint8Array(length).fill(1),
    types: new Uint8Array(length).fill(at),
    labels: new Int32Array(length).fill(-at),
    target: Float32Array.of(at, 0.5),
    span: Int32Array.of(at, at + 1),
    group: Int32Array.of(at),
  }));
  expect(decodeShard(encodeShard(examples))).toEqual(examples);
});

it('refuses examples whose columns differ', () => {
  const tokens = Int32Array.of(1, 2);
  const supervised = new Uint8Array(2);
  const first = { tokens, supervised, target: Float32Array.of(1) };
  expect(() => encodeShard([first, { tokens, supervised }])).toThrow('column target');
  const wider = { tokens, supervised, target: Float32Array.of(1, 2) };
  expect(() => encodeShard([first, wider])).toThrow('2 numbers in the column target, not 1');
});

/** Tokens of each example, and the supervised ones of them. */
const storedLengths = {
  chat: ['51, 2', '65, 2', '55, 2', '57, 2'],
  preference: ['51, 2', '53, 4', '65, 2', '67, 4', '55, 2', '57, 4', '57, 2', '59, 4'],
};

it.each(['chat', 'preference'] as const)('reads %s rows as they were stored', (kind) => {
  const stored = (end: string): Buffer =>
    readFileSync(new URL(`./fixtures/${kind}.${end}`, import.meta.url));
  const examples = decodeShard(stored('shard'));
  const told = examples.map(({ tokens, supervised }) => {
    expect(supervised.length).toBe(tokens.length);
    return `${tokens.length}, ${supervised.reduce((sum, flag) => sum + flag, 0)}`;
  });
  expect(told).toEqual(storedLengths[kind]);
  expect([...(examples[0]?.tokens ?? [])].slice(-6)).toEqual([2, 302, 14, 1490, 3, 14]);
  expect([...(examples[0]?.supervised ?? [])].slice(-6)).toEqual([0, 0, 0, 1, 1, 0]);
  const lines = stored('jsonl').toString().trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as object);
  expect(rows.map((row) => canonicalRowSchema.parse(row))).toEqual(rows);
  const count = rows.reduce((sum, row) => sum + examplesOf(canonicalRowSchema.parse(row)), 0);
  expect(count).toBe(examples.length);
});

/** Rows of other tasks as ingest stored them, with what stands beside the tokens. */
const storedColumns = {
  labelled: 'supervised types target: 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1',
  'multi-label': 'supervised types target: 1, 1, 0, 0',
  tagged: 'supervised types labels',
  question: 'supervised types span: 6, 9, 0, 0, 0, 0, 0, 0, 0, 0',
  related: 'supervised types group: 0, 0, 1, 1, 1, 1',
  scored: 'supervised types target group: 0.75, 0, 0.75, 0',
  masked: 'supervised types',
  reward: 'supervised types',
};

it.each(Object.entries(storedColumns))('reads %s rows as they were stored', (kind, columns) => {
  const stored = (end: string): Buffer =>
    readFileSync(new URL(`./fixtures/${kind}.${end}`, import.meta.url));
  const examples = decodeShard(stored('shard'));
  const names = ['supervised', 'types', 'labels', 'target', 'span', 'group'] as const;
  const has = names.filter((name) => examples[0]?.[name] !== undefined);
  const numbers = examples.flatMap(({ target = [], span = [], group = [] }) => [
    ...[...target, ...span, ...group],
  ]);
  expect(`${has.join(' ')}${numbers.length > 0 ? `: ${numbers.join(', ')}` : ''}`).toBe(columns);
  const rows = stored('jsonl').toString().trim().split('\n');
  const read = rows.map((line) => canonicalRowSchema.parse(JSON.parse(line)));
  expect(read).toEqual(rows.map((line) => JSON.parse(line) as object));
  expect(read.reduce((sum, row) => sum + examplesOf(row), 0)).toBe(examples.length);
});

it('refuses anything that is not a whole shard', () => {
  const bytes = encodeShard([
    { tokens: Int32Array.of(1, 2, 3), supervised: Uint8Array.of(0, 1, 1) },
    { tokens: Int32Array.of(4), supervised: Uint8Array.of(1) },
  ]);
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeShard(bytes.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
  expect(decodeShard(Buffer.from(bytes))).toHaveLength(2);
  expect(() => decodeShard(new Uint8Array(64))).toThrow('the magic number is missing');
  const newer = bytes.slice();
  newer[4] = 3;
  expect(() => decodeShard(newer)).toThrow('version 3 is not supported');
  const lengthAt = 20 + (bytes[16] ?? 0);
  const uneven = bytes.slice();
  uneven[lengthAt] = 2;
  expect(() => decodeShard(uneven)).toThrow('do not add up');
  uneven[lengthAt] = 255;
  expect(() => decodeShard(uneven)).toThrow('do not add up');
  const described = (text: string): Uint8Array => {
    const other = bytes.slice();
    other.set(Buffer.from(text), Buffer.from(bytes).indexOf('supervised'));
    return other;
  };
  expect(() => decodeShard(described('unheard-of'))).toThrow('cannot be read');
});

it('wants one flag for each token', () => {
  const wrong = { tokens: Int32Array.of(1, 2), supervised: Uint8Array.of(1) };
  expect(() => encodeShard([wrong])).toThrow('1 numbers in the column supervised, not 2');
});
