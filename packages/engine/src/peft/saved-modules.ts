import { z } from 'zod';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { requireFinite } from '../formats/finite.ts';
import { readTensor, type TensorEntry } from '../formats/safetensors.ts';

type SavedTensor = { readonly shape: readonly number[]; readonly data: Float32Array };

const namesSchema = z.array(z.string().min(1)).nullish();

function namesAt(file: string, key: string, given: unknown): readonly string[] {
  const parsed = namesSchema.safeParse(given);
  if (parsed.success) return parsed.data ?? [];
  throw new UnsupportedModelError(file, key, 'is no list of modules');
}

/** Which tensors of an adapter belong to whole modules, by `modules_to_save`. Throws UnsupportedModelError for no list. */
export function savedTensors(file: string, given: unknown): (key: string) => boolean {
  const saved = new Set(namesAt(file, 'modules_to_save', given));
  return (key) =>
    !/\.lora_[AB]\.weight$/.test(key) &&
    key
      .split('.')
      .slice(0, -1)
      .some((part) => saved.has(part));
}

/** Throws CheckpointError where nothing is held of a module that `modules_to_save` names. */
export function checkSaved(file: string, given: unknown, head: ReadonlyMap<string, unknown>): void {
  for (const saved of namesAt(file, 'modules_to_save', given))
    if (![...head.keys()].some((name) => name.split('.').slice(0, -1).includes(saved)))
      throw new CheckpointError(file, `holds no tensor for modules_to_save "${saved}"`);
}

/** Which modules of `target_modules` are left out, by `exclude_modules`. Throws UnsupportedModelError for no list. */
export function excludedModules(file: string, given: unknown): (module: string) => boolean {
  const excluded = namesAt(file, 'exclude_modules', given);
  return (module) => excluded.some((name) => module === name || module.endsWith(`.${name}`));
}

/** A tensor of a whole module by its name in the model. Throws CheckpointError where the key does not begin with `prefix`. */
export async function readSaved(
  file: string,
  {
    key,
    entry,
    prefix,
  }: { readonly key: string; readonly entry: TensorEntry; readonly prefix: string },
): Promise<[name: string, SavedTensor]> {
  if (!key.startsWith(prefix))
    throw new CheckpointError(file, `does not begin with ${prefix}`, key);
  const name = key.slice(prefix.length);
  const data = await readTensor(entry);
  requireFinite(file, name, data);
  return [name, { shape: entry.shape, data }];
}
