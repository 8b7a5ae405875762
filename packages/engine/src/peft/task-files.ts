import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { type ModelTask, withTask } from '../families/model-task.ts';
import { sentenceLayout } from '../families/sentence-folder.ts';
import { readExactJson } from '../formats/exact-json.ts';

/** What a model of another task has no use for: it would be loaded as one that embeds. */
const embeds = 'feature-extraction';

/** Whether a folder of this task keeps the files of sentence-transformers that its base has. */
export function keepsSentenceFiles(task: ModelTask | undefined): boolean {
  return (task?.kind ?? embeds) === embeds;
}

/**
 * Writes what tells a model's task into `folder`: config.json, and the layout of sentence-transformers where the model
 * was taught to embed by one of its poolings. Without a task nothing but a config.json that cannot stay as it is, because
 * it says that the head is tied while the file has one of its own, which other readers than transformers 5 would pass over.
 */
export async function writeTaskFiles(
  { path, config }: AnyModelFolder,
  task: ModelTask | undefined,
  folder: string,
): Promise<void> {
  if (task?.kind === embeds && task.pooling !== undefined)
    for (const [inner, json] of sentenceLayout(config, task.pooling)) {
      const file = join(folder, inner);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, jsonText(json as object));
    }
  const file = join(path, 'config.json');
  const json = await readExactJson(file);
  const isUntied =
    config.kind === 'decoder' && !config.tieEmbeddings && json.tie_word_embeddings !== false;
  const own = isUntied ? { ...json, tie_word_embeddings: false } : json;
  const whole = task === undefined ? own : withTask(file, own, { config, task });
  if (whole !== json) await writeFile(join(folder, 'config.json'), jsonText(whole));
}

/** JSON as Python's libraries write it. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
