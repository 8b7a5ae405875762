/** A worker process for the fault tests: the real worker with the slow engine and short times. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@lathe/platform/config';
import { createLogger } from '@lathe/platform/log';
import { onShutdown } from '@lathe/platform/shutdown';
import { workerSettings } from '../worker/settings.ts';
import { startWorker } from '../worker/start.ts';
import { slowEngineHabits } from './slow-engine-math.fixture.ts';

const config = readConfig(process.env);
const settings = workerSettings(config);
const habits = slowEngineHabits.parse(JSON.parse(process.env.LATHE_TEST_ENGINE ?? '{}'));
const worker = await startWorker(config, {
  // In the place of the kernel's count.
  countKills: async () =>
    Number(await readFile(join(habits.markFolder, 'kills'), 'utf8').catch(() => '0')),
  engineProgram: fileURLToPath(new URL('./slow-engine.fixture.ts', import.meta.url)),
  estimateProgram: new URL('./estimate.fixture.ts', import.meta.url),
  settings: {
    ...settings,
    saveStateMs: Number(process.env.LATHE_TEST_SAVE_MS ?? settings.saveStateMs),
    stepBatchMs: 50,
    run: { ...settings.run, progressMs: 50 },
    engine: {
      ...{ startMs: 120_000, pingMs: 200, restMs: 60_000 },
      // One that holds does so until it is let go, which on a slow machine takes longer than a step may.
      stepMs: habits.holdsAt === undefined ? 4000 : 120_000,
    },
  },
});
onShutdown(worker, createLogger(config, 'worker'), config.shutdownGraceMs);
