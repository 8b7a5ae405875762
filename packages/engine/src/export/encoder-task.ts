import { join } from 'node:path';
import { z } from 'zod';
import type { EncoderConfig } from '../families/encoder-config.ts';
import type { ModelFolder } from '../families/model-folder.ts';
import { CheckpointError } from '../formats/error.ts';
import { readJson } from '../formats/json-file.ts';
import { type Head, maskedLmHead, sequenceHead, spanHead, tokenHead } from '../models/heads.ts';

/** What an encoder's folder is for, and its head. */
export type EncoderTask =
  | { readonly kind: 'hidden-states' }
  | { readonly kind: 'texts' | 'tokens' | 'spans'; readonly head: Head };

const schema = z.looseObject({ architectures: z.array(z.string()).nullish() });

/**
 * Reads the task off `architectures` in config.json. A folder whose weights hold nothing of the head that
 * its class has gives its hidden states. Throws CheckpointError when only part of a head is there.
 */
export async function encoderTask(model: ModelFolder<EncoderConfig>): Promise<EncoderTask> {
  const file = join(model.path, 'config.json');
  const parsed = schema.safeParse(await readJson(file));
  if (!parsed.success) throw new CheckpointError(file, 'architectures must be a list of names');
  const name = parsed.data.architectures?.[0] ?? '';
  const task = taskOf(name, model);
  if (task.kind === 'hidden-states') return task;
  // The words are the last layer of a masked-language head, and in every folder.
  const missing = task.head.tensors.filter(({ name }) => !model.tensors.has(name));
  if (missing.length === task.head.tensors.length) return { kind: 'hidden-states' };
  for (const { name: tensor, shape } of task.head.tensors) {
    const entry = model.tensors.get(tensor);
    if (entry === undefined)
      throw new CheckpointError(model.path, `${name} needs it, but the weights lack it`, tensor);
    if (entry.shape.join() !== shape.join())
      throw new CheckpointError(
        entry.file,
        `${name} needs shape [${shape.join(', ')}], the file has [${entry.shape.join(', ')}]`,
        tensor,
      );
  }
  return task;
}

function taskOf(
  architecture: string,
  { config, tensors }: ModelFolder<EncoderConfig>,
): EncoderTask {
  const labels = (): number =>
    (tensors.get('classifier.out_proj.weight') ?? tensors.get('classifier.weight'))?.shape[0] ?? 1;
  if (architecture.endsWith('ForSequenceClassification'))
    return { kind: 'texts', head: sequenceHead(config, labels()) };
  if (architecture.endsWith('ForTokenClassification'))
    return { kind: 'tokens', head: tokenHead(config, labels()) };
  if (architecture.endsWith('ForQuestionAnswering'))
    return { kind: 'spans', head: spanHead(config) };
  if (architecture.endsWith('ForMaskedLM')) return { kind: 'tokens', head: maskedLmHead(config) };
  return { kind: 'hidden-states' };
}
