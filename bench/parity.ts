/**
 * Compares this engine with what PyTorch, transformers, peft, trl and sentence-transformers computed for tiny
 * random models (the committed vectors of bench/reference), and writes docs/parity.md.
 *
 *     npm run parity
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { causalLm } from '@lathe/engine/causal-lm';
import { cpuDevice } from '@lathe/engine/cpu';
import { baseLinears } from '@lathe/engine/internal/models/base-linear';
import { decoderLogits } from '@lathe/engine/internal/models/decoder';
import { packedDecoder } from '@lathe/engine/internal/models/packed-decoder';
import { packedEncoder } from '@lathe/engine/internal/models/packed-encoder';
import {
  encoderReferences,
  readEncoderReference,
} from '@lathe/engine/internal/parity/encoder-reference';
import { families } from '@lathe/engine/internal/parity/family-tasks';
import {
  curveDistances,
  gradientDistances,
  relativeDistance,
} from '@lathe/engine/internal/parity/parity';
import {
  encoderRecording,
  encoderRun,
  encoderTasks,
} from '@lathe/engine/internal/parity/recorded-encoder-tasks';
import { distances, firstGradients } from '@lathe/engine/internal/parity/recorded-gradients';
import {
  methodCases,
  methodModels,
  recordedMethod,
} from '@lathe/engine/internal/parity/recorded-methods';
import {
  type Method,
  readRecordedPreferences,
  recordedGradients,
  recordedRun,
} from '@lathe/engine/internal/parity/recorded-preferences';
import {
  readRecordedRuns,
  recordedRuns,
  startDistances,
} from '@lathe/engine/internal/parity/recorded-runs';
import {
  type Reference,
  readReference,
  referenceModels,
} from '@lathe/engine/internal/parity/reference';
import {
  createModelState,
  parameterFeeds,
  weightValues,
} from '@lathe/engine/internal/trained/model-state';
import type { AnyModelFolder } from '@lathe/engine/model-folder';
import type { TensorEntry } from '@lathe/engine/safetensors';
import { readSafetensors, readTensor } from '@lathe/engine/safetensors';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { type ParityRow, parityDocument, withoutRepeats } from './parity/table.ts';
import { httpRows } from './parity/through-http.ts';
import { type ShardRow, shardRow, shardRows } from './parity/through-shards.ts';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs/parity.md' } } });
const shape = { rows: 8, tokens: 32, targets: 96, examples: 8 };

const rows = withoutRepeats([
  ...(await decoderRows()),
  ...(await encoderRows()),
  ...(await methodRows()),
  ...(await recordedRows()),
  ...(await preferenceRows()),
]);
const text = parityDocument(
  rows,
  [await generationRow(), ...(await shardRows())],
  await httpRows(),
);
await writeFile(values.out, text);
console.log(text);

/** Every decoder family: all weights and LoRA, next-token prediction. */
async function decoderRows(): Promise<ParityRow[]> {
  const found: ParityRow[] = [];
  for (const name of referenceModels) {
    const reference = await readReference(name);
    const { tensors } = await readSafetensors(`${reference.model.path}/reference.safetensors`);
    const outputs = await outputDistance(
      reference.model,
      reference.examples.map((example) => [...example.tokens]),
      (index) => tensors.get(`logits.${index}`) as TensorEntry,
    );
    for (const method of ['full', 'lora'] as const) {
      const run = decoderRun(reference, method);
      const gradients = new Map(
        [...tensors].flatMap(([key, entry]) => {
          const parameter = key.startsWith('gradient.') ? key.slice('gradient.'.length) : '';
          const isLora = parameter.includes('.lora_');
          return parameter !== '' && isLora === (method === 'lora') ? [[parameter, entry]] : [];
        }),
      );
      const loss = method === 'full' ? reference.loss : reference.loraLoss;
      const curve = method === 'full' ? reference.fullCurve : reference.loraCurve;
      found.push({
        model: name,
        family: reference.model.config.modelType,
        method,
        objective: 'causal-lm',
        ...(method === 'full' ? { outputs } : {}),
        ...(await gradientDistances(run, { loss, gradients }, shape)),
        ...(await curveDistances(run, curve)),
      });
    }
  }
  return found;
}

/** Next tokens, from rows of a shard. */
async function generationRow(): Promise<ShardRow> {
  const reference = await readReference('tied');
  const { model, settings, examples } = decoderRun(reference, 'full');
  const given = { recipe: { task: undefined, preference: undefined }, rows: examples };
  return shardRow(given, { model, settings }, reference.fullCurve);
}

function decoderRun(reference: Reference, method: 'full' | 'lora') {
  const { training, tensors } = reference;
  const { rank, alpha } = training;
  const start = new Map(
    [...tensors].flatMap(([key, tensor]) =>
      key.startsWith('start.') ? [[key.slice('start.'.length), tensor] as const] : [],
    ),
  );
  return {
    model: reference.model,
    objective: causalLm,
    examples: reference.examples,
    adapter: method === 'lora' ? { tensors: start } : undefined,
    settings: resolveRecipe({
      adaptation: method === 'lora' ? { type: 'lora', rank, alpha } : { type: 'full' },
      epochs: training.epochs,
      batchSize: training.batchSize,
      learningRate: method === 'lora' ? training.learningRateLora : training.learningRateFull,
      schedule: 'linear',
      warmupSteps: training.warmupSteps,
      optimizer: { type: 'adamw', weightDecay: training.weightDecay },
      maxGradientNorm: training.maxGradientNorm,
      shuffle: false,
    }),
  };
}

/** Every encoder family with every task, all weights. */
async function encoderRows(): Promise<ParityRow[]> {
  const found: ParityRow[] = [];
  for (const name of encoderReferences) {
    const reference = await readEncoderReference(name);
    const outputs = await outputDistance(
      reference.model,
      reference.examples.map((example) => example.tokens),
      (index) => reference.tensors.get(`hidden.${index}`) as TensorEntry,
      reference.examples.map((example) => example.types),
    );
    for (const task of encoderTasks) {
      const recording = encoderRecording(reference, task);
      const run = await encoderRun(reference, task, 'full');
      found.push({
        model: name,
        family: reference.model.config.modelType,
        method: 'full',
        objective: task,
        outputs,
        ...(await gradientDistances(run, recording, shape)),
        ...(await curveDistances(run, recording.fullCurve)),
      });
    }
  }
  return found;
}

/** The other methods on three decoder families, with every element of their gradients. */
async function methodRows(): Promise<ParityRow[]> {
  const found: ParityRow[] = [];
  // The signs of PiSSA's start are arbitrary there, and with them those of its gradients.
  for (const family of methodModels)
    for (const method of methodCases.filter((name) => name !== 'pissa')) {
      const { run, recording } = await recordedMethod(family, method);
      found.push({
        model: family,
        family: run.model.config.modelType,
        method,
        objective: 'causal-lm',
        ...(await gradientDistances(run, recording, shape)),
        ...(await curveDistances(run, recording.curve)),
      });
    }
  return found;
}

/** Every family with every method and objective that is missing above. */
async function recordedRows(): Promise<ParityRow[]> {
  const recordings = await readRecordedRuns();
  const found: ParityRow[] = [];
  for (const model of families)
    for (const { name, method, objective, run } of await recordedRuns(model)) {
      const recording = recordings.get(name);
      if (recording === undefined) throw new Error(`nothing was recorded of ${name}`);
      found.push({
        model,
        family: run.model.config.modelType,
        method,
        objective,
        ...(await startDistances(run, recording)),
        ...(await curveDistances(run, recording.curve)),
      });
    }
  return found;
}

/** Preference, reward and embedding tuning by trl and sentence-transformers. */
async function preferenceRows(): Promise<ParityRow[]> {
  const recorded = await readRecordedPreferences();
  const found: ParityRow[] = [];
  for (const [name, curves] of Object.entries(recorded.curves))
    for (const [method, curve = []] of Object.entries(curves)) {
      const run = await recordedRun(recorded, name, method as Method);
      const wanted = await recordedGradients(name, method as Method);
      const apart = distances(await firstGradients(run), wanted);
      const { firstLoss, ...worst } = await curveDistances(run, curve);
      found.push({
        model: name.includes('bert') ? 'bert' : 'tied',
        family: run.model.config.modelType,
        method,
        objective: name,
        loss: firstLoss,
        gradients: Math.max(...apart.values()),
        ...worst,
      });
    }
  return found;
}

/** The largest distance of logits, or of an encoder's hidden states, over all examples. */
async function outputDistance(
  model: AnyModelFolder,
  examples: readonly (readonly number[])[],
  recorded: (index: number) => TensorEntry,
  types?: readonly (readonly number[])[],
): Promise<number> {
  const { config } = model;
  const settings = resolveRecipe({ adaptation: { type: 'full' } });
  const state = await createModelState({ model, settings });
  let worst = 0;
  for (const [index, tokens] of examples.entries()) {
    const { tensor } = weightValues(model, state);
    const weights = { tensor, linear: baseLinears(config, tensor) };
    const row = { rows: 1, tokens: tokens.length };
    const output =
      config.kind === 'decoder'
        ? decoderLogits(config, weights, packedDecoder(config, weights, row))
        : packedEncoder(config, weights, row);
    const program = await cpuDevice().compile({ outputs: { output } });
    const vector = (data: readonly number[]) =>
      ({ data: Int32Array.from(data), shape: [tokens.length], dtype: 'int32' }) as const;
    const isPair = config.kind === 'encoder' && config.tokenTypes > 1;
    const feeds = {
      ...parameterFeeds(state),
      tokens: vector(tokens),
      positions: vector([...tokens.keys()]),
      ends: vector(tokens.map(() => tokens.length)),
      token_types: vector(isPair ? (types?.[index] ?? []) : tokens.map(() => 0)),
    };
    const used = Object.entries(feeds).filter(([key]) => program.inputs.includes(key));
    const answers = await program.run(Object.fromEntries(used));
    await program.dispose();
    const wanted = await readTensor(recorded(index));
    worst = Math.max(worst, relativeDistance(answers.output?.data as Float32Array, wanted));
  }
  return worst;
}
