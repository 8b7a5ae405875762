/**
 * Compares this engine with what PyTorch, transformers, peft, trl and sentence-transformers computed for tiny
 * random models (the committed vectors of bench/reference), and writes docs/parity.md.
 *
 *     node bench/parity.ts [--out docs/parity.md]
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { methodCases, methodModels, recordedMethod } from '@lathe/engine/adapt/recorded-methods';
import type { AnyModelFolder } from '@lathe/engine/checkpoint/model-folder';
import type { TensorEntry } from '@lathe/engine/checkpoint/safetensors';
import { readSafetensors, readTensor } from '@lathe/engine/checkpoint/safetensors';
import { baseLinears } from '@lathe/engine/models/base-linear';
import { decoderLogits } from '@lathe/engine/models/decoder';
import { encoderReferences, readEncoderReference } from '@lathe/engine/models/encoder-reference';
import { packedDecoder } from '@lathe/engine/models/packed-decoder';
import { packedEncoder } from '@lathe/engine/models/packed-encoder';
import { type Reference, readReference, referenceModels } from '@lathe/engine/models/reference';
import { causalLm } from '@lathe/engine/objectives/causal-lm';
import {
  encoderRecording,
  encoderRun,
  encoderTasks,
} from '@lathe/engine/objectives/recorded-encoder-tasks';
import {
  type Method,
  readRecordedPreferences,
  recordedRun,
} from '@lathe/engine/objectives/recorded-preferences';
import { cpuDevice } from '@lathe/engine/runtime/cpu';
import { createModelState, parameterFeeds, weightValues } from '@lathe/engine/train/model-state';
import { curveDistances, gradientDistances, relativeDistance } from '@lathe/engine/train/parity';
import { parseTrainingSettings } from '@lathe/engine/train/settings';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs/parity.md' } } });
const shape = { rows: 8, tokens: 32, targets: 96, examples: 8 };

type Row = {
  readonly family: string;
  readonly method: string;
  readonly objective: string;
  readonly outputs?: number | undefined;
  readonly loss?: number | undefined;
  readonly gradients?: number | undefined;
  readonly curveLoss?: number | undefined;
  readonly curveNorm?: number | undefined;
};

const rows = [
  ...(await decoderRows()),
  ...(await encoderRows()),
  ...(await methodRows()),
  ...(await preferenceRows()),
];
const text = document(rows);
await writeFile(values.out, text);
console.log(text);

/** Every decoder family: all weights and LoRA, next-token prediction. */
async function decoderRows(): Promise<Row[]> {
  const found: Row[] = [];
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
        family: name,
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
    settings: parseTrainingSettings({
      method: method === 'lora' ? { type: 'lora', rank, alpha } : { type: 'full' },
      epochs: training.epochs,
      batchSize: training.batchSize,
      learningRate: method === 'lora' ? training.learningRateLora : training.learningRateFull,
      schedule: { kind: 'linear', warmupSteps: training.warmupSteps },
      optimizer: { type: 'adamw', weightDecay: training.weightDecay },
      maxGradientNorm: training.maxGradientNorm,
      shuffle: false,
    }),
  };
}

/** Every encoder family with every task; adapters with a new head for the classification of texts. */
async function encoderRows(): Promise<Row[]> {
  const found: Row[] = [];
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
        family: name,
        method: 'full',
        objective: task,
        ...(task === 'masked-lm' ? { outputs } : {}),
        ...(await gradientDistances(run, recording, shape)),
        ...(await curveDistances(run, recording.fullCurve)),
      });
      if (recording.loraCurve.length > 0)
        found.push({
          family: name,
          method: 'lora and new head',
          objective: task,
          ...(await curveDistances(await encoderRun(reference, task, 'lora'), recording.loraCurve)),
        });
    }
  }
  return found;
}

/** Every other method on three decoder families. */
async function methodRows(): Promise<Row[]> {
  const found: Row[] = [];
  for (const family of methodModels)
    for (const method of methodCases) {
      const { run, recording } = await recordedMethod(family, method);
      found.push({
        family,
        method,
        objective: 'causal-lm',
        // The signs of PiSSA's start are arbitrary, and with them those of its gradients.
        ...(method === 'pissa' ? {} : await gradientDistances(run, recording, shape)),
        ...(await curveDistances(run, recording.curve)),
      });
    }
  return found;
}

/** Preference, reward and embedding tuning. */
async function preferenceRows(): Promise<Row[]> {
  const recorded = await readRecordedPreferences();
  const found: Row[] = [];
  for (const [name, curves] of Object.entries(recorded.curves))
    for (const [method, curve = []] of Object.entries(curves)) {
      const run = await recordedRun(recorded, name, method as Method);
      found.push({
        family: name.includes('bert') ? 'bert' : 'tied',
        method,
        objective: name,
        ...(await curveDistances(run, curve)),
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
  const settings = parseTrainingSettings({ method: { type: 'full' } });
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
      segments: vector(tokens.map(() => 1)),
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

function document(table: readonly Row[]): string {
  const number = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? '' : value.toExponential(0);
  const lines = table.map(
    (row) =>
      `| ${row.family} | ${row.method} | ${row.objective} | ${[row.outputs, row.loss, row.gradients, row.curveLoss, row.curveNorm].map(number).join(' | ')} |`,
  );
  const all = table.flatMap((row) => [
    row.outputs,
    row.loss,
    row.gradients,
    row.curveLoss,
    row.curveNorm,
  ]);
  const largest = Math.max(
    ...(all.filter((value) => value !== undefined && !Number.isNaN(value)) as number[]),
  );
  return `# Parity with PyTorch

Written by \`node bench/parity.ts\`; do not edit. Each number is the largest relative difference between this
engine and PyTorch (transformers, peft, trl, sentence-transformers) in float32 on the tiny random models under
\`packages/engine/src/**/fixtures\`, whose vectors the scripts in \`bench/reference\` recorded. Outputs are the
logits of a decoder and the hidden states of an encoder; gradients are those of the worst tensor (one that is
zero but for rounding is held to a norm of 1e-3); a curve is 20 steps of training. An empty field was not
recorded; gradients of preference objectives are compared in \`preference-gradients.test.ts\`.

Largest of all: ${largest.toExponential(1)}.

| model | method | objective | outputs | loss | gradients | curve: loss | curve: gradient norm |
| --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
