import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../checkpoint/atomic.ts';
import type { EncoderConfig } from '../checkpoint/encoder-config.ts';
import type { AnyModelFolder, ModelFolder } from '../checkpoint/model-folder.ts';
import { readTensor } from '../checkpoint/safetensors.ts';
import { encodeModel, type Graph } from '../onnx/encode.ts';
import { copyCarriedFiles } from './carried-files.ts';
import { encoderTask } from './encoder-task.ts';
import { inlineWeights } from './inline-weights.ts';
import { onnxDecoder } from './onnx-decoder.ts';
import { onnxEncoder } from './onnx-encoder.ts';
import { layOutWeights } from './onnx-weights.ts';

export type OnnxOptions = {
  /** Weights of more bytes go into a file of their own: a model of 2 GB or more cannot be read. */
  readonly largestModel?: number;
};

const defaultLargestModel = 1.8e9;
const modelFile = 'model.onnx';
const dataFile = 'model.onnx_data';

/**
 * Fills a folder in the layout of Transformers.js: the model's config and tokenizer files byte for byte,
 * and `onnx/model.onnx` with float32 weights (and `onnx/model.onnx_data` when they are many). Uses
 * operators of ai.onnx opset 21 only. Throws CheckpointError when a weight cannot be read.
 */
export async function writeOnnxFiles(
  model: AnyModelFolder,
  folder: string,
  { largestModel = defaultLargestModel }: OnnxOptions = {},
): Promise<void> {
  await copyCarriedFiles(model.path, folder);
  const inner = join(folder, 'onnx');
  await mkdir(inner, { recursive: true });
  const { weights, placed } = layOutWeights(model, inner, dataFile);
  const graph = await exportedGraph(model, weights);
  const bytes = encodeModel(graph, { device: 'cpu', folder: inner });
  const read = async (name: string): Promise<Uint8Array> => {
    const data = await readTensor(model.tensors.get(name)!);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  };
  const total = placed.reduce((sum, { byteLength }) => sum + byteLength, bytes.byteLength);
  if (total <= largestModel) {
    const lengths = new Map(placed.map(({ name, byteLength }) => [name, byteLength]));
    await writeFileAtomically(join(inner, modelFile), async (append) => {
      for await (const piece of inlineWeights(bytes, lengths, read)) await append(piece);
    });
    return;
  }
  await writeFileAtomically(join(inner, dataFile), async (append) => {
    let end = 0;
    for (const { name, offset, byteLength } of placed) {
      await append(new Uint8Array(offset - end));
      await append(await read(name));
      end = offset + byteLength;
    }
  });
  await writeFileAtomically(join(inner, modelFile), (append) => append(bytes));
}

async function exportedGraph(
  model: AnyModelFolder,
  weights: Parameters<typeof onnxDecoder>[1],
): Promise<Graph> {
  const { config } = model;
  if (config.kind === 'decoder') return onnxDecoder(config, weights);
  const encoder: ModelFolder<EncoderConfig> = { ...model, config };
  return onnxEncoder(config, weights, await encoderTask(encoder));
}
