import { expect, it } from 'vitest';
import { createMeter, type ReadProgress } from './read-progress.ts';

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < 3; piece++) yield new Uint8Array(10);
}

it('counts the bytes of a file as they are read, and all of it once it is left', async () => {
  const told: ReadProgress[] = [];
  const meter = createMeter([{ bytes: 30 }, { bytes: 30 }], (at) => told.push(at));
  for await (const _ of meter.counted(pieces(), 30)) meter.rows(1);
  for await (const _ of meter.counted(pieces(), 30)) break;
  meter.rows(1);
  expect(told.map(({ bytes, rows }) => [bytes, rows])).toEqual([
    ...[
      [10, 1],
      [20, 2],
      [30, 3],
    ],
    [60, 4],
  ]);
});
