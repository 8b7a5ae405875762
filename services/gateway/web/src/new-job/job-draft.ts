import type { CreateJob, JobObject } from '@lathe/contracts/http/fine-tuning';

/** A job as it is being written: texts as they stand in fields, empty where Lathe decides. */
export type JobDraft = {
  readonly model: string;
  readonly file: string;
  readonly validation: string;
  readonly name: string;
  readonly suffix: string;
  readonly seed: string;
  readonly method: 'supervised' | 'dpo';
  readonly epochs: string;
  readonly batch: string;
  readonly rate: string;
  /** Lathe's own options, as the request has them. */
  readonly lathe: Readonly<Record<string, unknown>>;
};

export const emptyDraft: JobDraft = {
  ...{ model: '', file: '', validation: '', name: '', suffix: '', seed: '' },
  ...{ method: 'supervised', epochs: '', batch: '', rate: '', lathe: {} },
};

/** The request that a draft stands for; null while it lacks a file or a model. */
export function requestOf(draft: JobDraft): CreateJob | null {
  const { model, file, validation, name, suffix, seed, method, epochs, batch, rate } = draft;
  if (model === '' || file === '') return null;
  const hyperparameters = {
    ...(epochs !== '' && { n_epochs: Number(epochs) }),
    ...(batch !== '' && { batch_size: Number(batch) }),
    ...(rate !== '' && { learning_rate_multiplier: Number(rate) }),
  };
  const hasAny = Object.keys(hyperparameters).length > 0;
  const how: Pick<CreateJob, 'method'> =
    method === 'dpo'
      ? { method: { type: 'dpo', ...(hasAny && { dpo: { hyperparameters } }) } }
      : hasAny
        ? { method: { type: 'supervised', supervised: { hyperparameters } } }
        : {};
  return {
    model,
    training_file: file,
    ...(validation !== '' && { validation_file: validation }),
    ...how,
    ...(suffix !== '' && { suffix }),
    ...(seed !== '' && { seed: Number(seed) }),
    ...(name !== '' && { metadata: { name } }),
    ...(Object.keys(draft.lathe).length > 0 && { lathe: draft.lathe }),
  };
}

/** The draft of a job that is made once more: with what it was asked for, and its `auto` as it was resolved. */
export function draftOf(job: JobObject): JobDraft {
  const { method } = job;
  const asked =
    method.type === 'dpo'
      ? method.dpo.hyperparameters
      : method.type === 'supervised'
        ? method.supervised.hyperparameters
        : {};
  const text = (value: unknown): string => (typeof value === 'number' ? String(value) : '');
  return {
    ...emptyDraft,
    model: job.model,
    file: job.training_file,
    validation: job.validation_file ?? '',
    name: job.metadata?.name ?? '',
    seed: String(job.seed),
    method: method.type === 'dpo' ? 'dpo' : 'supervised',
    epochs: text(asked.n_epochs),
    batch: text(asked.batch_size),
    rate: text(asked.learning_rate_multiplier),
    lathe: job.lathe.options,
  };
}
