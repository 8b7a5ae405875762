import { expect, it } from 'vitest';
import { hasCompiler, runChecked } from './checked-program.fixture.ts';

it.runIf(hasCompiler)(
  'finds the newest entry of each hash, and puts no entry where there is no room',
  async () => {
    const seed = String(Math.floor(Math.random() * 1e9));
    expect(await runChecked('band-slots', [seed]), `with seed ${seed}`).toEqual({
      status: 0,
      stdout: 'many are found\n',
      stderr: '',
    });
  },
);
