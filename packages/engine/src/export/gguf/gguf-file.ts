import type { ModelFolder } from '../../families/model-folder.ts';
import { CheckpointError } from '../../formats/error.ts';
import { readTensor } from '../../formats/safetensors.ts';
import { blockSize, type WrittenType } from '../../gguf/quantize.ts';
import { ropeDivisors } from '../../gguf/rope-divisors.ts';
import { ggufTensors, type TensorMapping, toGguf } from '../../gguf/tensor-names.ts';
import { architectureMetadata } from './architecture.ts';
import { tokenizerMetadata } from './tokenizer.ts';
import { type GgufTensor, type WrittenValue, writeGguf } from './write.ts';

export const ggufTypes = ['f32', 'f16', 'q8_0'] as const;
export type GgufType = (typeof ggufTypes)[number];

/** llama.cpp's number of what most of a file's tensors are. */
const fileTypes: Readonly<Record<GgufType, number>> = { f32: 0, f16: 1, q8_0: 7 };

/**
 * Writes a decoder as a GGUF file for llama.cpp and Ollama: matrices in the given type, norms, biases and
 * learned positions in float32. Throws UnsupportedModelError for a model or tokenizer that llama.cpp
 * would compute otherwise, and CheckpointError for numbers that the type cannot hold.
 */
export async function writeGgufModel(
  model: ModelFolder,
  file: string,
  type: GgufType,
): Promise<void> {
  const metadata = new Map<string, WrittenValue>([
    ...architectureMetadata(model),
    ['general.type', { type: 'string', value: 'model' }],
    ['general.name', { type: 'string', value: model.name }],
    ['general.file_type', { type: 'u32', value: fileTypes[type] }],
    ['general.quantization_version', { type: 'u32', value: 2 }],
    ...(await tokenizerMetadata(model)),
  ]);
  const tensors = ggufTensors(model.config).map((mapping): GgufTensor => {
    const entry = model.tensors.get(mapping.source);
    if (entry === undefined) throw new CheckpointError(model.path, 'is missing', mapping.source);
    const { name, shape } = mapping;
    return {
      name,
      shape,
      type: storedType(mapping, type),
      read: async () => toGguf(await readTensor(entry), mapping),
    };
  });
  const divisors = ropeDivisors(model.config);
  if (divisors !== undefined)
    tensors.unshift({
      name: 'rope_freqs.weight',
      shape: [divisors.length],
      type: 'F32',
      read: async () => divisors,
    });
  await writeGguf(file, metadata, tensors);
}

/** Vectors stay float32, as do learned positions; rows that are no whole blocks are float16, not Q8_0. */
function storedType({ name, shape }: TensorMapping, type: GgufType): WrittenType {
  if (shape.length === 1 || name === 'position_embd.weight' || type === 'f32') return 'F32';
  return type === 'q8_0' && shape.at(-1)! % blockSize === 0 ? 'Q8_0' : 'F16';
}
