import { LatheError } from '@lathe/contracts/error';
import type { PipelineKind } from '@lathe/contracts/http/pipeline';
import type { ModelRecord } from '@lathe/contracts/record/model';

/** Ways in which models are asked, as errors and docs name them. */
const doors = {
  chat: 'POST /v1/chat/completions',
  completions: 'POST /v1/completions',
  embeddings: 'POST /v1/embeddings',
  pipeline: 'POST /v1/lathe/models/{model}/pipeline',
  classify: 'POST /v1/classify',
  score: 'POST /v1/score',
  rerank: 'POST /v1/rerank',
  moderation: 'POST /v1/moderations',
} as const;
export type Door = keyof typeof doors;

type Taught = NonNullable<ModelRecord['task']>['type'] | 'states';

/** What a model was taught; `states`: an encoder that was taught nothing. */
function taughtOf(record: ModelRecord): Taught {
  if (record.task !== undefined) return record.task.type;
  return record.kind === 'base' && record.architecture === 'encoder' ? 'states' : 'generation';
}

/** The doors of each task, the usual one first. */
const doorsOf: Readonly<Record<Taught, readonly Door[]>> = {
  generation: ['chat', 'completions', 'embeddings', 'score', 'rerank'],
  preference: ['chat', 'completions', 'embeddings', 'score', 'rerank'],
  reward: ['score', 'rerank', 'pipeline'],
  classification: ['classify', 'pipeline'],
  'token-classification': ['pipeline'],
  'question-answering': ['pipeline'],
  embedding: ['embeddings', 'rerank', 'score', 'pipeline'],
  'masked-lm': ['pipeline', 'embeddings'],
  states: ['embeddings', 'pipeline', 'score', 'rerank'],
};

/** A classifier of one number scores texts; one of several labels a text is a moderation's, too. */
function openDoors(record: ModelRecord): readonly Door[] {
  const { task } = record;
  if (task?.type !== 'classification') return doorsOf[taughtOf(record)];
  const { problem, labels } = task;
  const isScore = problem === 'regression' || labels?.length === 1;
  const usual: readonly Door[] = isScore ? ['score', 'rerank', 'pipeline'] : doorsOf[task.type];
  return problem === 'multi-label' ? [...usual, 'moderation'] : usual;
}

/**
 * Throws `unsupported_model` for a model that is not asked through this door, with the doors that it has.
 */
export function requireDoor(record: ModelRecord, door: Door): void {
  const open = openDoors(record);
  if (open.includes(door)) return;
  const named = open.map((each) => doors[each].replace('{model}', record.name));
  const last = named.pop() as string;
  const all = named.length === 0 ? last : `${named.join(', ')} or ${last}`;
  const taught = taughtOf(record);
  const what = taught === 'states' ? 'is an encoder, which writes no text' : `was taught ${taught}`;
  throw new LatheError(
    'unsupported_model',
    `The model '${record.name}' ${what}: ask it through ${all}, not ${doors[door]}.`,
    { param: 'model' },
  );
}

const pipelines: Readonly<Record<Taught, readonly PipelineKind[]>> = {
  generation: [],
  preference: [],
  reward: ['text-classification'],
  classification: ['text-classification'],
  'token-classification': ['token-classification'],
  'question-answering': ['question-answering'],
  embedding: ['sentence-similarity', 'feature-extraction'],
  'masked-lm': ['fill-mask'],
  states: ['feature-extraction', 'sentence-similarity'],
};

/** The pipelines that a model answers as. Throws as `requireDoor` does. */
export function pipelinesOf(record: ModelRecord): readonly PipelineKind[] {
  requireDoor(record, 'pipeline');
  return pipelines[taughtOf(record)];
}
