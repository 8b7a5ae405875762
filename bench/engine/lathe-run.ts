/**
 * Trains one case with this engine and prints its result as JSON; bench/engine/main.ts runs it.
 *
 *     node bench/engine/lathe-run.ts --case <name> --model <folder> --threads <n> [--profile <prefix>] [--steps <n>]
 *         [--update-threads 1|2] [--binding auto|c-api|node] [--kernels auto|avx512|avx2|neon|plain|off]
 *         [--padding auto|on|off]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { causalLm } from '@lathe/engine/causal-lm';
import { textExample } from '@lathe/engine/example';
import { sequenceClassification } from '@lathe/engine/internal/objectives/sequence-classification';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { createTrainer, type Trainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { askedDevice } from '../asked-device.ts';
import { type BenchResult, benchCase } from './cases.ts';
import type { BenchData } from './make-model.ts';

const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    model: { type: 'string', default: '' },
    threads: { type: 'string', default: '2' },
    /** Where the time of every operator is written: `<profile>_<date>.json`. */
    profile: { type: 'string' },
    /** Stop after so many steps, warm-up included; all of the case by default. */
    steps: { type: 'string' },
    /** Threads that update weights and moments, 1 or 2; by default what the engine thinks best. */
    'update-threads': { type: 'string' },
    /** How ONNX Runtime is called. */
    binding: { type: 'string', default: 'auto' },
    /** Whose products of matrices are used. */
    kernels: { type: 'string', default: 'auto' },
    /** Whether widths are padded where products are ONNX Runtime's. */
    padding: { type: 'string', default: 'auto' },
  },
});
const { method, task, batch, tokens, warmup } = benchCase(values.case);
const model = await openAnyModelFolder(values.model);
const data = JSON.parse(await readFile(join(values.model, 'data.json'), 'utf8')) as BenchData;
const settings = resolveRecipe({
  adaptation: method === 'full' ? { type: 'full' } : { type: 'lora', rank: 16, alpha: 32 },
  epochs: 1,
  batchSize: batch,
  learningRate: 1e-4,
  schedule: 'constant',
  shuffle: false,
  maxTokens: tokens,
  microBatchTokens: batch * tokens,
});
const device = await askedDevice({ ...values, profile: values.profile });
const updateThreads =
  values['update-threads'] === undefined ? undefined : values['update-threads'] === '1' ? 1 : 2;
const common = { model, settings, device, updateThreads } as const;

const result =
  task === 'causal-lm'
    ? await run(
        await createTrainer({
          ...common,
          objective: causalLm,
          examples: data.tokens.map((ids) => textExample(ids)),
        }),
      )
    : await run(
        await createTrainer({
          ...common,
          objective: sequenceClassification(model.config, { problem: 'single-label', labels: 4 }),
          examples: data.tokens.map((ids, at) => ({
            tokens: Int32Array.from(ids),
            label: data.labels[at] ?? 0,
          })),
        }),
      );
console.log(JSON.stringify(result));

async function run<Example>(trainer: Trainer<Example>): Promise<BenchResult> {
  const seconds: number[] = [];
  const losses: number[] = [];
  let before = process.cpuUsage();
  const last = Math.min(trainer.totalSteps, Number(values.steps ?? trainer.totalSteps));
  while (trainer.step < last) {
    const metrics = await trainer.trainStep();
    losses.push(metrics.loss);
    if (losses.length > warmup) seconds.push(metrics.seconds);
    else before = process.cpuUsage();
  }
  const { user, system } = process.cpuUsage(before);
  const processorSeconds = (user + system) / 1e6;
  const peakBytes = await mostMemory();
  const { trainableParameters } = trainer;
  await trainer.dispose();
  return { seconds, processorSeconds, losses, peakBytes, trainableParameters };
}

/** The most resident memory of this process, as the kernel counted it. */
async function mostMemory(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s*(\d+) kB/.exec(status)?.[1];
  return kilobytes === undefined ? process.resourceUsage().maxRSS * 1024 : Number(kilobytes) * 1024;
}
