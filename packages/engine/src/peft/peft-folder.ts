import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelTask } from '../families/model-task.ts';
import { writeFolderAtomically } from '../formats/atomic.ts';
import { requireFinite } from '../formats/finite.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { taskFile } from './adapter-task.ts';
import { jsonText } from './task-files.ts';

/** What Python's `peft` stores of an adapter. */
export type PeftContent = {
  /** One word for people: what kind of adapter it is. */
  readonly kind: string;
  /** adapter_config.json, besides the base model's name. */
  readonly config: Readonly<Record<string, unknown>>;
  /** adapter_model.safetensors, by peft's own keys. */
  readonly tensors: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly data: Float32Array }
  >;
  /** What it was taught, where that is not to write text. */
  readonly task?: ModelTask | undefined;
};

/** What peft puts before the path of a module. */
export const peftPrefix = 'base_model.model.';

/**
 * Writes the folder that `peft` loads: adapter_config.json, adapter_model.safetensors and README.md, and
 * lathe-task.json where there is a task. Complete or absent. Throws CheckpointError for a value that is not finite.
 */
export async function writePeftFolder(
  folder: string,
  { kind, config, tensors, task }: PeftContent,
  baseModel: string,
): Promise<void> {
  const whole: Record<string, unknown> = {
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    revision: null,
    ...config,
  };
  const sorted = Object.fromEntries(Object.entries(whole).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  for (const [name, { data }] of tensors) requireFinite(folder, name, data);
  await writeFolderAtomically(folder, 'adapter_config.json', async (temporary) => {
    await writeSafetensors(
      join(temporary, 'adapter_model.safetensors'),
      [...tensors].map(([name, { shape, data }]) => ({ name, dtype: 'F32' as const, shape, data })),
    );
    await writeFile(join(temporary, 'README.md'), card(kind, baseModel));
    if (task !== undefined) await writeFile(join(temporary, taskFile), jsonText(task));
    await writeFile(join(temporary, 'adapter_config.json'), jsonText(sorted));
  });
}

function card(kind: string, baseModel: string): string {
  return `---
base_model: ${JSON.stringify(baseModel)}
base_model_relation: adapter
library_name: peft
---

${kind}, trained with Lathe.
`;
}
