import { checkDevice } from '../parity/conformance.ts';
import { describeOnWebGpu } from './webgpu.fixture.ts';

await describeOnWebGpu('WebGPU', checkDevice);
