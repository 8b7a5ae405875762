import { resolveRecipe } from '@lathe/recipe/recipe';
import type { EncoderConfig } from '../families/encoder-config.ts';
import { readTensor, type TensorEntry } from '../formats/safetensors.ts';
import { maskedLm } from '../objectives/masked-lm.ts';
import type { Objective } from '../objectives/objective.ts';
import { sequenceClassification } from '../objectives/sequence-classification.ts';
import { spanExtraction } from '../objectives/span-extraction.ts';
import { tokenClassification } from '../objectives/token-classification.ts';
import { type EncoderReference, type RecordedText, withHead } from './encoder-reference.ts';

export const encoderTasks = [
  'masked-lm',
  'single-label',
  'multi-label',
  'regression',
  'token-classification',
  'span-extraction',
] as const;
export type EncoderTask = (typeof encoderTasks)[number];

/** An objective together with the recorded texts in its own form. */
export type TaskCase = {
  readonly objective: Objective<object>;
  readonly examples: readonly object[];
};

type Read = { readonly tokens: Int32Array; readonly types: Int32Array | undefined };

/** One of the recorded tasks. For tests and the parity table. */
export function encoderTask(
  task: EncoderTask,
  config: EncoderConfig,
  texts: readonly RecordedText[],
): TaskCase {
  const labels = 3;
  const bind = <Example extends object>(
    objective: Objective<Example>,
    make: (text: RecordedText, read: Read) => Example,
  ): TaskCase => ({
    objective: objective as unknown as Objective<object>,
    examples: texts.map((text) =>
      make(text, {
        tokens: Int32Array.from(text.tokens),
        types: config.tokenTypes > 1 ? Int32Array.from(text.types) : undefined,
      }),
    ),
  });
  switch (task) {
    case 'masked-lm':
      return bind(maskedLm(config), ({ masked, maskedPlaces, tokens }, { types }) => ({
        tokens: Int32Array.from(masked),
        types,
        hidden: Int32Array.from(maskedPlaces),
        answers: Int32Array.from(maskedPlaces, (place) => tokens[place] as number),
      }));
    case 'single-label':
      return bind(sequenceClassification(config, { problem: task, labels }), ({ label }, read) => ({
        ...read,
        label,
      }));
    case 'multi-label':
      return bind(sequenceClassification(config, { problem: task, labels }), (text, read) => ({
        ...read,
        label: Float32Array.from(text.labels),
      }));
    case 'regression':
      return bind(
        sequenceClassification(config, { problem: task, labels: 1 }),
        ({ value }, read) => ({ ...read, label: Float32Array.of(value) }),
      );
    case 'token-classification':
      return bind(tokenClassification(config, labels), ({ tokenLabels }, read) => ({
        ...read,
        labels: Int32Array.from(tokenLabels),
      }));
    case 'span-extraction':
      return bind(spanExtraction(config), ({ start, end }, read) => ({ ...read, start, end }));
  }
}

/** A recorded run of a task, of every weight or of an adapter with a new head. */
export async function encoderRun(
  reference: EncoderReference,
  task: EncoderTask,
  method: 'full' | 'lora',
) {
  const { training, targets, tensors } = reference;
  const { rank, alpha } = training;
  const model = withHead(reference, task);
  const starts = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  if (method === 'lora')
    for (const [key, entry] of part(tensors, 'lora.start.'))
      starts.set(key, { shape: entry.shape, data: await readTensor(entry) });
  return {
    model,
    ...encoderTask(task, model.config, reference.examples),
    adapter: method === 'lora' ? { tensors: starts } : undefined,
    settings: resolveRecipe({
      adaptation:
        method === 'lora' ? { type: 'lora', rank, alpha, targets: [...targets] } : { type: 'full' },
      epochs: training.epochs,
      batchSize: training.batchSize,
      learningRate: method === 'lora' ? training.learningRateLora : training.learningRateFull,
      schedule: 'linear',
      warmupSteps: training.warmupSteps,
      optimizer: { type: 'adamw', weightDecay: training.weightDecay },
      shuffle: false,
    }),
  };
}

/** What was recorded of a task. */
export function encoderRecording({ tasks, tensors }: EncoderReference, task: EncoderTask) {
  const found = tasks[task];
  if (found === undefined) throw new Error(`nothing was recorded of ${task}`);
  const { loss, fullCurve, loraCurve = [] } = found;
  return { loss, fullCurve, loraCurve, gradients: part(tensors, `${task}.gradient.`) };
}

function part(tensors: ReadonlyMap<string, TensorEntry>, prefix: string): Map<string, TensorEntry> {
  return new Map(
    [...tensors].flatMap(([key, entry]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), entry] as const] : [],
    ),
  );
}
