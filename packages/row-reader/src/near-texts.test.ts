import { expect, it } from 'vitest';
import { hasCompiler, runChecked } from './checked-program.fixture.ts';

/** That it finds the same as the TypeScript is held in services/ingest. */
it.runIf(hasCompiler)(
  'finds a text that is near wherever there is one, by definition',
  async () => {
    const seed = String(Math.floor(Math.random() * 1e9));
    expect(await runChecked('near-texts', [seed]), `with seed ${seed}`).toEqual({
      status: 0,
      stdout: 'many are near\n',
      stderr: '',
    });
  },
);
