import { expect, it } from 'vitest';
import type { Line } from '../read/lines.ts';
import { packLines, unpackLines } from './packed-lines.ts';

it('brings every kind of line to the other side, in one buffer', () => {
  const file = Buffer.from('{"a":1}{"b":2}');
  const lines: Line[] = [
    { number: 1, bytes: file.subarray(0, 7) },
    { number: 2, tooLong: true },
    { number: 5, bytes: file.subarray(7), member: 'x.jsonl', told: { '@list': 'train' } },
    { number: 6, problem: { rule: 'nesting', message: 'deep' } },
    { number: 7, bytes: new Uint8Array() },
  ];
  const packed = packLines([lines]);
  expect(packed.bytes).toHaveLength(14);
  const bytes = (line: Line) =>
    'bytes' in line ? { ...line, bytes: Uint8Array.from(line.bytes) } : line;
  expect(unpackLines(structuredClone(packed)).map(bytes)).toEqual(lines.map(bytes));
  expect(new Set([packed.starts, packed.ends, packed.numbers].map(({ buffer }) => buffer))).toEqual(
    new Set([packed.bytes.buffer]),
  );
});

it('does not tell threads which file of an archive a line is of', () => {
  const lines = [{ number: 3, bytes: Buffer.from('{}'), member: 'x.jsonl' }];
  expect(unpackLines(packLines([lines]))).toEqual([
    { number: 3, bytes: Uint8Array.from(Buffer.from('{}')) },
  ]);
});
