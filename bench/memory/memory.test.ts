import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withKeptMemory } from '@lathe/engine/allocator';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('run.ts', import.meta.url));

async function printed(...flags: readonly string[]): Promise<Record<string, number>> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...flags], {
    env: withKeptMemory(process.env),
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe('the estimate of peak memory', () => {
  it.each(['lathe-tiny-lora', 'lathe-tiny-full', 'lathe-tiny-last'])(
    'is within fifteen hundredths of what the process of %s then holds',
    async (name) => {
      const { total = 0 } = await printed('--case', name, '--estimate');
      const { peak = 0 } = await printed('--case', name);
      expect(total / peak).toBeGreaterThan(0.85);
      expect(total / peak).toBeLessThan(1.15);
    },
  );
});

describe('recomputed activations', () => {
  it('lower the peak that is measured, and the estimate with it', async () => {
    const { peak: kept = 0, loss: keptLoss } = await printed('--case', 'lathe-tiny-long');
    const again = ['--case', 'lathe-tiny-long-recompute'];
    const { peak = 0, loss } = await printed(...again);
    const { total = 0 } = await printed(...again, '--estimate');
    expect(loss).toBe(keptLoss);
    expect(kept - peak).toBeGreaterThan(20 * 2 ** 20);
    expect(total / peak).toBeGreaterThan(0.85);
    expect(total / peak).toBeLessThan(1.15);
  });
});
