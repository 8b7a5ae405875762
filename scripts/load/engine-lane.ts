/**
 * A process that trains one job after another with the engine alone: what the platform's workers do,
 * without any service. It is forked with its tasks by the first message and answers once when all are done.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { causalLm } from '@lathe/engine/causal-lm';
import { cpuDevice } from '@lathe/engine/cpu';
import { readDataset } from '@lathe/engine/dataset-file';
import { loadEncoders } from '@lathe/engine/encoders';
import { openModelFolder } from '@lathe/engine/model-folder';
import { createTrainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { workload } from '../../load/lib/workload.ts';
import { type LaneResult, type LaneTask, laneTaskSchema } from './lane-message.ts';

/** Trains everything of the task. */
async function trainAll(task: LaneTask): Promise<LaneResult> {
  let tokens = 0;
  let trainingSeconds = 0;
  for (const [index, { data, seed }] of task.trainings.entries()) {
    const trainer = await createTrainer({
      model: await openModelFolder(task.model),
      examples: (await readDataset(data, await loadEncoders(task.model))).rows,
      objective: causalLm,
      device: cpuDevice({ threads: task.threads }),
      settings: resolveRecipe({
        adaptation: { type: 'lora', rank: workload.rank, alpha: workload.alpha, dropout: 0 },
        epochs: workload.epochs,
        batchSize: workload.batchSize,
        learningRate: workload.learningRate,
        seed,
      }),
    });
    tokens += (await trainer.trainStep()).tokens;
    const firstStep = performance.now();
    while (trainer.step < trainer.totalSteps) tokens += (await trainer.trainStep()).tokens;
    trainingSeconds += (performance.now() - firstStep) / 1000;
    const adapter = path.join(task.folder, `adapter-${process.pid}-${index}`);
    await trainer.exportAdapter(adapter);
    await trainer.dispose();
    await rm(adapter, { recursive: true });
  }
  const { user, system } = process.cpuUsage();
  return { tokens, trainingSeconds, cpuSeconds: (user + system) / 1e6 };
}

if (import.meta.main)
  process.once('message', (raw) => {
    const task = laneTaskSchema.parse(raw);
    trainAll(task)
      .then((result) => process.send?.(result))
      .finally(() => process.disconnect())
      .catch((error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      });
  });
