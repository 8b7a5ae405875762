/** Training on WebGPU. `npm run parity:webgpu` compares all recorded runs. */
import { expect, it } from 'vitest';
import type { Device } from '../runtime/device.ts';
import { describeOnWebGpu } from '../runtime/webgpu.fixture.ts';
import { checkResidentTraining, tinyRun } from './resident-training.fixture.ts';
import { createTrainer } from './trainer.ts';

await describeOnWebGpu('training on WebGPU', (gpu) => {
  checkResidentTraining(gpu, { loss: 1e-5, gradientNorm: 1e-5 });
  checkPrecision(gpu);
});

function checkPrecision(gpu: Device): void {
  it('trains in float16 where the adapter can, and says so where it cannot', async () => {
    const run = await tinyRun({ adaptation: { type: 'full' }, precision: 'float16' });
    if ((await gpu.halfProducts()) === 'none') {
      await expect(createTrainer({ ...run, device: gpu })).rejects.toThrow(
        'the device "webgpu" cannot train in float16: its adapter lacks the feature shader-f16',
      );
      const settings = { ...run.settings, precision: 'auto' as const };
      const trainer = await createTrainer({ ...run, settings, device: gpu });
      expect(trainer.precision).toBe('float32');
      await trainer.dispose();
    } else {
      const there = await createTrainer({ ...run, device: gpu });
      const here = await createTrainer(run);
      for (let step = 0; step < 2; step++) {
        const [found, wanted] = [await there.trainStep(), await here.trainStep()];
        expect(Math.abs(found.loss / wanted.loss - 1)).toBeLessThan(2e-3);
        expect(Math.abs(found.gradientNorm / wanted.gradientNorm - 1)).toBeLessThan(2e-2);
      }
      await there.dispose();
      await here.dispose();
    }
  });
}
