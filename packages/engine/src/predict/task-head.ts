import type { AnyModelFolder } from '../families/model-folder.ts';
import { type ModelTask, readModelTask } from '../families/model-task.ts';
import { CheckpointError, UnsupportedModelError } from '../formats/error.ts';
import { type Head, maskedLmHead, sequenceHead, spanHead, tokenHead } from '../models/heads.ts';

/** A head's values by their names, with their shapes. */
type HeadShapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/**
 * The head that answers a task; undefined where hidden states are the answer. Throws UnsupportedModelError for a task
 * that the family has no head for.
 */
export function taskHead(
  { config, path }: Pick<AnyModelFolder, 'config' | 'path'>,
  task: ModelTask,
): Head | undefined {
  const encoder = () => {
    if (config.kind === 'encoder') return config;
    throw new UnsupportedModelError(path, task.kind, `is not known of ${config.modelType}`);
  };
  switch (task.kind) {
    case 'sequence-classification':
      return sequenceHead(config, task.labels);
    case 'token-classification':
      return tokenHead(config, task.labels);
    case 'question-answering':
      return spanHead(encoder());
    case 'masked-lm':
      return maskedLmHead(encoder());
    case 'feature-extraction':
      return undefined;
  }
}

/**
 * Checks that a checkpoint has every tensor of a head. Throws CheckpointError that names the first one which is missing
 * or has another shape.
 */
export function checkHead(head: Head, tensors: HeadShapes, path: string): void {
  for (const { name, shape } of head.tensors) {
    const found = tensors.get(name);
    if (found === undefined)
      throw new CheckpointError(path, 'its task needs it, but the weights lack it', name);
    if (found.shape.join() !== shape.join())
      throw new CheckpointError(
        path,
        `its task needs shape [${shape.join(', ')}], the file has [${found.shape.join(', ')}]`,
        name,
      );
  }
}

/** What a model folder can be asked, and the head that answers. */
export type FolderTask = { readonly task: ModelTask; readonly head: Head | undefined };

/**
 * What a model folder can be asked; undefined for a decoder that writes text. An encoder whose class has a head, of which
 * its weights hold nothing, gives its hidden states. Throws UnsupportedModelError as `readModelTask` does, and
 * CheckpointError where only a part of a head is there.
 * @example const asked = await folderTask(await openAnyModelFolder('models/minilm'));
 */
export async function folderTask(model: AnyModelFolder): Promise<FolderTask | undefined> {
  const task = await readModelTask(model);
  if (task === undefined) return undefined;
  const head = taskHead(model, task);
  if (head === undefined) return { task, head };
  const isBare = head.tensors.every(({ name }) => !model.tensors.has(name));
  if (isBare && model.config.kind === 'encoder')
    return { task: { kind: 'feature-extraction' }, head: undefined };
  checkHead(head, model.tensors, model.path);
  return { task, head };
}
