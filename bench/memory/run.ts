/**
 * Trains one case and prints the most memory that its process held, or only estimates it:
 *
 *     node bench/memory/run.ts --case <name> [--estimate] [--binding auto|c-api|node] [--kernels auto|avx512|avx2|neon|plain|off]
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { causalLm } from '@lathe/engine/causal-lm';
import { textExample } from '@lathe/engine/example';
import { keptLayerSize } from '@lathe/engine/internal/memory/kept-state-size';
import { estimateMemory } from '@lathe/engine/internal/memory/memory-estimate';
import { sequenceClassification } from '@lathe/engine/internal/objectives/sequence-classification';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import type { Objective } from '@lathe/engine/objective';
import { rootSeed, words } from '@lathe/engine/seed';
import { createTrainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { askedDevice } from '../asked-device.ts';
import { memoryCase, modelFolder } from './cases.ts';

const { values } = parseArgs({
  options: {
    case: { type: 'string' },
    estimate: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    binding: { type: 'string', default: 'auto' },
    kernels: { type: 'string', default: 'auto' },
  },
});
const labels = 4;
const entry = memoryCase(values.case);
const { batch, tokens, steps, task, vocabulary } = entry;
const model = await openAnyModelFolder(await modelFolder(entry));
const settings = resolveRecipe({
  epochs: 1,
  batchSize: batch,
  learningRate: 1e-4,
  schedule: 'constant',
  maxTokens: tokens,
  microBatchTokens: batch * tokens,
  ...entry.settings,
});
const seed = rootSeed(7);
const ids = Array.from({ length: batch * steps }, (_, example) =>
  Array.from({ length: tokens }, (_, at) => words(seed, example * tokens + at).low % vocabulary),
);
if (task === 'causal-lm')
  await report(
    causalLm,
    ids.map((list) => textExample(list)),
  );
else
  await report(
    sequenceClassification(model.config, { problem: 'single-label', labels }),
    ids.map((list, at) => ({ tokens: Int32Array.from(list), label: at % labels })),
  );

async function report<Example>(
  objective: Objective<Example>,
  examples: readonly Example[],
): Promise<void> {
  const device = await askedDevice({ ...values, padding: 'auto', profile: undefined });
  if (values.estimate) {
    const rows = Math.max(1, Math.floor(settings.microBatchTokens / tokens));
    const shape = { rows, tokens, targets: targetsOf(rows), examples: rows };
    const accumulates = rows < batch;
    const { evaluates } = entry;
    const kept = keptLayerSize({ model, settings, objective }, { tokens: batch * steps * tokens });
    const keptLayers = kept === 0 ? undefined : kept;
    const products = await device.products?.();
    const given = { model, settings, objective, shape, accumulates, evaluates, keptLayers };
    console.log(JSON.stringify(await estimateMemory({ ...given, products })));
    return;
  }
  const trainer = await createTrainer({ model, settings, objective, examples, device });
  const seconds: number[] = [];
  let loss = 0;
  while (trainer.step < trainer.totalSteps) {
    const metrics = await trainer.trainStep();
    seconds.push(metrics.seconds);
    loss = metrics.loss;
  }
  if (entry.evaluates) await trainer.evaluate(examples.slice(0, batch));
  const memory = await processMemory();
  await trainer.dispose();
  console.log(JSON.stringify({ ...memory, loss, seconds: Math.min(...seconds) }));
}

/** Every position is a target in a text, one in an example that is classified. */
function targetsOf(rows: number): number {
  return task === 'causal-lm' ? rows * tokens : Math.ceil(rows / 16) * 16;
}

/** Resident memory of this process in bytes, as the kernel counts it: the peak, and what it is now. */
async function processMemory(): Promise<Record<'peak' | 'anonymous' | 'files', number>> {
  const status = await readFile('/proc/self/status', 'utf8');
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`${name}:\\s*(\\d+) kB`).exec(status)?.[1]);
  return { peak: bytes('VmHWM'), anonymous: bytes('RssAnon'), files: bytes('RssFile') };
}
