import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff.ts';
import { input } from '../graph/value.ts';
import { child, fillNormal, rootSeed, words } from '../nn/seed.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { causalLmLoss } from './causal-lm.ts';
import { headChunk } from './chunked-cross-entropy.ts';

const width = 5;
const vocabulary = 7;

describe('the next-token loss', () => {
  it.each([40, headChunk + 30])(
    'of %i targets is the sum over them, with its gradients',
    async (count) => {
      const positions = count + 9;
      const random = (name: string, length: number) =>
        fillNormal(new Float32Array(length), child(rootSeed(2), name), 1);
      const picked = (name: string, below: number) =>
        Int32Array.from(
          { length: count },
          (_, at) => words(child(rootSeed(2), name), at).low % below,
        );
      const hidden = random('hidden', positions * width);
      const head = random('head', vocabulary * width);
      const at = picked('positions', positions);
      const tokens = picked('tokens', vocabulary);
      const weights = Float32Array.from({ length: count }, (_, row) => (row % 3 === 0 ? 0 : 1));

      const hiddenInput = input('hidden', [positions, width]);
      const headInput = input('head', [vocabulary, width]);
      const { loss, correct } = causalLmLoss(hiddenInput, headInput, {
        positions: input('positions', [count], 'int32'),
        tokens: input('tokens', [count], 'int32'),
        weights: input('weights', [count]),
      });
      const [dhidden, dhead] = gradients(loss, [hiddenInput, headInput]);
      const program = await cpuDevice({ threads: 1 }).compile({
        outputs: { loss, correct, dhidden: dhidden!, dhead: dhead! },
      });
      const answers = await program.run({
        hidden: { data: hidden, shape: [positions, width], dtype: 'float32' },
        head: { data: head, shape: [vocabulary, width], dtype: 'float32' },
        positions: { data: at, shape: [count], dtype: 'int32' },
        tokens: { data: tokens, shape: [count], dtype: 'int32' },
        weights: { data: weights, shape: [count], dtype: 'float32' },
      });
      await program.dispose();

      let wantedLoss = 0;
      let wantedCorrect = 0;
      const wantedHidden = new Float64Array(hidden.length);
      const wantedHead = new Float64Array(head.length);
      for (let row = 0; row < count; row++) {
        if (weights[row] === 0) continue;
        const from = at[row]! * width;
        const logits = Array.from({ length: vocabulary }, (_, token) => {
          let dot = 0;
          for (let i = 0; i < width; i++) dot += hidden[from + i]! * head[token * width + i]!;
          return dot;
        });
        const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
        wantedLoss += Math.log(total) - logits[tokens[row]!]!;
        if (logits.indexOf(Math.max(...logits)) === tokens[row]) wantedCorrect++;
        for (const [token, logit] of logits.entries()) {
          const slope = Math.exp(logit) / total - (token === tokens[row] ? 1 : 0);
          for (let i = 0; i < width; i++) {
            wantedHidden[from + i]! += slope * head[token * width + i]!;
            wantedHead[token * width + i]! += slope * hidden[from + i]!;
          }
        }
      }
      expect(Number(answers.loss?.data[0]) / wantedLoss).toBeCloseTo(1, 5);
      expect(Number(answers.correct?.data[0])).toBe(wantedCorrect);
      for (const [name, wanted] of [
        ['dhidden', wantedHidden],
        ['dhead', wantedHead],
      ] as const)
        for (const [index, value] of wanted.entries())
          expect(Math.abs((answers[name]!.data[index] as number) - value)).toBeLessThan(1e-3);
    },
  );
});
