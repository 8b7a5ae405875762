import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { modelLinears } from '../families/model-config.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { UnsupportedModelError } from '../formats/error.ts';
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { readAdapterTask } from '../peft/adapter-task.ts';
import { mergeAdapter } from '../peft/merge-adapter.ts';
import { type Adapter, type AdapterTensor, readPeftAdapter } from '../peft/peft.ts';
import { peftPrefix } from '../peft/peft-folder.ts';
import { namedAs } from '../peft/peft-head.ts';
import { isVirtual, readAdapterOf } from '../peft/peft-virtual.ts';
import { checkHead, type FolderTask, taskHead } from '../predict/task-head.ts';

/** A LoRA adapter that fits its base, and what the two are asked together. */
export type FittingAdapter = {
  /** Its head has the tensors of the task alone. */
  readonly weights: Adapter;
  /** Undefined for one that writes text, or leaves its base's task alone. */
  readonly asked: FolderTask | undefined;
};

/**
 * Reads an adapter folder and checks it against every linear layer of its base, and its head against its task. Throws
 * CheckpointError for what does not fit, and UnsupportedModelError for virtual tokens, which nothing can be merged of.
 */
export async function readFittingAdapter(
  folder: string,
  model: AnyModelFolder,
): Promise<FittingAdapter> {
  const adapter = await readAdapterOf(model, folder);
  if (isVirtual(adapter))
    throw new UnsupportedModelError(
      join(folder, 'adapter_config.json'),
      'peft_type',
      'says virtual tokens, which are no weights of a model: they are used as the PEFT adapter that they are',
    );
  const { tensors } = await readSafetensors(join(folder, 'adapter_model.safetensors'));
  const stored = [...tensors.keys()].map((name) => name.slice(peftPrefix.length));
  const named = namedAs(stored, model);
  const modules = modelLinears(model.config).map(
    ({ module, outputs, inputs }): [string, number[]] => [named(module), [outputs, inputs]],
  );
  // Whether every layer that it names is there, and of this shape.
  await readPeftAdapter(folder, new Map(modules));
  const task = await readAdapterTask(folder, adapter.head);
  if (task === undefined) return { weights: adapter, asked: undefined };
  const head = taskHead(model, task);
  const given = adapter.head ?? new Map<string, AdapterTensor>();
  if (head !== undefined) checkHead(head, given, folder);
  const own = new Map(
    head?.tensors.map(({ name }) => [name, given.get(name) as AdapterTensor]) ?? [],
  );
  return { weights: { ...adapter, head: own }, asked: { task, head } };
}

/**
 * The model with an adapter merged in, its head included, in float32 whatever the base is stored in: changed weights are
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
  await writeSafetensors(file, [
    ...[...changed].map(([name, data]) => ({
      name,
      dtype: 'F32' as const,
      shape: model.tensors.get(name)!.shape,
      data,
    })),
    ...[...(adapter.head ?? [])].map(([name, { shape, data }]) => ({
      name,
      dtype: 'F32' as const,
      shape,
      data,
    })),
  ]);
  const { tensors } = await readSafetensors(file);
  return { ...model, tensors: new Map([...model.tensors, ...tensors]) };
}
