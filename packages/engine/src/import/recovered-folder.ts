import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecoderConfig } from '../families/decoder-config.ts';
import { parseModelConfig } from '../families/model-config.ts';
import { type ModelFolder, openModelFolder, singleWeightsFile } from '../families/model-folder.ts';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { encodeFloats } from '../formats/number-format.ts';
import { streamSafetensors, type TensorSource } from '../formats/safetensors.ts';
import type { TensorPlace } from '../gguf/format.ts';
import { type GgufFile, isQuantised } from '../gguf/read.ts';
import { fromGguf, ggufTensors, type TensorMapping } from '../gguf/tensor-names.ts';
import { configOf } from './model-config.ts';

/** What numbers that were stored in blocks become; those that were not keep their type. */
export type DequantisedType = 'f16' | 'f32';

/** Tensors that are no weights: config.json says what they hold. */
const notWeights: ReadonlySet<string> = new Set(['rope_freqs.weight']);

/**
 * Writes `config.json` and `model.safetensors` of the model that a GGUF file holds: weights dequantised and put back in
 * the checkpoint's names and order. Throws UnsupportedModelError, naming key or tensor, for a model that this engine does
 * not compute, and CheckpointError where a weight is missing, misshapen or not finite.
 */
export async function recoverFolder(
  gguf: GgufFile,
  folder: string,
  dequantised: DequantisedType,
): Promise<ModelFolder> {
  const json = await configOf(gguf);
  const isTied = await isHeadCopied(gguf);
  if (isTied) json.tie_word_embeddings = true;
  const config = parseModelConfig(gguf.path, json);
  if (config.kind !== 'decoder') throw new CheckpointError(gguf.path, 'holds no decoder');
  // Names of all layers are made next, so there must not be more layers than the file has tensors.
  if (config.layers > gguf.tensors.size)
    throw new CheckpointError(gguf.path, `has ${config.layers} layers in its metadata only`);
  const mappings = ggufTensors(config);
  checkTensors(gguf, mappings, config, isTied);
  const sources = mappings.map((mapping) => sourceOf(gguf, mapping, dequantised));
  json.torch_dtype = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' }[commonType(sources)];
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(json, null, 2)}\n`);
  await streamSafetensors(join(folder, singleWeightsFile), sources);
  return openModelFolder(folder);
}

/** Some converters store a tied head a second time. */
async function isHeadCopied({ tensors, pieces }: GgufFile): Promise<boolean> {
  const [words, head] = [tensors.get('token_embd.weight'), tensors.get('output.weight')];
  if (words === undefined || head === undefined) return false;
  if (words.type !== head.type || words.shape.join() !== head.shape.join()) return false;
  const copies = pieces('output.weight');
  try {
    for await (const piece of pieces('token_embd.weight')) {
      const { value }: IteratorResult<Float32Array, unknown> = await copies.next();
      if (!(value instanceof Float32Array) || value.some((number, at) => number !== piece[at]))
        return false;
    }
    return true;
  } finally {
    await copies.return(undefined);
  }
}

function checkTensors(
  { path, tensors }: GgufFile,
  mappings: readonly TensorMapping[],
  config: DecoderConfig,
  isTied: boolean,
): void {
  for (const { name, shape } of mappings) {
    const found = tensors.get(name);
    if (found === undefined)
      throw new CheckpointError(path, 'the model needs it, but the file lacks it', name);
    if (found.shape.join() !== shape.join())
      throw new CheckpointError(
        path,
        `has the shape [${found.shape.join(', ')}], but the metadata imply [${shape.join(', ')}]`,
        name,
      );
  }
  const known = new Set(mappings.map(({ name }) => name));
  if (isTied) known.add('output.weight');
  for (const name of tensors.keys())
    if (!known.has(name) && !notWeights.has(name))
      throw new UnsupportedModelError(
        path,
        `tensor ${name}`,
        `is not part of a ${config.modelType} model`,
      );
}

type StoredSource = TensorSource & { readonly dtype: 'F32' | 'F16' | 'BF16' };

function sourceOf(
  gguf: GgufFile,
  mapping: TensorMapping,
  dequantised: DequantisedType,
): StoredSource {
  const { name, source, sourceShape, change } = mapping;
  const dtype = typeOf(gguf.tensors.get(name)!, dequantised);
  const encode = (data: Float32Array): Uint8Array => {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new CheckpointError(gguf.path, `holds ${data[bad]}`, name);
    if (dtype === 'F16') {
      const over = data.findIndex((value) => Math.abs(value) > 65_504);
      if (over >= 0)
        throw new CheckpointError(
          gguf.path,
          `holds ${data[over]}, more than float16 takes; import it with --dtype f32`,
          name,
        );
    }
    return encodeFloats(data, dtype);
  };
  async function* inPieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of gguf.pieces(name)) yield encode(fromGguf(piece, mapping));
  }
  // What changes number by number need not be held as a whole.
  const isLocal = change === 'none' || change === 'plus-one';
  return {
    name: source,
    dtype,
    shape: sourceShape,
    bytes: isLocal ? inPieces : async () => encode(fromGguf(await gguf.read(name), mapping)),
  };
}

function typeOf(tensor: TensorPlace, dequantised: DequantisedType): 'F32' | 'F16' | 'BF16' {
  if (isQuantised(tensor)) return dequantised === 'f16' ? 'F16' : 'F32';
  return tensor.type === 'F16' || tensor.type === 'BF16' ? tensor.type : 'F32';
}

/** What matrices are stored in, which config.json names. */
function commonType(sources: readonly StoredSource[]): StoredSource['dtype'] {
  const matrix = sources.find(({ shape, name }) => shape.length > 1 && name.endsWith('weight'));
  return matrix?.dtype ?? 'F32';
}
