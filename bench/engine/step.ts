/**
 * Trains a randomly initialised model on random tokens and prints tokens/s, the rate of arithmetic (6 ·
 * parameters · tokens), and its ratio to the peak of a plain MatMul measured in the same run.
 *
 *     node bench/engine/step.ts [--hidden 192] [--layers 6] [--vocabulary 2048] [--tokens 256] [--batch 16] …
 */
import { parseArgs } from 'node:util';
import { causalLm } from '@lathe/engine/causal-lm';
import { cpuDevice } from '@lathe/engine/cpu';
import { textExample } from '@lathe/engine/example';
import { parseDecoderConfig } from '@lathe/engine/parse-decoder-config';
import { rootSeed, words } from '@lathe/engine/seed';
import { createTrainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { matmulPeak } from './matmul-peak.ts';

const { values } = parseArgs({
  options: {
    hidden: { type: 'string', default: '192' },
    intermediate: { type: 'string', default: '512' },
    layers: { type: 'string', default: '6' },
    heads: { type: 'string', default: '6' },
    'key-value-heads': { type: 'string', default: '3' },
    vocabulary: { type: 'string', default: '2048' },
    tokens: { type: 'string', default: '256' },
    batch: { type: 'string', default: '16' },
    'micro-batch': { type: 'string', default: '4096' },
    steps: { type: 'string', default: '12' },
  },
});
const tokens = Number(values.tokens);
const batchSize = Number(values.batch);
const steps = Number(values.steps);

const device = cpuDevice();
const { plain: peak } = await matmulPeak();

const config = parseDecoderConfig('bench', {
  model_type: 'llama',
  vocab_size: Number(values.vocabulary),
  hidden_size: Number(values.hidden),
  intermediate_size: Number(values.intermediate),
  num_hidden_layers: Number(values.layers),
  num_attention_heads: Number(values.heads),
  num_key_value_heads: Number(values['key-value-heads']),
  max_position_embeddings: tokens,
  tie_word_embeddings: true,
});
const seed = rootSeed(1);
const examples = Array.from({ length: batchSize * steps }, (_, example) =>
  textExample(
    Array.from(
      { length: tokens },
      (_, at) => words(seed, example * tokens + at).low % config.vocabularySize,
    ),
  ),
);
const trainer = await createTrainer({
  objective: causalLm,
  model: { path: '.', name: 'bench', config, tensors: new Map() },
  initial: 'random',
  device,
  settings: resolveRecipe({
    adaptation: { type: 'full' },
    epochs: 1,
    batchSize,
    learningRate: 1e-3,
    optimizer: { weightDecay: 0.1 },
    maxTokens: tokens,
    microBatchTokens: Number(values['micro-batch']),
  }),
  examples,
});
const times: number[] = [];
while (trainer.step < trainer.totalSteps) times.push((await trainer.trainStep()).seconds);
await trainer.dispose();

const rate = (batchSize * tokens) / median(times.slice(2));
const arithmetic = (6 * trainer.trainableParameters * rate) / 1e9;
const { rows } = trainer.windowShape;
console.log(
  `${(trainer.trainableParameters / 1e6).toFixed(2)} M parameters, ${rows} × ${tokens} tokens a run`,
);
console.log(
  `${Math.round(rate)} tokens/s, ${(1000 * median(times.slice(2))).toFixed(0)} ms a step`,
);
console.log(
  `${arithmetic.toFixed(0)} GFLOP/s of ${peak.toFixed(0)} (${((100 * arithmetic) / peak).toFixed(0)} % of the MatMul peak)`,
);

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
