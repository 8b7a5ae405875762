import { describe, expect, it } from 'vitest';
import { input } from '../graph/value.ts';
import { mul } from '../ops/elementwise.ts';
import { checkDevice } from '../parity/conformance.fixture.ts';
import { cpuDevice } from './cpu.ts';
import { cpuBindings, cpuSessions } from './cpu-binding.ts';

describe.each(cpuBindings)('the CPU by the binding "%s"', (binding) => {
  it('is called that way', async () => {
    expect(await cpuSessions(binding)).toMatchObject({ binding });
  });

  checkDevice(cpuDevice({ binding }));

  it('gives the same bits on one thread and on two', async () => {
    const x = input('x', [300, 300]);
    const shape = [300, 300];
    const data = Float32Array.from({ length: 90_000 }, (_, index) => Math.sin(index));
    const answers = [];
    for (const threads of [1, 2]) {
      const device = cpuDevice({ threads, binding });
      const program = await device.compile({ outputs: { y: mul(x, x) } });
      answers.push(await program.run({ x: { data, shape, dtype: 'float32' } }));
      await program.dispose();
    }
    expect(answers[1]).toEqual(answers[0]);
  });
});
