import { expect, it } from 'vitest';
import { paddedCpu } from '../runtime/padded-cpu.fixture.ts';
import { curveDistances, relativeDistance, startingGradients } from './parity.ts';
import { readRecordedRuns, recordedRuns, startDistances } from './recorded-runs.ts';

const recordings = await readRecordedRuns();
const device = paddedCpu();
const shape = { rows: 8, tokens: 64, targets: 96, examples: 8 };

// What is recorded of each family is compared where no width is padded; here a part of three.
it.each(['tied', 'bert', 'gpt2'] as const)(
  'products of padded widths train the tiny model "%s" as PyTorch does, and as those that are not',
  async (family) => {
    const runs = (await recordedRuns(family)).filter((_, at) => at % 4 === 0);
    expect(runs.length).toBeGreaterThan(2);
    for (const [at, { name, run }] of runs.entries()) {
      const recording = recordings.get(name)!;
      const start = await startDistances({ ...run, device }, recording);
      expect(start.loss, name).toBeLessThan(1e-4);
      expect(start.gradients, name).toBeLessThan(1e-4);
      const plain = await startingGradients(run, shape);
      const padded = await startingGradients({ ...run, device }, shape);
      expect(Math.abs(padded.loss / plain.loss - 1), name).toBeLessThan(1e-6);
      for (const [key, gradient] of plain.gradients)
        expect(relativeDistance(padded.gradients.get(key)!, gradient), key).toBeLessThan(1e-6);
      if (at > 0) continue;
      const curve = await curveDistances({ ...run, device }, recording.curve);
      expect(curve.curveLoss, name).toBeLessThan(1e-4);
      expect(curve.curveNorm, name).toBeLessThan(1e-4);
    }
  },
);
