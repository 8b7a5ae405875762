import { expect, it } from 'vitest';
import { describeWithKernels } from '../runtime/own-kernels.fixture.ts';
import { curveDistances } from './parity.ts';
import { readRecordedRuns, recordedRuns, startDistances } from './recorded-runs.ts';

const recordings = await readRecordedRuns();
const tolerance = 1e-4;

// What is recorded of each family is compared where products are ONNX Runtime's; here a part of two.
await describeWithKernels(
  (device) => {
    it.each(['tied', 'bert'] as const)(
      'train the tiny model "%s" as PyTorch does',
      async (family) => {
        const runs = (await recordedRuns(family)).filter((_, at) => at % 4 === 0);
        expect(runs.length).toBeGreaterThan(3);
        for (const [at, { name, run }] of runs.entries()) {
          const recording = recordings.get(name)!;
          const { loss, gradients } = await startDistances({ ...run, device }, recording);
          expect(loss, name).toBeLessThan(tolerance);
          expect(gradients, name).toBeLessThan(tolerance);
          if (at % 3 > 0) continue;
          const curve = await curveDistances({ ...run, device }, recording.curve);
          expect(curve.curveLoss, name).toBeLessThan(tolerance);
          expect(curve.curveNorm, name).toBeLessThan(tolerance);
        }
      },
    );
  },
  ['auto', 'avx2'],
);
