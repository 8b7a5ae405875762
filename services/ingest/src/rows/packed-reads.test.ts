import { expect, it } from 'vitest';
import { buffersOf, packReads, unpackReads } from './packed-reads.ts';
import { eachRead } from './plain-run.fixture.ts';
import type { LineRead, RightRow } from './row-task.ts';

const utf8 = new TextEncoder();
const bytesOf = (text: string) => utf8.encode(text);
const example = (length: number, first = 1) => ({
  tokens: Int32Array.from({ length }, (_, at) => first + at),
  supervised: new Uint8Array(length).fill(1),
});
const right = (change: Partial<RightRow> = {}): RightRow => ({
  parts: [{ json: bytesOf('{"text":"ä 😀"}'), examples: [example(3)] }],
  hasControl: false,
  hashes: { both: 2 ** 47 + 1, prompt: 2, plain: 3, group: 4, answer: 5, asked: 6 },
  likeness: { shingles: Uint32Array.of(1, 2 ** 32 - 1), bands: Uint32Array.of(7, 8) },
  personal: [],
  ...change,
});

it('brings back what was read, rows that are plain and rows that are not, in any order', () => {
  const issue = { path: 'a', rule: 'b', message: 'c', level: 'warn' } as const;
  const none = right().hashes;
  const reads: LineRead[] = [
    { number: 1, issues: [], right: right() },
    { number: 2, issues: [issue] },
    { number: 3, issues: [issue], right: right() },
    { number: 4, issues: [], isMended: true, right: right() },
    { number: 5, issues: [], right: right({ personal: ['EMAIL'], hasControl: true }) },
    { number: 6, issues: [], right: right({ parts: [] }) },
    {
      number: 7,
      issues: [],
      right: right({
        parts: [
          { json: bytesOf('{}'), examples: [example(2), example(0)] },
          {
            json: bytesOf('{"b":1}'),
            examples: [{ ...example(4), target: Float32Array.of(0.5, 2) }],
          },
        ],
      }),
    },
    { number: 8, issues: [], right: right({ hashes: { ...none, asked: undefined } }) },
    {
      number: 9,
      issues: [],
      right: right({
        parts: [{ json: bytesOf(''), examples: [{ ...example(2), types: Uint8Array.of(0, 1) }] }],
      }),
    },
    {
      number: 10,
      issues: [],
      right: right({ parts: [{ json: bytesOf('[]'), examples: [example(5, -5)] }] }),
    },
  ];
  const packed = packReads(reads);
  const unpacked = unpackReads(structuredClone(packed, { transfer: buffersOf(packed) }));
  expect(eachRead(unpacked)).toEqual(reads);
});
