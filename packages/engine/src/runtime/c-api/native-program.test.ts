import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { input } from '../../graph/value.ts';
import { mul } from '../../ops/elementwise.ts';
import { cpuDevice } from '../cpu.ts';
import { giveBack, lentPlace } from '../lent-memory.ts';

const x = input('x', [2]);
const given = { data: Float32Array.of(2, 3), shape: [2], dtype: 'float32' } as const;
const device = cpuDevice({ threads: 1, binding: 'c-api' });

describe('answers that are lent', () => {
  it('can be read until they are given back, while later runs write elsewhere', async () => {
    const program = await device.compile({ outputs: { y: mul(x, x) } }, { lends: true });
    expect(program.lends).toBe(true);
    const { y } = await program.run({ x: given });
    const { y: later } = await program.run({ x: { ...given, data: Float32Array.of(5, 6) } });
    const data = y?.data as Float32Array<ArrayBuffer>;
    expect([...data, ...(later?.data ?? [])]).toEqual([4, 9, 25, 36]);
    expect(lentPlace(data.buffer)).toMatchObject({ byteLength: 8 });
    giveBack(data.buffer);
    giveBack(data.buffer);
    expect(data).toHaveLength(0);
    expect([...(later?.data ?? [])]).toEqual([25, 36]);
    await program.dispose();
  });

  it('are nobody else’s where the program does not lend', async () => {
    const program = await device.compile({ outputs: { y: mul(x, x) } });
    const { y } = await program.run({ x: given });
    expect(lentPlace(y?.data.buffer as ArrayBuffer)).toBeUndefined();
    await program.dispose();
    expect([...(y?.data ?? [])]).toEqual([4, 9]);
  });
});

it('loses nothing to the collector in many runs of many feeds', async () => {
  const names = Array.from({ length: 100 }, (_, at) => `${at}`);
  const outputs = Object.fromEntries(
    names.map((name) => [`y${name}`, mul(input(`x${name}`, [3, 5]), 2)]),
  );
  const program = await device.compile({ outputs });
  let wrong = 0;
  // Until the calls are compiled for speed, and what they no longer name may be collected.
  for (let run = 0; run < 400; run++) {
    const answers = await program.run(
      Object.fromEntries(
        names.map((name) => [
          `x${name}`,
          { data: new Float32Array(15).fill(+name), shape: [3, 5], dtype: 'float32' },
        ]),
      ),
    );
    for (const name of names) if (answers[`y${name}`]?.data[7] !== 2 * +name) wrong++;
  }
  await program.dispose();
  expect(wrong).toBe(0);
});

it('keeps ONNX Runtime’s library, whatever the collector finds', () => {
  const program = fileURLToPath(new URL('collected.fixture.ts', import.meta.url));
  const busy = ['--gc-interval=2000', '--gc-global'];
  expect(execFileSync(process.execPath, [...busy, program], { encoding: 'utf8' })).toBe('200\n');
});

it('leaves the thread that asks for runs free, and its arithmetic as it was', () => {
  const program = fileURLToPath(new URL('./free-thread.fixture.ts', import.meta.url));
  const said = JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' }));
  expect(said).toEqual({ flushed: 0, least: 5e-324, isFree: true });
});
