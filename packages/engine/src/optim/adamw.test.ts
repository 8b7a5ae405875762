import { describe, expect, it } from 'vitest';
import { input } from '../graph/value.ts';
import { mul } from '../ops/elementwise.ts';
import { sumSquares } from '../ops/reduce.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { adamWScalars, adamWUpdate, clipByNorm } from './adamw.ts';

const settings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 };
const most = 1;
const tokens = 4;

describe('AdamW', () => {
  it('clips and updates as the textbook formula does, over several steps', async () => {
    const vector = (name: string) => input(name, [3]);
    const gradient = vector('gradient');
    const { norm, factor } = clipByNorm([sumSquares(gradient)], {
      scale: input('scale', []),
      most,
    });
    const next = adamWUpdate(
      settings,
      { weights: vector('weights'), mean: vector('mean'), variance: vector('variance') },
      {
        gradient,
        square: mul(gradient, gradient),
        factor,
        rate: input('rate', []),
        epsilon: input('epsilon', []),
        keep: input('keep', []),
      },
    );
    const program = await cpuDevice({ threads: 1 }).compile({
      outputs: { norm, newWeights: next.weights, newMean: next.mean, newVariance: next.variance },
    });
    const learningRate = 0.05;
    const state = { p: [1, -2, 0.5], m: [0, 0, 0], v: [0, 0, 0] };
    let weights = Float32Array.from(state.p);
    let mean = new Float32Array(3);
    let variance = new Float32Array(3);
    for (let step = 1; step <= 4; step++) {
      // Sums over four tokens: large ones are clipped, small ones are not.
      const sums = [3 * step, -8, 0.5].map((value) => (step === 3 ? value / 100 : value));
      const fed = (data: Float32Array) => ({ data, shape: [3], dtype: 'float32' }) as const;
      const one = (value: number) =>
        ({ data: Float32Array.of(value), shape: [], dtype: 'float32' }) as const;
      const { rate, epsilon, keep } = adamWScalars(settings, learningRate, step);
      const answers = await program.run({
        gradient: fed(Float32Array.from(sums)),
        weights: fed(weights),
        mean: fed(mean),
        variance: fed(variance),
        scale: one(1 / tokens),
        rate: one(rate),
        epsilon: one(epsilon),
        keep: one(keep),
      });
      weights = answers.newWeights?.data as Float32Array<ArrayBuffer>;
      mean = answers.newMean?.data as Float32Array<ArrayBuffer>;
      variance = answers.newVariance?.data as Float32Array<ArrayBuffer>;

      const wantedNorm = Math.hypot(...sums) / tokens;
      const clip = Math.min(1, most / (wantedNorm + 1e-6));
      expect(answers.norm?.data[0]).toBeCloseTo(wantedNorm, 5);
      for (const [at, sum] of sums.entries()) {
        const g = (sum / tokens) * clip;
        state.m[at] = 0.9 * state.m[at]! + 0.1 * g;
        state.v[at] = 0.99 * state.v[at]! + 0.01 * g * g;
        const m = state.m[at]! / (1 - 0.9 ** step);
        const v = state.v[at]! / (1 - 0.99 ** step);
        state.p[at] = state.p[at]! * (1 - learningRate * 0.1);
        state.p[at]! -= (learningRate * m) / (Math.sqrt(v) + 1e-6);
        expect(weights[at]).toBeCloseTo(state.p[at]!, 5);
      }
    }
    await program.dispose();
  });
});
