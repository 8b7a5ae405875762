import type { ModelConfig } from '../families/model-config.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { CheckpointError } from '../formats/error.ts';
import type { FloatFormat } from '../formats/number-format.ts';
import type { TensorEntry } from '../formats/safetensors.ts';
import type { DType, Tensor } from '../graph/tensor.ts';
import { constant, type Value } from '../graph/value.ts';
import { baseLinears } from '../models/base-linear.ts';
import { type DecoderWeights, decoderLogits } from '../models/decoder.ts';
import { packedDecoder } from '../models/packed-decoder.ts';
import { packedEncoder } from '../models/packed-encoder.ts';
import { mappedWeight } from '../ops/comparison.ts';
import { add, mul } from '../ops/elementwise.ts';
import { gatherRows } from '../ops/index-rows.ts';
import { reshape, split } from '../ops/layout.ts';
import { matmul } from '../ops/matmul.ts';
import { reduceMean } from '../ops/reduce.ts';
import type { Adapter } from '../peft/peft.ts';
import type { FolderTask } from '../predict/task-head.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { ReplayPrompts } from './replay-prompts.ts';

/** Outputs by the names of an ONNX export, row by row. */
export type Outputs = Readonly<Record<string, Float32Array>>;

export type TrainerOptions = {
  /** Computed beside the base's layers, as in training, not merged into them. */
  readonly adapter?: Pick<Adapter, 'tensors' | 'scale' | 'head'> | undefined;
  /** What the model is asked; a decoder of which nothing is said is asked for its logits. */
  readonly asked?: FolderTask | undefined;
};

/** What the trainer's own forward pass answers to the prompts, without padding. */
export async function trainerOutputs(
  model: AnyModelFolder,
  { rows, tokens, ids }: ReplayPrompts,
  { adapter, asked }: TrainerOptions = {},
): Promise<Outputs> {
  const { config } = model;
  const weights = adaptedWeights(model, adapter);
  const shape = { rows, tokens };
  const hidden =
    config.kind === 'decoder'
      ? packedDecoder(config, weights, shape)
      : packedEncoder(config, weights, shape);
  const outputs =
    config.kind === 'decoder' && asked === undefined
      ? { logits: decoderLogits(config, weights, hidden) }
      : taskOutputs(config, { asked, weights, hidden }, shape);
  const program = await cpuDevice().compile({ outputs });
  try {
    const int32 = (data: Int32Array): Tensor => ({ data, shape: [data.length], dtype: 'int32' });
    const feeds: Record<string, Tensor> = {
      tokens: int32(ids),
      positions: int32(ids.map((_, at) => at % tokens)),
      ends: int32(ids.map(() => tokens)),
      token_types: int32(tokenTypes(config, { rows, tokens, ids })),
    };
    const given = program.inputs.map((name) => [name, feeds[name] as Tensor] as const);
    const answers = await program.run(Object.fromEntries(given));
    return Object.fromEntries(
      Object.keys(outputs).map((name) => [name, (answers[name] as Tensor).data as Float32Array]),
    );
  } finally {
    await program.dispose();
  }
}

/** The first half of a prompt is of type 0, the second of type 1 where the family has it. */
export function tokenTypes(config: ModelConfig, { tokens, ids }: ReplayPrompts): Int32Array {
  const several = config.kind === 'encoder' && config.tokenTypes > 1;
  return ids.map((_, at) => (several && at % tokens >= tokens / 2 ? 1 : 0));
}

const dtypes: Readonly<Record<FloatFormat, DType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
};

function adaptedWeights(model: AnyModelFolder, adapter: TrainerOptions['adapter']): DecoderWeights {
  const made = new Map<string, Value>();
  const tensor = (name: string): Value => {
    const own = adapter?.head?.get(name);
    const known =
      made.get(name) ?? (own === undefined ? mapped(model, name) : constant(own.data, own.shape));
    made.set(name, known);
    return known;
  };
  const base = baseLinears(model.config, tensor);
  const half = (name: string): Value | undefined => {
    const found = adapter?.tensors.get(name);
    return found === undefined ? undefined : constant(found.data, found.shape);
  };
  return {
    tensor,
    linear(module, x) {
      const [a, b] = [half(`${module}.lora_A`), half(`${module}.lora_B`)];
      if (a === undefined || b === undefined) return base(module, x);
      const change = matmul(matmul(x, a, { transB: true }), b, { transB: true });
      return add(base(module, x), mul(change, adapter!.scale));
    },
  };
}

function mapped(model: AnyModelFolder, name: string): Value {
  const entry: TensorEntry | undefined = model.tensors.get(name);
  if (entry === undefined) throw new CheckpointError(model.path, 'is missing', name);
  const { file, offset, byteLength, shape, dtype } = entry;
  return mappedWeight(name, {
    file,
    offset,
    byteLength,
    shape,
    dtype: dtypes[dtype as FloatFormat],
  });
}

function taskOutputs(
  config: ModelConfig,
  {
    asked,
    weights: { tensor },
    hidden,
  }: {
    readonly asked: FolderTask | undefined;
    readonly weights: DecoderWeights;
    readonly hidden: Value;
  },
  { rows, tokens }: Pick<ReplayPrompts, 'rows' | 'tokens'>,
): Record<string, Value> {
  const head = asked?.head;
  if (head === undefined) return { last_hidden_state: hidden };
  if (asked?.task.kind === 'sequence-classification')
    return { logits: head.scores(tensor, textsOf(config, hidden, { rows, tokens })) };
  const scores = head.scores(tensor, hidden);
  if (asked?.task.kind !== 'question-answering') return { logits: scores };
  const [start, end] = split(scores, [1, 1], 1) as [Value, Value];
  return { start_logits: start, end_logits: end };
}

/** The hidden state that stands for each prompt, `[rows, hiddenSize]`. */
function textsOf(
  config: ModelConfig,
  hidden: Value,
  { rows, tokens }: Pick<ReplayPrompts, 'rows' | 'tokens'>,
): Value {
  if (config.kind === 'encoder' && config.pooling === 'mean')
    return reduceMean(reshape(hidden, [rows, tokens, config.hiddenSize]), { axes: [1] });
  const place = config.kind === 'decoder' ? tokens - 1 : 0;
  const places = Int32Array.from({ length: rows }, (_, row) => row * tokens + place);
  return gatherRows(hidden, constant(places, [rows], 'int32'));
}
