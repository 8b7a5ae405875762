import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decoderNames } from '../families/decoder-families.ts';
import { encoderNames } from '../families/encoder-names.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import type { ModelTask } from '../families/model-task.ts';
import { writeFileAtomically } from '../formats/atomic.ts';
import { readTensor } from '../formats/safetensors.ts';
import type { Graph } from '../graph/graph.ts';
import { encodeModel } from '../onnx/encode.ts';
import { keepsSentenceFiles, writeTaskFiles } from '../peft/task-files.ts';
import type { FolderTask } from '../predict/task-head.ts';
import { copyCarriedFiles } from './carried-files.ts';
import { inlineWeights, type StoredWeight } from './inline-weights.ts';
import { onnxDecoder } from './onnx-decoder.ts';
import { onnxEncoder } from './onnx-encoder.ts';
import { onnxTextDecoder } from './onnx-text-decoder.ts';
import { layOutWeights } from './onnx-weights.ts';
import { quantizeModel } from './quantize-model.ts';

export const onnxTypes = ['f32', 'q8'] as const;
export type OnnxType = (typeof onnxTypes)[number];

export type OnnxOptions = {
  /** float32, or matrices as int8 in blocks of 32. */
  readonly type?: OnnxType;
  /** Weights of more bytes go into a file of their own: a model of 2 GB or more cannot be read. */
  readonly largestModel?: number;
  /** What the model is asked; undefined: to write text. */
  readonly asked?: FolderTask | undefined;
  /** What an adapter taught it, for config.json; what that says where absent. */
  readonly task?: ModelTask | undefined;
};

const defaultLargestModel = 1.8e9;

/** The name that Transformers.js gives the model of a type. */
export function onnxModelFile(type: OnnxType): string {
  return type === 'q8' ? 'model_quantized.onnx' : 'model.onnx';
}

/**
 * Fills a folder in the layout of Transformers.js: the model's config and tokenizer files byte for byte,
 * and `onnx/model.onnx`, or `onnx/model_quantized.onnx` for q8 (and a `_data` file when the weights are
 * many). Uses operators of ai.onnx opset 21 only. Throws CheckpointError when a weight cannot be read.
 */
export async function writeOnnxFiles(
  model: AnyModelFolder,
  folder: string,
  { type = 'f32', largestModel = defaultLargestModel, asked, task }: OnnxOptions = {},
): Promise<void> {
  await copyCarriedFiles(model.path, folder, keepsSentenceFiles(task));
  if (task !== undefined) await writeTaskFiles(model, task, folder);
  const inner = join(folder, 'onnx');
  await mkdir(inner, { recursive: true });
  const file = onnxModelFile(type);
  const options = { type, location: `${file}_data`, asked };
  const { bytes, stored } = await encoded(model, inner, options);
  const total = stored.reduce((sum, { byteLength }) => sum + byteLength, bytes.byteLength);
  if (total <= largestModel) {
    const byName = new Map(stored.map((tensor) => [tensor.name, tensor]));
    await writeFileAtomically(join(inner, file), async (append) => {
      for await (const piece of inlineWeights(bytes, byName)) await append(piece);
    });
    return;
  }
  await writeFileAtomically(join(inner, `${file}_data`), async (append) => {
    let end = 0;
    for (const { offset, byteLength, read } of stored) {
      await append(new Uint8Array(offset - end));
      await append(await read());
      end = offset + byteLength;
    }
  });
  await writeFileAtomically(join(inner, file), (append) => append(bytes));
}

/** The model without its weights' bytes, and the weights as they will be stored. */
async function encoded(
  model: AnyModelFolder,
  folder: string,
  {
    type,
    location,
    asked,
  }: Pick<OnnxOptions, 'asked'> & { readonly type: OnnxType; readonly location: string },
): Promise<{ readonly bytes: Uint8Array; readonly stored: readonly StoredWeight[] }> {
  const { weights, placed } = layOutWeights(model, folder, location);
  const graph = exportedGraph(model, weights, asked);
  const bytes = encodeModel(graph, { device: 'cpu', folder });
  const read = (name: string): Promise<Float32Array> => readTensor(model.tensors.get(name)!);
  if (type === 'f32')
    return {
      bytes,
      stored: placed.map((one) => ({ ...one, read: async () => bytesOf(await read(one.name)) })),
    };
  const shapes = new Map(
    placed.map(({ name }) => [name, { name, shape: model.tensors.get(name)!.shape }]),
  );
  const matrices = [...shapes.values()].filter(({ shape }) => shape.length === 2);
  const candidates = new Set(matrices.map(({ name }) => name));
  candidates.delete(`${positionsName(model)}.weight`);
  const quantized = quantizeModel(bytes, { weights: shapes, candidates, location, read });
  return { bytes: quantized.model, stored: quantized.stored };
}

/** The table of learned positions, which stays float32. */
function positionsName({ config }: AnyModelFolder): string {
  return config.kind === 'decoder'
    ? decoderNames(config).positions
    : encoderNames(config).positions;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function exportedGraph(
  { config }: AnyModelFolder,
  weights: Parameters<typeof onnxDecoder>[1],
  asked: FolderTask | undefined,
): Graph {
  if (config.kind === 'encoder') return onnxEncoder(config, weights, asked ?? hiddenStates);
  if (asked === undefined) return onnxDecoder(config, weights);
  return onnxTextDecoder(config, weights, asked);
}

/** What any model has for an answer. */
const hiddenStates: FolderTask = { task: { kind: 'feature-extraction' }, head: undefined };
