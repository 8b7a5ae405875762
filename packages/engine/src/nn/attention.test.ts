import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { constant, input } from '../graph/value.ts';
import { mul } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { causalMask, packedAttention, rotationAt } from './attention.ts';
import { inverseFrequencies } from './rope-table.ts';
import { child, fillNormal, rootSeed } from './seed.ts';

const heads = { heads: 4, keyValueHeads: 2, headSize: 6 };
const settings = { rotarySize: heads.headSize, ropeTheta: 100, ropeScaling: null };

type Arrays = {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
};
/** The rows' sequences, each as the places in the row where its tokens lie: of a beginning that several share, the same ones. */
type Layout = { readonly rows: number; readonly tokens: number; readonly sequences: number[][][] };

/** Sequences of these lengths, one after another. */
const inTurn = (lengths: number[]): number[][] =>
  lengths.map((length, at) => {
    const start = lengths.slice(0, at).reduce((sum, each) => sum + each, 0);
    return Array.from({ length }, (_, token) => start + token);
  });
const range = (start: number, end: number) =>
  Array.from({ length: end - start }, (_, at) => start + at);

/** Σ weight · attention, token by token in float64, as the formula reads. */
function reference(arrays: Arrays, layout: Layout, weights: Float32Array): number {
  const { tokens, sequences } = layout;
  const group = heads.heads / heads.keyValueHeads;
  let sum = 0;
  for (const [row, parts] of sequences.entries()) {
    const first = row * tokens;
    const done = new Set<number>();
    for (const part of parts) {
      const places = part.map((place) => first + place);
      for (let head = 0; head < heads.heads; head++) {
        const shared = Math.floor(head / group);
        for (const [q, at] of places.entries()) {
          if (done.has(at)) continue;
          const query = rotated(arrays.query, {
            at,
            count: heads.heads,
            head,
            position: q,
          });
          const scores = Array.from({ length: q + 1 }, (_, k) => {
            const place = { at: places[k]!, count: heads.keyValueHeads, head: shared, position: k };
            const key = rotated(arrays.key, place);
            return query.reduce((dot, x, i) => dot + x * key[i]!, 0) / Math.sqrt(heads.headSize);
          });
          const total = scores.reduce((all, score) => all + Math.exp(score), 0);
          for (let i = 0; i < heads.headSize; i++) {
            const attended = scores.reduce((all, score, k) => {
              const from = (places[k]! * heads.keyValueHeads + shared) * heads.headSize + i;
              return all + (Math.exp(score) / total) * arrays.value[from]!;
            }, 0);
            sum += attended * weights[(at * heads.heads + head) * heads.headSize + i]!;
          }
        }
      }
      for (const place of places) done.add(place);
    }
  }
  return sum;
}

function rotated(
  x: Float64Array,
  place: { at: number; count: number; head: number; position: number },
): number[] {
  const size = heads.headSize;
  const from = (place.at * place.count + place.head) * size;
  const half = size / 2;
  const frequencies = inverseFrequencies(settings);
  return Array.from({ length: size }, (_, i) => {
    const angle = place.position * frequencies[i % half]!;
    const other = i < half ? -x[from + i + half]! : x[from + i - half]!;
    return x[from + i]! * Math.cos(angle) + other * Math.sin(angle);
  });
}

function checkFormula(device: Device): void {
  it.each([
    ['one block', { rows: 2, tokens: 24, sequences: [inTurn([10, 14]), inTurn([24])] }],
    [
      'several blocks of queries',
      { rows: 2, tokens: 150, sequences: [inTurn([150]), inTurn([70, 33, 47])] },
    ],
    [
      'a beginning of all, and one of some',
      {
        rows: 2,
        tokens: 150,
        sequences: [
          [
            range(0, 90),
            [...range(0, 60), ...range(90, 110)],
            [...range(0, 60), ...range(90, 95), ...range(110, 150)],
          ],
          inTurn([150]),
        ],
      },
    ],
  ] satisfies [string, Layout][])('is the formula, with its gradients (%s)', async (_, layout) => {
    const { rows, tokens, sequences } = layout;
    const positions = Array<number>(rows * tokens).fill(0);
    const ends = Array<number>(rows * tokens).fill(0);
    for (const [row, parts] of sequences.entries())
      for (const part of parts)
        for (const [at, place] of part.entries()) {
          positions[row * tokens + place] = at;
          ends[row * tokens + place] = part.at(-1)! + 1;
        }
    const count = rows * tokens;
    const wide = [count, heads.heads * heads.headSize];
    const narrow = [count, heads.keyValueHeads * heads.headSize];
    const random = (name: string, [length = 0, width = 0]: number[]) =>
      fillNormal(new Float32Array(length * width), child(rootSeed(1), name), 1);
    const fed = {
      query: random('query', wide),
      key: random('key', narrow),
      value: random('value', narrow),
    };
    const weights = random('weights', wide);
    const shape = { ...heads, rows, tokens };
    const inputs = {
      query: input('query', wide),
      key: input('key', narrow),
      value: input('value', narrow),
    };
    const fedPlaces = {
      positions: input('positions', [count], 'int32'),
      ends: input('ends', [count], 'int32'),
    };
    const attended = packedAttention(shape, {
      ...inputs,
      rotation: rotationAt(settings, fedPlaces.positions, {
        limit: tokens,
        scale: heads.headSize ** -0.5,
      }),
      mask: causalMask(fedPlaces, shape, tokens),
    });
    const sum = reduceSum(mul(attended, constant(weights, wide)));
    const [query, key, value] = gradients(sum, [inputs.query, inputs.key, inputs.value]);
    const program = await device.compile({
      outputs: { sum, dquery: query!, dkey: key!, dvalue: value! },
    });
    const integers = (data: number[]) =>
      ({ data: Int32Array.from(data), shape: [count], dtype: 'int32' }) as const;
    const answers = await program.run({
      query: { data: fed.query, shape: wide, dtype: 'float32' },
      key: { data: fed.key, shape: narrow, dtype: 'float32' },
      value: { data: fed.value, shape: narrow, dtype: 'float32' },
      positions: integers(positions),
      ends: integers(ends),
    });
    await program.dispose();

    const arrays = {
      query: Float64Array.from(fed.query),
      key: Float64Array.from(fed.key),
      value: Float64Array.from(fed.value),
    };
    const wanted = reference(arrays, layout, weights);
    expect(Math.abs(Number(answers.sum?.data[0]) - wanted)).toBeLessThan(
      2e-4 * Math.abs(wanted) + 1e-3,
    );
    for (const name of ['query', 'key', 'value'] as const) {
      const direction = random(`direction ${name}`, name === 'query' ? wide : narrow);
      const moved = (step: number) => ({
        ...arrays,
        [name]: arrays[name].map((x, at) => x + step * direction[at]!),
      });
      const slope =
        (reference(moved(1e-4), layout, weights) - reference(moved(-1e-4), layout, weights)) / 2e-4;
      const gradient = answers[`d${name}`]!.data as Float32Array;
      const found = gradient.reduce((dot, x, at) => dot + x * direction[at]!, 0);
      expect(Math.abs(found - slope), name).toBeLessThan(1e-4 * Math.abs(slope) + 1e-3);
    }
  });
}

describe('attention in packed windows', () => {
  checkFormula(cpuDevice({ threads: 1 }));
});

await describeWithKernels(checkFormula);
