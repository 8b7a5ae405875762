import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { taskDevice } from './task-device.ts';

/** A system for which there is no koffi. */
const without = `import { registerHooks } from 'node:module';
registerHooks({ resolve(name, context, next) {
  if (name === 'koffi') throw new Error('koffi is not built for this system');
  return next(name, context);
} });`;

const program = `import { taskDevice } from ${JSON.stringify(new URL('./task-device.ts', import.meta.url).href)};
import { input } from '@lathe/engine/internal/graph/value';
const told = [];
const task = { device: 'cpu', threads: 1, binding: 'c-api', kernels: 'auto' };
const device = await taskDevice(task, (message) => told.push(message));
const compiled = await device.compile({ outputs: { y: input('x', [1]) } });
const { y } = await compiled.run({ x: { data: Float32Array.of(7), shape: [1], dtype: 'float32' } });
console.log(JSON.stringify({ told, y: y.data[0] }));`;

it('trains by the package for Node where the C API cannot be called, and tells the job', () => {
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(without)}`];
  const said = execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(JSON.parse(said)).toEqual({
    told: [
      {
        kind: 'log',
        level: 'warn',
        text: "ONNX Runtime's C API cannot be called on this machine, so its package for Node is used: koffi is not built for this system",
      },
      {
        kind: 'log',
        level: 'warn',
        text: "Lathe's kernels cannot be used on this machine, so matrices are multiplied by ONNX Runtime: they are loaded by ONNX Runtime's C API only",
      },
    ],
    y: 7,
  });
});

it.each(['on', 'off'] as const)('has widths padded as the task says: %s', async (padding) => {
  const task = { device: 'cpu', threads: 1, kernels: 'off', padding } as const;
  const device = await taskDevice(task, () => {});
  expect(await device.products?.()).toBe(padding === 'on' ? 'padded' : 'onnxruntime');
});
