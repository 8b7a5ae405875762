import { open } from 'node:fs/promises';
import { UnsupportedModelError } from '../formats/error.ts';
import { readTensor } from '../formats/safetensors.ts';
import type { TensorEntry } from '../formats/safetensors-header.ts';
import { decoderNames } from './decoder-families.ts';
import { encoderNames } from './encoder-names.ts';
import type { ModelConfig } from './model-config.ts';

/** Bytes of each of two tensors that are compared at a time. */
const pieceBytes = 2 ** 22;

/** Encoders' output layers, by family: what the file may call the copy, and what it is a copy of. */
const outputLayers = {
  bert: [
    ['cls.predictions.decoder.weight', undefined],
    ['cls.predictions.decoder.bias', 'cls.predictions.bias'],
  ],
  roberta: [
    ['lm_head.decoder.weight', undefined],
    ['lm_head.decoder.bias', 'lm_head.bias'],
  ],
  distilbert: [['vocab_projector.weight', undefined]],
  modernbert: [['decoder.weight', undefined]],
} as const;

/**
 * Whether the head is the word embeddings again: as config.json says, unless the file has a head of its own with
 * other numbers, which then holds, as in transformers 5. Throws UnsupportedModelError for an encoder with an output
 * layer of its own.
 */
export async function isHeadTied(
  config: ModelConfig,
  tensors: ReadonlyMap<string, TensorEntry>,
): Promise<boolean> {
  if (config.kind === 'encoder') {
    const words = `${encoderNames(config).words}.weight`;
    for (const [copy, source = words] of outputLayers[config.modelType])
      if (await differ(tensors.get(copy), tensors.get(source)))
        throw new UnsupportedModelError(
          tensors.get(copy)!.file,
          `tensor ${copy}`,
          `is not the same as ${source}; an output layer of its own is not supported`,
        );
    return true;
  }
  if (!config.tieEmbeddings) return false;
  const { head, embedding } = decoderNames(config);
  return !(await differ(tensors.get(`${head}.weight`), tensors.get(`${embedding}.weight`)));
}

/** Whether both are there and hold other numbers. */
async function differ(
  one: TensorEntry | undefined,
  two: TensorEntry | undefined,
): Promise<boolean> {
  if (one === undefined || two === undefined) return false;
  if (one.shape.join() !== two.shape.join()) return true;
  if (one.dtype === two.dtype) return !(await haveSameBytes(one, two));
  const [left, right] = [await readTensor(one), await readTensor(two)];
  return left.some((value, at) => value !== right[at]);
}

async function haveSameBytes(one: TensorEntry, two: TensorEntry): Promise<boolean> {
  await using left = await open(one.file);
  await using right = await open(two.file);
  const pieces = [Buffer.alloc(pieceBytes), Buffer.alloc(pieceBytes)] as const;
  for (let done = 0; done < one.byteLength; done += pieceBytes) {
    const length = Math.min(pieceBytes, one.byteLength - done);
    await left.read(pieces[0], 0, length, one.offset + done);
    await right.read(pieces[1], 0, length, two.offset + done);
    if (!pieces[0].subarray(0, length).equals(pieces[1].subarray(0, length))) return false;
  }
  return true;
}
