import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input, type Value } from '../graph/value.ts';
import { child, fillNormal, rootSeed, words } from '../nn/seed.ts';
import { mul } from '../ops/elementwise.ts';
import { reduceSum } from '../ops/reduce.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { headChunk } from './chunked-cross-entropy.ts';
import {
  lossOverTokens,
  sequenceFeeds,
  sequenceInputs,
  sumBySequence,
} from './sequence-log-probability.ts';

const width = 5;
const vocabulary = 7;
const slots = 3;
const device = cpuDevice({ threads: 1 });

/** Runs Σ (sum of a sequence's log-probabilities)² over `count` random targets, in float64. */
async function run(count: number) {
  const random = (name: string, length: number): Float64Array =>
    Float64Array.from(fillNormal(new Float32Array(length), child(rootSeed(3), name), 1));
  const pick = (name: string, below: number): Int32Array =>
    Int32Array.from({ length: count }, (_, at) => words(child(rootSeed(3), name), at).low % below);
  const numbers = { hidden: random('hidden', count * width), head: random('head', 35) };
  const tokens = pick('tokens', vocabulary);
  const sequences = pick('sequences', slots + 1).map((slot) => slot - 1);
  const hidden = input('hidden', [count, width], 'float64');
  const head = input('head', [vocabulary, width], 'float64');
  const inputs = sequenceInputs(count);
  const built = lossOverTokens({ hidden, head: () => head }, inputs, (scores) => {
    const sums = sumBySequence(scores, inputs, slots);
    return { loss: reduceSum(mul(sums, sums)), correct: reduceSum(sums), vectors: { sums } };
  });
  const of = (loss: Value) => gradients(loss, [hidden, head]);
  const outputs: Record<string, Value> = { sums: built.vectors?.sums as Value };
  for (const [at, value] of of(built.loss).entries()) outputs[`direct${at}`] = value;
  if (built.gradientOf !== undefined)
    for (const [at, value] of of(built.gradientOf).entries()) outputs[`again${at}`] = value;
  const program = await device.compile({ outputs });
  const vector = (data: Int32Array): Tensor => ({ data, shape: [count], dtype: 'int32' });
  const answers = await program.run({
    hidden: { data: numbers.hidden, shape: [count, width], dtype: 'float64' },
    head: { data: numbers.head, shape: [vocabulary, width], dtype: 'float64' },
    target_positions: vector(Int32Array.from({ length: count }, (_, at) => at)),
    target_tokens: vector(tokens),
    target_weights: { data: new Float32Array(count).fill(1), shape: [count], dtype: 'float32' },
    target_sequences: vector(sequences),
  });
  await program.dispose();
  return { ...numbers, tokens, sequences, answers };
}

describe('log-probabilities of sequences', () => {
  it.each([40, headChunk + 70])('are summed over %i tokens by sequence', async (count) => {
    const { hidden, head, tokens, sequences, answers } = await run(count);
    const wanted = new Float64Array(slots);
    for (const [at, slot] of sequences.entries()) {
      if (slot < 0) continue;
      const logits = Array.from({ length: vocabulary }, (_, token) => {
        let dot = 0;
        for (let i = 0; i < width; i++)
          dot += (hidden[at * width + i] as number) * (head[token * width + i] as number);
        return dot;
      });
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      wanted[slot] = (wanted[slot] as number) + (logits[tokens[at] as number] as number);
      wanted[slot] = (wanted[slot] as number) - Math.log(total);
    }
    for (const [slot, value] of wanted.entries())
      expect(Number(answers.sums?.data[slot]) / value).toBeCloseTo(1, 10);
  });

  it('have the same gradient when the logits of several chunks are made again', async () => {
    const { answers } = await run(headChunk + 70);
    for (const at of [0, 1]) {
      const direct = answers[`direct${at}`]?.data as Float64Array;
      const again = answers[`again${at}`]?.data as Float64Array;
      expect(again.length).toBe(direct.length);
      for (const [index, value] of direct.entries())
        expect(Math.abs((again[index] as number) - value)).toBeLessThan(1e-9);
    }
  });

  it('refuses more tokens than there is room for', () => {
    const example = { tokens: Int32Array.of(1, 2, 3), supervised: Uint8Array.of(0, 1, 1) };
    expect(() => sequenceFeeds([{ example, places: Int32Array.of(0, 1, 2), slot: 0 }], 1)).toThrow(
      'more than 1 scored tokens',
    );
  });
});
