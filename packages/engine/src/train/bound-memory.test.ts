/** Training as on the device `cuda`, in memory of the CPU. */
import { describe } from 'vitest';
import { boundCpu } from '../runtime/bound-memory.fixture.ts';
import { checkResidentTraining } from './resident-training.fixture.ts';

describe('training in memory of the CPU by IO bindings', () => {
  checkResidentTraining(boundCpu(), { loss: 1e-6, gradientNorm: 2e-6 });
});
