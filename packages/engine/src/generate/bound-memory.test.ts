/** Generation as on the device `cuda`, in memory of the CPU. */
import { describe } from 'vitest';
import { boundCpu } from '../runtime/bound-memory.fixture.ts';
import { checkResidentGeneration } from './resident-generation.fixture.ts';

describe('generation in memory of the CPU by IO bindings', () => {
  checkResidentGeneration(boundCpu());
});
