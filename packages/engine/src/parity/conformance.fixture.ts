import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import { mappedWeight } from '../ops/comparison.ts';
import { add, mul, sqrt, sub } from '../ops/elementwise.ts';
import { concat, reshape } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceSum, sumSquares } from '../ops/reduce.ts';
import { softmax } from '../ops/softmax.ts';
import type { Device, Residency } from '../runtime/device.ts';

/** A float32 tensor of the numbers, for feeding. */
export function floats(shape: readonly number[], numbers: Iterable<number>): Tensor {
  return { data: Float32Array.from(numbers), shape, dtype: 'float32' };
}

/** What every device must do, whatever runs beneath it. */
export function checkDevice(device: Device): void {
  describe(`${device.name} device`, () => {
    checkRuns(device);
    checkWeights(device);
    checkMemory(device);
    if (device.residency !== undefined) checkResidency(device.residency);
  });
}

const x = input('x', [2, 2]);
const given = floats([2, 2], [1, 2, 3, 4]);

function checkRuns(device: Device): void {
  it('answers every output by name, with shape and type', async () => {
    await using program = await open(device, { sum: reduceSum(x), square: mul(x, x), same: x });
    const { sum, square, same } = await program.run({ x: given });
    expect(sum).toEqual(floats([], [10]));
    expect(square).toEqual(floats([2, 2], [1, 4, 9, 16]));
    expect(same).toEqual(given);
  });

  it('answers one value under two names', async () => {
    const twice = add(x, x);
    await using program = await open(device, { a: twice, b: twice });
    const { a, b } = await program.run({ x: given });
    expect(b).toEqual(a);
  });

  it('refuses feeds and fetches that do not fit, in a sentence that names them', async () => {
    await using program = await open(device, { y: mul(x, x) });
    await expect(program.run({})).rejects.toThrow('Input "x" is missing.');
    await expect(program.run({ x: given, z: given })).rejects.toThrow('no input "z"');
    await expect(program.run({ x: floats([4], [1, 2, 3, 4]) })).rejects.toThrow(
      'Input "x" must be float32[2, 2], not float32[4].',
    );
    const integers = { data: Int32Array.of(1, 2, 3, 4), shape: [2, 2], dtype: 'int32' } as const;
    await expect(program.run({ x: integers })).rejects.toThrow('not int32[2, 2]');
    const short = { ...given, data: new Float32Array(3) };
    await expect(program.run({ x: short })).rejects.toThrow('holds a Float32Array of 3');
    await expect(program.run({ x: given }, { q: given })).rejects.toThrow('no output "q"');
  });

  it('refuses to run once it is disposed of', async () => {
    const program = await device.compile({ outputs: { y: mul(x, x) } });
    await program.dispose();
    await program.dispose();
    await expect(program.run({ x: given })).rejects.toThrow('disposed');
  });

  it('serves sizes that are known only when it runs', async () => {
    const past = input('past', ['past', 2]);
    const fresh = input('fresh', ['new', 2]);
    const keys = concat([past, fresh], 0);
    const scores = softmax(matmul(fresh, keys, { transB: true }));
    const mixed = reshape(matmul(scores, keys), [0, 2, 1]);
    expect(mixed.shape).toEqual(['new', 2, 1]);
    await using program = await open(device, { mixed, keys });
    for (const [old, added] of [
      [3, 1],
      [0, 4],
    ] as const) {
      const answer = await program.run({
        past: floats([old, 2], new Array(old * 2).fill(1)),
        fresh: floats([added, 2], new Array(added * 2).fill(1)),
      });
      expect(answer.keys?.shape).toEqual([old + added, 2]);
      expect(answer.mixed?.shape).toEqual([added, 2, 1]);
      for (const number of answer.mixed!.data) expect(number).toBeCloseTo(1, 6);
    }
  });

  it('gives the same bits in every run', async () => {
    const wide = input('x', [64, 64]);
    const loss = reduceSum(softmax(matmul(wide, wide)));
    const [slope] = gradients(loss, [wide]);
    await using program = await open(device, { slope: slope! });
    const feeds = {
      x: floats(
        [64, 64],
        Array.from({ length: 4096 }, (_, i) => Math.sin(i)),
      ),
    };
    const first = await program.run(feeds);
    for (let run = 0; run < 5; run++) expect(await program.run(feeds)).toEqual(first);
  });
}

function checkWeights(device: Device): void {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lathe-weights-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('maps weights from a file at any offset, stored as float32 or bfloat16', async () => {
    const file = join(folder, 'weights.bin');
    const bytes = Buffer.alloc(3 + 16 + 8);
    for (const index of [0, 1, 2, 3]) bytes.writeFloatLE(index + 1, 3 + index * 4);
    // bfloat16 is the upper half of a float32: 1, 2, -1, 0.5.
    for (const [index, bits] of [0x3f80, 0x4000, 0xbf80, 0x3f00].entries()) {
      bytes.writeUInt16LE(bits, 19 + index * 2);
    }
    await writeFile(file, bytes);
    const full = mappedWeight('full', {
      file,
      offset: 3,
      byteLength: 16,
      dtype: 'float32',
      shape: [2, 2],
    });
    const half = mappedWeight('half', {
      file,
      offset: 19,
      byteLength: 8,
      dtype: 'bfloat16',
      shape: [2, 2],
    });
    await using program = await open(device, { y: add(matmul(x, full), half) });
    expect((await program.run({ x: floats([2, 2], [1, 0, 0, 1]) })).y).toEqual(
      floats([2, 2], [2, 4, 2, 4.5]),
    );
  });
}

function checkMemory(device: Device): void {
  it('writes into the tensors it is given', async () => {
    await using program = await open(device, { y: mul(x, x), z: add(x, x) });
    const y = floats([2, 2], [0, 0, 0, 0]);
    const answer = await program.run({ x: given }, { y });
    expect(answer.y).toBe(y);
    expect(y).toEqual(floats([2, 2], [1, 4, 9, 16]));
    expect(answer.z).toEqual(floats([2, 2], [2, 4, 6, 8]));
  });

  it('updates in place to the same bits as into fresh buffers, when writes wait for the norm', async () => {
    const count = 1000;
    const weight = input('weight', [count]);
    const mean = input('mean', [count]);
    const slope = mul(weight, sub(weight, 1));
    const norm = sqrt(sumSquares(slope));
    const nextMean = add(mul(mean, 0.9), mul(slope, mul(norm, 1e-3)));
    const outputs = { nextWeight: sub(weight, mul(nextMean, 0.1)), nextMean, norm };
    await using program = await open(device, outputs);
    const start = Array.from({ length: count }, (_, index) => Math.cos(index));
    let fresh = { weight: floats([count], start), mean: floats([count], start) };
    const kept = { weight: floats([count], start), mean: floats([count], start) };
    for (let step = 0; step < 5; step++) {
      const next = await program.run(fresh);
      fresh = { weight: next.nextWeight!, mean: next.nextMean! };
      await program.run(kept, { nextWeight: kept.weight, nextMean: kept.mean });
      expect(kept).toEqual(fresh);
    }
  });

  it('does not grow over 100 runs', async () => {
    const count = 250_000;
    const big = input('x', [count]);
    await using program = await open(device, { y: mul(add(big, 1), big) });
    const feeds = { x: floats([count], new Float32Array(count)) };
    await expectNoGrowth(async () => void (await program.run(feeds)));
  });
}

function checkResidency(residency: Residency): void {
  const square = { outputs: { y: mul(x, x), sum: reduceSum(x) } };

  it('keeps on the device what is sent there, and what stays there', async () => {
    const program = await residency.compile(square, ['y']);
    const sent = await residency.upload(given);
    expect(sent).toMatchObject({ shape: [2, 2], dtype: 'float32' });
    const first = await program.run({ x: sent });
    expect(first.host).toEqual({ sum: floats([], [10]) });
    const second = await program.run({ x: first.resident.y! });
    expect(second.host).toEqual({ sum: floats([], [30]) });
    expect(await residency.download(sent)).toEqual(given);
    expect(await residency.download(first.resident.y!)).toEqual(floats([2, 2], [1, 4, 9, 16]));
    expect(await residency.download(second.resident.y!)).toEqual(floats([2, 2], [1, 16, 81, 256]));
    for (const tensor of [sent, first.resident.y!, second.resident.y!]) tensor.dispose();
    await program.dispose();
  });

  it('refuses what lies on the device and does not fit, or is there no more', async () => {
    const program = await residency.compile(square, ['y']);
    const row = await residency.upload(floats([1, 4], [1, 2, 3, 4]));
    await expect(program.run({ x: row })).rejects.toThrow(
      'Input "x" must be float32[2, 2], not float32[1, 4].',
    );
    const sent = await residency.upload(given);
    sent.dispose();
    sent.dispose();
    await expect(program.run({ x: sent })).rejects.toThrow('disposed');
    row.dispose();
    await program.dispose();
  });

  it('does not grow over 100 tensors that stayed', async () => {
    const big = input('x', [250_000]);
    const program = await residency.compile({ outputs: { y: mul(add(big, 1), big) } }, ['y']);
    const sent = await residency.upload(floats([250_000], new Float32Array(250_000)));
    await expectNoGrowth(async () => (await program.run({ x: sent })).resident.y!.dispose());
    sent.dispose();
    await program.dispose();
  });
}

/** Does the same 400 times, in which a megabyte that were not given back each time would be seen. */
async function expectNoGrowth(act: () => Promise<void>): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const measure = async (): Promise<number> => {
    for (let run = 0; run < 100; run++) await act();
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return process.memoryUsage.rss();
  };
  const sizes: number[] = [];
  for (let round = 0; round < 4; round++) sizes.push(await measure());
  const growth = sizes.slice(1).map((size, round) => size - (sizes[round] ?? 0));
  // 100 leaked outputs would be 100 MB in every round; the collector may be late in one.
  expect(Math.min(...growth)).toBeLessThan(50e6);
}

async function open(device: Device, outputs: Parameters<Device['compile']>[0]['outputs']) {
  const program = await device.compile({ outputs });
  return {
    run: program.run.bind(program),
    [Symbol.asyncDispose]: () => program.dispose(),
  };
}
