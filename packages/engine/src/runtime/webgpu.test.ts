import { checkDevice } from '../parity/conformance.fixture.ts';
import { describeOnWebGpu } from './webgpu.fixture.ts';

await describeOnWebGpu('WebGPU', checkDevice);
