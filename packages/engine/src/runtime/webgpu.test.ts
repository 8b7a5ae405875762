import { checkDevice } from './conformance.ts';
import { describeOnWebGpu } from './webgpu.fixture.ts';

await describeOnWebGpu('WebGPU', checkDevice);
