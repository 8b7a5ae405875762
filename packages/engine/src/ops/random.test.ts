import { checkFamily } from '@lathe/testkit/gradient-check';
import { describe, expect, it } from 'vitest';
import { constant, input } from '../graph/value.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { dropout, keepMask, randomOps } from './random.ts';

const { imul } = Math;
const constants = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f, 0x165667b1];

/** The hash of one vector in plain JavaScript: int32 products that wrap, divisions that cut towards zero. */
function mixed(place: number, key: number): number {
  const square = (x: number): number => imul(x, imul(x, 2) + 1);
  let bits = (imul(place, constants[0]!) + key) | 0;
  for (const round of constants.slice(1)) {
    const turned = square(bits);
    bits = (imul(turned, 65536) + Math.trunc(turned / 65536) + round) | 0;
  }
  return square(bits);
}

function kept(key: number, [row, column]: readonly [number, number], keep: number): number {
  const keys = [1, 2, 3, 4].map((site) => mixed(site, key));
  const sum = mixed(row, keys[0]!) + mixed(column, keys[2]!);
  const factor = imul(mixed(row, keys[1]!), 2) + 1 + imul(mixed(column, keys[3]!), 2);
  return imul(sum | 0, factor | 0) < Math.min(Math.round((keep - 0.5) * 2 ** 32), 2 ** 31 - 1)
    ? 1
    : 0;
}

const key = { dtype: 'int32', values: [123_456_789] } as const;

checkFamily(randomOps, {
  KeepMask: {
    reference: ([given], { shape, keep }) => {
      const sizes = shape as readonly number[];
      const count = sizes.reduce((product, size) => product * size, 1);
      return {
        shape: sizes,
        data: Float64Array.from({ length: count }, (_, place) =>
          kept(
            given!.data[0]!,
            [Math.floor(place / (sizes.at(-1) ?? 1)), place % (sizes.at(-1) ?? 1)],
            Number(keep),
          ),
        ),
      };
    },
    samples: [
      { shapes: [[]], fixed: { 0: key }, attributes: { shape: [3, 4, 50], keep: 0.9 } },
      { shapes: [[]], fixed: { 0: { ...key, values: [-7] } }, attributes: { shape: [], keep: 1 } },
    ],
    refuses: [
      { shapes: [[]], attributes: { shape: [2], keep: 0.5 }, message: 'must be an int32 scalar' },
      {
        shapes: [[]],
        dtypes: ['int32'],
        attributes: { shape: [2], keep: 0 },
        message: 'a share of 0',
      },
    ],
  },
});

describe('dropout', () => {
  const shape = [512, 400] as const;

  async function masks(keys: readonly number[], keep: number): Promise<Uint8Array[]> {
    const name = input('key', [], 'int32');
    const program = await cpuDevice().compile({ outputs: { y: keepMask(name, shape, keep) } });
    const found: Uint8Array[] = [];
    for (const value of keys) {
      const feeds = { key: { data: Int32Array.of(value), shape: [], dtype: 'int32' } } as const;
      found.push((await program.run(feeds)).y!.data as Uint8Array);
    }
    await program.dispose();
    return found;
  }

  it('keeps the share it is told to, alike in every row and column', async () => {
    for (const keep of [0.5, 0.9]) {
      const [mask] = await masks([42], keep);
      const total = shape[0] * shape[1];
      const deviation = Math.sqrt((keep * (1 - keep)) / total);
      const share = mask!.reduce((sum, bit) => sum + bit, 0) / total;
      expect(Math.abs(share - keep)).toBeLessThan(4 * deviation);
      for (let row = 0; row < shape[0]; row++) {
        const count = mask!
          .subarray(row * shape[1], (row + 1) * shape[1])
          .reduce((s, b) => s + b, 0);
        const spread = Math.sqrt(keep * (1 - keep) * shape[1]);
        expect(Math.abs(count - keep * shape[1])).toBeLessThan(5 * spread);
      }
    }
  });

  it('draws independent masks for other keys and the same for the same', async () => {
    const [first, again, next, far] = await masks([1, 1, 2, -1_234_567], 0.5);
    expect(again).toEqual(first);
    for (const other of [next!, far!]) {
      const same = other.filter((bit, place) => bit === first![place]).length / other.length;
      expect(Math.abs(same - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / other.length));
    }
    // Neighbours within a mask agree as often as not, along both axes.
    for (const step of [1, shape[1]]) {
      const pairs = first!.length - step;
      let same = 0;
      for (let place = 0; place < pairs; place++)
        same += first![place] === first![place + step] ? 1 : 0;
      expect(Math.abs(same / pairs - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / pairs));
    }
  });

  it('scales what it keeps and leaves x alone at rate 0', async () => {
    const x = constant(1, [100]);
    expect(dropout(x, input('key', [], 'int32'), 0)).toBe(x);
    const y = dropout(x, input('key', [], 'int32'), 0.2);
    const program = await cpuDevice().compile({ outputs: { y } });
    const answer = await program.run({
      key: { data: Int32Array.of(5), shape: [], dtype: 'int32' },
    });
    expect(new Set(answer.y!.data as Float32Array)).toEqual(new Set([0, 1.25]));
    await program.dispose();
  });
});
