import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { constant, input } from '../graph/value.ts';
import { mul } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { packedAttention, packedMask, rotationAt } from './attention.ts';
import { inverseFrequencies } from './rope-table.ts';
import { child, fillNormal, rootSeed } from './seed.ts';

const heads = { heads: 4, keyValueHeads: 2, headSize: 6 };
const settings = { rotarySize: heads.headSize, ropeTheta: 100, ropeScaling: null };

type Arrays = {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
};
type Layout = { readonly rows: number; readonly tokens: number; readonly lengths: number[][] };

/** Σ weight · attention, token by token in float64, as the formula reads. */
function reference(arrays: Arrays, layout: Layout, weights: Float32Array): number {
  const { tokens, lengths } = layout;
  const group = heads.heads / heads.keyValueHeads;
  let sum = 0;
  for (const [row, parts] of lengths.entries()) {
    let start = row * tokens;
    for (const length of parts) {
      for (let head = 0; head < heads.heads; head++) {
        const shared = Math.floor(head / group);
        for (let q = 0; q < length; q++) {
          const query = rotated(arrays.query, {
            at: start + q,
            count: heads.heads,
            head,
            position: q,
          });
          const scores = Array.from({ length: q + 1 }, (_, k) => {
            const place = { at: start + k, count: heads.keyValueHeads, head: shared, position: k };
            const key = rotated(arrays.key, place);
            return query.reduce((dot, x, i) => dot + x * key[i]!, 0) / Math.sqrt(heads.headSize);
          });
          const total = scores.reduce((all, score) => all + Math.exp(score), 0);
          for (let i = 0; i < heads.headSize; i++) {
            const attended = scores.reduce((all, score, k) => {
              const at = ((start + k) * heads.keyValueHeads + shared) * heads.headSize + i;
              return all + (Math.exp(score) / total) * arrays.value[at]!;
            }, 0);
            sum += attended * weights[((start + q) * heads.heads + head) * heads.headSize + i]!;
          }
        }
      }
      start += length;
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

describe('attention in packed windows', () => {
  it.each([
    ['one block', { rows: 2, tokens: 24, lengths: [[10, 14], [24]] }],
    ['several blocks of queries', { rows: 2, tokens: 150, lengths: [[150], [70, 33, 47]] }],
  ] satisfies [string, Layout][])('is the formula, with its gradients (%s)', async (_, layout) => {
    const { rows, tokens, lengths } = layout;
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
    const attended = packedAttention(shape, {
      ...inputs,
      rotation: rotationAt(settings, input('positions', [count], 'int32'), {
        limit: tokens,
        scale: heads.headSize ** -0.5,
      }),
      mask: packedMask(input('segments', [count], 'int32'), shape),
    });
    const sum = reduceSum(mul(attended, constant(weights, wide)));
    const [query, key, value] = gradients(sum, [inputs.query, inputs.key, inputs.value]);
    const program = await cpuDevice({ threads: 1 }).compile({
      outputs: { sum, dquery: query!, dkey: key!, dvalue: value! },
    });
    const integers = (data: number[]) =>
      ({ data: Int32Array.from(data), shape: [count], dtype: 'int32' }) as const;
    const answers = await program.run({
      query: { data: fed.query, shape: wide, dtype: 'float32' },
      key: { data: fed.key, shape: narrow, dtype: 'float32' },
      value: { data: fed.value, shape: narrow, dtype: 'float32' },
      positions: integers(lengths.flat().flatMap((length) => [...Array(length).keys()])),
      segments: integers(
        lengths.flatMap((parts) => parts.flatMap((length, at) => Array(length).fill(at + 1))),
      ),
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
});
