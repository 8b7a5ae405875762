import { describeOnWebGpu } from '../runtime/webgpu.fixture.ts';
import { checkResidentGeneration } from './resident-generation.fixture.ts';

await describeOnWebGpu('generation on WebGPU', checkResidentGeneration);
