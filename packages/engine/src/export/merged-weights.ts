import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { modelLinears } from '../families/model-config.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { UnsupportedModelError } from '../formats/error.ts';
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { mergeAdapter } from '../peft/merge-adapter.ts';
import { type Adapter, readPeftAdapter } from '../peft/peft.ts';

/**
 * Reads an adapter folder and checks it against every linear layer of its base. Throws UnsupportedModelError, too, for one
 * with a head: what is exported here writes text.
 */
export async function readFittingAdapter(folder: string, model: AnyModelFolder): Promise<Adapter> {
  const modules = new Map(
    modelLinears(model.config).map(({ module, outputs, inputs }) => [module, [outputs, inputs]]),
  );
  const adapter = await readPeftAdapter(folder, modules);
  if (adapter.head === undefined) return adapter;
  const file = join(folder, 'adapter_config.json');
  throw new UnsupportedModelError(file, 'modules_to_save', 'is set: it has the head of a task');
}

/**
 * The model with an adapter merged in, in float32 whatever the base is stored in: changed weights are
 * written to a file in `work`, all others stay where they are.
 */
export async function withMergedWeights(
  model: AnyModelFolder,
  adapter: Adapter,
  work: string,
): Promise<AnyModelFolder> {
  const changed = await mergeAdapter(model, adapter);
  const file = join(work, 'merged.safetensors');
  await mkdir(work, { recursive: true });
  await writeSafetensors(
    file,
    [...changed].map(([name, data]) => ({
      name,
      dtype: 'F32',
      shape: model.tensors.get(name)!.shape,
      data,
    })),
  );
  const { tensors } = await readSafetensors(file);
  return { ...model, tensors: new Map([...model.tensors, ...tensors]) };
}
