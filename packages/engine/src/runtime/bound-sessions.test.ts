import { describe, expect, it } from 'vitest';
import { input } from '../graph/value.ts';
import { mul } from '../ops/elementwise.ts';
import { checkDevice } from '../parity/conformance.fixture.ts';
import { boundCpu } from './bound-memory.fixture.ts';
import { boundSessions } from './bound-sessions.ts';

describe('memory of the CPU by IO bindings', () => {
  checkDevice(boundCpu());

  it('keeps bytes and whole numbers too', async () => {
    const { residency } = boundCpu();
    for (const tensor of [
      { data: Uint8Array.of(0, 7, 255), shape: [3], dtype: 'uint8' },
      { data: Int8Array.of(-128, 1), shape: [1, 2], dtype: 'int8' },
      { data: Int32Array.of(-1, 2), shape: [2, 1], dtype: 'int32' },
      { data: BigInt64Array.of(-1n), shape: [], dtype: 'int64' },
      { data: Uint8Array.of(1, 0), shape: [2], dtype: 'bool' },
    ] as const) {
      expect(residency.holds(tensor.dtype)).toBe(true);
      const resident = await residency.upload(tensor);
      expect(await residency.download(resident)).toEqual(tensor);
      resident.dispose();
    }
  });

  it('is still there when the program that made it is not', async () => {
    const { residency } = boundCpu();
    const x = input('x', [2]);
    const program = await residency.compile({ outputs: { y: mul(x, x) } }, ['y']);
    const { resident } = await program.run({
      x: { data: Float32Array.of(2, 3), shape: [2], dtype: 'float32' },
    });
    await program.dispose();
    expect((await residency.download(resident.y!)).data).toEqual(Float32Array.of(4, 9));
    resident.y!.dispose();
  });
});

it('says what ONNX Runtime lacks where sessions of CUDA are asked for without its provider', async () => {
  const x = input('x', [1]);
  await expect(boundSessions('cuda').compile({ outputs: { y: mul(x, x) } })).rejects.toThrow(
    /^ONNX Runtime refused the graph: .*(?:Cuda|CUDA)/,
  );
});
