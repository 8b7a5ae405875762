/**
 * Trains one epoch over rows in tokens with this engine and prints its result as JSON; bench/real/main.ts runs it.
 *
 *     node bench/real/epoch.ts --rows <file> --model <folder> --method lora|full --threads <n> [--no-sharing] [--no-packing] [--whole-head]
 *         [--binding auto|c-api|node] [--kernels auto|avx512|avx2|neon|plain|off] [--profile <prefix>]
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { causalLm } from '@lathe/engine/causal-lm';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { createTrainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { askedDevice } from '../asked-device.ts';
import { batchSize, type EpochResult, type TokenRows } from './work.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '' },
    model: { type: 'string', default: '' },
    method: { type: 'string', default: 'lora' },
    threads: { type: 'string', default: '2' },
    /** What rows begin with computed for each of them. */
    'no-sharing': { type: 'boolean', default: false },
    /** Each row in a window of its own. */
    'no-packing': { type: 'boolean', default: false },
    /** The head at every token, as if all were learned. */
    'whole-head': { type: 'boolean', default: false },
    /** How ONNX Runtime is called, and whose products of matrices are used. */
    binding: { type: 'string', default: 'auto' },
    kernels: { type: 'string', default: 'auto' },
    /** Where ONNX Runtime writes the time of every operator: `<profile>_<date>.json`. */
    profile: { type: 'string' },
  },
});
const { tokens, supervised } = JSON.parse(await readFile(values.rows, 'utf8')) as TokenRows;
const trainer = await createTrainer({
  model: await openAnyModelFolder(values.model),
  device: await askedDevice({ ...values, padding: 'auto', profile: values.profile }),
  objective: causalLm,
  examples: tokens.map((ids, row) => ({
    tokens: Int32Array.from(ids),
    supervised: Uint8Array.from(supervised[row] ?? [], (flag) => (values['whole-head'] ? 1 : flag)),
  })),
  settings: resolveRecipe({
    adaptation: values.method === 'full' ? { type: 'full' } : { type: 'lora', rank: 16, alpha: 32 },
    ...{ epochs: 1, batchSize, learningRate: 1e-5, schedule: 'constant' },
    packing: !values['no-packing'],
    sharePrompts: values['no-sharing'] ? false : 'auto',
    // The same rows in a step as the other program has.
    shuffle: false,
  }),
});
const steps: { seconds: number; loss: number; supervisedTokens: number }[] = [];
while (trainer.step < trainer.totalSteps) steps.push(await trainer.trainStep());
const { rows, tokens: width } = trainer.windowShape;
const plan = JSON.stringify([trainer.windowShape, trainer.sharedTokens ?? null]);
await trainer.dispose();
const sum = (of: (step: (typeof steps)[number]) => number) =>
  steps.reduce((total, step) => total + of(step), 0);
// The first step asks for memory that the others have.
const seconds = (sum((step) => step.seconds) - (steps[0]?.seconds ?? 0)) / (steps.length - 1);
const result: EpochResult = {
  seconds: seconds * steps.length,
  supervisedTokens: sum((step) => step.supervisedTokens),
  loss: sum((step) => step.loss) / steps.length,
  slots: rows * width,
  plan,
};
console.log(JSON.stringify(result));
