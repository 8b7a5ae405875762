/**
 * An engine process for the fault tests: the real link and loop around a trainer whose steps take a
 * set time and whose state is one number, so that an undisturbed run can be computed beside it.
 * `LATHE_TEST_ENGINE` holds its habits as JSON.
 */
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeShard } from '@lathe/contracts/artifact/shard';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { DivergedRunError } from '../worker/engine/diverged.ts';
import { serveEngine } from '../worker/engine/engine-link.ts';
import type { EngineTask } from '../worker/engine/engine-message.ts';
import type { LoopTrainer } from '../worker/engine/train-loop.ts';
import { nextWeight, slowEngineHabits } from './slow-engine-math.fixture.ts';

const habits = slowEngineHabits.parse(JSON.parse(process.env.LATHE_TEST_ENGINE ?? '{}'));

serveEngine(async (task: EngineTask): Promise<LoopTrainer> => {
  const examples = (await Promise.all(task.trainShards.map((path) => readFile(path)))).flatMap(
    (bytes) => decodeShard(bytes),
  );
  const { epochs, batchSize, learningRate } = resolveRecipe(task.recipe);
  let step = 0;
  let weight = 0;
  if (task.stateFolder !== null)
    ({ step, weight } = JSON.parse(await readFile(join(task.stateFolder, 'state.json'), 'utf8')));
  return {
    totalSteps: epochs * Math.ceil(examples.length / batchSize),
    get step() {
      return step;
    },
    trainableParameters: 1,
    async trainStep() {
      if (step + 1 === habits.hangAt && (await firstTime(habits.markFolder, 'hang')))
        await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
      if (step + 1 === habits.dieAt && (await firstTime(habits.markFolder, 'die')))
        process.kill(process.pid, 'SIGKILL');
      if (
        habits.diesAt.includes(step + 1) &&
        (await firstTime(habits.markFolder, `die-${step + 1}`))
      )
        process.kill(process.pid, 'SIGKILL');
      if (learningRate === habits.poisonRate && step === 1) process.kill(process.ppid, 'SIGKILL');
      const { microBatchTokens = Infinity } = task.recipe;
      if (habits.memoryTokens !== undefined && microBatchTokens > habits.memoryTokens) {
        if (habits.isKilledForMemory) {
          await writeFile(join(habits.markFolder, 'kills'), String(step + 1));
          process.kill(process.pid, 'SIGKILL');
        }
        process.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n");
        process.abort();
      }
      while (step + 1 === habits.holdsAt && !(await isThere(join(habits.markFolder, 'go'))))
        await sleep(20);
      const isSlow =
        habits.slowFrom !== undefined &&
        step + 1 >= habits.slowFrom &&
        !(await isThere(join(habits.markFolder, 'quick')));
      await sleep(isSlow ? 1000 : habits.stepMs);
      step++;
      if (step === habits.nanAt)
        throw new DivergedRunError('The loss', { step, examples: [0, 3], learningRate });
      weight = nextWeight(weight, step);
      return {
        step,
        epoch: Math.ceil(step / Math.ceil(examples.length / batchSize)),
        loss: weight,
        tokenAccuracy: 0.5,
        figures: {},
        learningRate,
        gradientNorm: 1,
        supervisedTokens: batchSize,
        tokens: 4 * batchSize,
        seconds: habits.stepMs / 1000,
      };
    },
    checkModel: async () => {},
    scoreHeldOut: async () => ({
      ...{ loss: weight / 2, tokenAccuracy: 0.25, supervisedTokens: 8, figures: {} },
    }),
    dispose: async () => {},
    async saveState(folder) {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'state.json'), JSON.stringify({ step, weight }));
    },
    async exportModel(folder) {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'adapter_config.json'), JSON.stringify({ weight }));
    },
  };
});

/** Whether a fault has not happened yet; it happens once in a test. */
async function firstTime(folder: string, name: string): Promise<boolean> {
  const mark = join(folder, name);
  const happened = await isThere(mark);
  if (!happened) await writeFile(mark, '');
  return !happened;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
