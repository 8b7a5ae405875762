import path from 'node:path';
import { decoderTensors } from '@lathe/engine/decoder-tensors';
import { fillInitialWeight } from '@lathe/engine/initial-weights';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { parseDecoderConfig } from '@lathe/engine/parse-decoder-config';
import { readTensor, writeSafetensors } from '@lathe/engine/safetensors';
import { rootSeed } from '@lathe/engine/seed';
import { modelConfig } from './model-files.ts';
import type { Recipe } from './recipe.ts';

const weightsFile = 'model.safetensors';

/** Writes random weights in float32, which training starts from and keeps its precision in. */
export async function writeRandomWeights(recipe: Recipe, folder: string): Promise<void> {
  const config = parseDecoderConfig('config.json', modelConfig(recipe, 'float32'));
  const seed = rootSeed(recipe.seed);
  const tensors = [...decoderTensors(config)].map(([name, { shape, role }]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = fillInitialWeight(name, new Float32Array(size), { role, config, seed });
    return { name, dtype: 'F32' as const, shape, data };
  });
  await writeSafetensors(path.join(folder, weightsFile), tensors);
}

/** Copies the weights of a model folder to another folder in bfloat16: half the size. */
export async function writeHalfWeights(from: string, to: string): Promise<void> {
  const { tensors } = await openAnyModelFolder(from);
  const rounded = [];
  for (const entry of tensors.values()) {
    const data = await readTensor(entry);
    rounded.push({ name: entry.name, dtype: 'BF16' as const, shape: entry.shape, data });
  }
  await writeSafetensors(path.join(to, weightsFile), rounded);
}
