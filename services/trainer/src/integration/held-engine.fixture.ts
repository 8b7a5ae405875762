/** The real engine, which waits for good before the step `LATHE_TEST_HELD_AT`: it can be killed there at leisure. */
import { serveEngine } from '../worker/engine/engine-link.ts';
import { openRun } from '../worker/engine/open-run.ts';

const heldAt = Number(process.env.LATHE_TEST_HELD_AT);

serveEngine(async (task, link) => {
  const trainer = await openRun(task, link);
  const { trainStep } = trainer;
  return Object.assign(trainer, {
    trainStep: () => (trainer.step + 1 === heldAt ? new Promise<never>(() => {}) : trainStep()),
  });
});
