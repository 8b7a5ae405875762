import { expect, it } from 'vitest';
import type { Line, LineColumns, LineGroup } from '../read/lines.ts';
import { inBatches } from './line-batches.ts';
import { unpackLines } from './packed-lines.ts';

async function* source(groups: readonly LineGroup[]): AsyncGenerator<LineGroup> {
  yield* groups;
}

const bytesOf = (line: Line) =>
  'bytes' in line ? { ...line, bytes: Uint8Array.from(line.bytes) } : line;

/** Lines end to end, each with some bytes behind it. */
function columnsOf(lines: readonly { number: number; bytes: Uint8Array }[]): LineColumns {
  const between = Buffer.from('\r\n');
  let end = 0;
  const starts = lines.map(({ bytes }) => {
    const start = end;
    end += bytes.length + between.length;
    return start;
  });
  return {
    bytes: Buffer.concat(lines.flatMap(({ bytes }) => [bytes, between])),
    starts: Int32Array.from(starts),
    ends: Int32Array.from(starts, (start, at) => start + (lines[at]?.bytes.length ?? 0)),
    numbers: Float64Array.from(lines, ({ number }) => number),
  };
}

const sizes = [...Array<number>(600).fill(10), 300_000, 10, 200_000, 100_000];
const lines = sizes.map((size, at) => ({
  number: at + 1,
  bytes: new Uint8Array(size).fill(at % 251),
}));

it.each([
  ['objects', [lines.slice(0, 3), lines.slice(3)]],
  ['columns', [columnsOf(lines.slice(0, 3)), columnsOf(lines.slice(3))]],
  ['both', [lines.slice(0, 500), columnsOf(lines.slice(500))]],
])('takes some lines at a time as %s, and long ones alone', async (_, groups) => {
  const batches = await Array.fromAsync(inBatches(source(groups)));
  expect(batches.map(({ members }) => members.length)).toEqual([512, 88, 1, 2, 1]);
  expect(batches.flatMap((batch) => unpackLines(batch.lines)).map(bytesOf)).toEqual(lines);
});

it('tells the file of each line', async () => {
  const [first, second, third, fourth] = lines as [Line, Line, Line, Line];
  const columns = columnsOf(lines.slice(1, 3));
  const groups = [[{ ...first, member: 'a' }], { ...columns, member: 'b' }, [third, fourth]];
  const [batch] = await Array.fromAsync(inBatches(source(groups)));
  expect(batch?.members).toEqual(['a', 'b', 'b', undefined, undefined]);
  expect(batch?.lines.numbers).toEqual(
    Float64Array.of(first.number, second.number, third.number, third.number, fourth.number),
  );
});

it('gives the memory of lines back that are alone in it, once the last of them is copied', async () => {
  const [own, shared] = [columnsOf(lines.slice(0, 520)), columnsOf(lines.slice(0, 520))];
  const alone = { ...own, bytes: Uint8Array.from(own.bytes), areOwn: true };
  const batches = inBatches(source([alone, { ...shared, areOwn: false }]));
  await batches.next();
  expect(alone.bytes).toHaveLength(own.bytes.length);
  const second = await batches.next();
  expect(alone.bytes).toHaveLength(0);
  expect(second.done === false && second.value.lines.bytes.subarray(0, 10)).toEqual(
    lines[512]?.bytes,
  );
  await batches.next();
  expect(shared.bytes).not.toHaveLength(0);
});

it('leaves out what stands between lines that are far apart', async () => {
  const far = { ...columnsOf(lines.slice(0, 2)), bytes: new Uint8Array(100_000) };
  far.starts[1] = 90_000;
  far.ends[1] = 90_010;
  const [batch] = await Array.fromAsync(inBatches(source([far])));
  expect(batch?.lines.bytes).toHaveLength(20);
  expect(batch?.lines.ends).toEqual(Int32Array.of(10, 20));
});
