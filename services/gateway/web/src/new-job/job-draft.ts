import type { CreateJob, JobObject } from '@lathe/contracts/http/fine-tuning';
import { firstGrader } from '../graders/examples.ts';

/** A job as it is being written: texts as they stand in fields, empty where Lathe decides. */
export type JobDraft = {
  readonly model: string;
  readonly file: string;
  readonly validation: string;
  readonly name: string;
  readonly suffix: string;
  readonly seed: string;
  readonly method: 'supervised' | 'dpo' | 'reinforcement';
  readonly epochs: string;
  readonly batch: string;
  readonly rate: string;
  /** Of pairs of answers: how strongly the model is held to what it was. */
  readonly beta: string;
  /** Of rewards: the grader as JSON, and what decides how much is answered. */
  readonly grader: string;
  readonly compute: string;
  readonly evalInterval: string;
  readonly evalSamples: string;
  /** Lathe's own options, as the request has them. */
  readonly lathe: Readonly<Record<string, unknown>>;
};

export const emptyDraft: JobDraft = {
  ...{ model: '', file: '', validation: '', name: '', suffix: '', seed: '' },
  ...{ method: 'supervised', epochs: '', batch: '', rate: '', beta: '', grader: firstGrader },
  ...{ compute: '', evalInterval: '', evalSamples: '', lathe: {} },
};

/** The method of that name; where it is none, the one that most rows are for. */
export function methodNamed(name: string | null): JobDraft['method'] {
  return name === 'dpo' || name === 'reinforcement' ? name : 'supervised';
}

/** The request that a draft stands for; null while it lacks a file or a model, or its grader cannot be read. */
export function requestOf(draft: JobDraft): CreateJob | null {
  const { model, file, validation, name, suffix, seed } = draft;
  const method = methodOf(draft);
  if (model === '' || file === '' || method === null) return null;
  return {
    model,
    training_file: file,
    ...(validation !== '' && { validation_file: validation }),
    ...method,
    ...(suffix !== '' && { suffix }),
    ...(seed !== '' && { seed: Number(seed) }),
    ...(name !== '' && { metadata: { name } }),
    ...(Object.keys(draft.lathe).length > 0 && { lathe: draft.lathe }),
  };
}

function methodOf(draft: JobDraft): Pick<CreateJob, 'method'> | null {
  const { method, epochs, batch, rate, beta, compute, evalInterval, evalSamples } = draft;
  const shared = numbers({ n_epochs: epochs, batch_size: batch, learning_rate_multiplier: rate });
  switch (method) {
    case 'supervised':
      return isEmpty(shared) ? {} : { method: { type: method, supervised: given(shared) } };
    case 'dpo': {
      const all = { ...shared, ...numbers({ beta }) };
      return { method: { type: method, ...(!isEmpty(all) && { dpo: given(all) }) } };
    }
    case 'reinforcement': {
      const grader = readGrader(draft.grader);
      if (grader === null) return null;
      const own = { compute_multiplier: compute, eval_interval: evalInterval };
      const all = { ...shared, ...numbers({ ...own, eval_samples: evalSamples }) };
      const reinforcement = { grader, ...(!isEmpty(all) && given(all)) };
      return { method: { type: method, reinforcement } };
    }
  }
}

type Grader = Extract<
  NonNullable<CreateJob['method']>,
  { type: 'reinforcement' }
>['reinforcement']['grader'];

/** A grader that is JSON; what is wrong with it otherwise the API says. */
function readGrader(text: string): Grader | null {
  try {
    return JSON.parse(text) as Grader;
  } catch {
    return null;
  }
}

const isEmpty = (fields: object): boolean => Object.keys(fields).length === 0;
const given = (hyperparameters: Readonly<Record<string, number>>) => ({ hyperparameters });

/** The fields that are not left empty, as numbers. */
function numbers(fields: Readonly<Record<string, string>>): Record<string, number> {
  const filled = Object.entries(fields).filter(([, text]) => text !== '');
  return Object.fromEntries(filled.map(([name, text]) => [name, Number(text)]));
}

/** What a draft takes of a job. */
type DraftedJob = Pick<
  JobObject,
  'model' | 'method' | 'training_file' | 'validation_file' | 'seed' | 'metadata'
> & { readonly lathe: Pick<JobObject['lathe'], 'options' | 'suffix'> };

/**
 * The draft of a job that is made once more: with what it was asked for, and its `auto` as it was resolved; or that goes on from
 * `model`, which keeps its own adaptation.
 */
export function draftOf(job: DraftedJob, model: string | null = null): JobDraft {
  const { method } = job;
  const { adaptation, ...options } = job.lathe.options;
  const asked: Readonly<Record<string, unknown>> =
    method.type === 'dpo'
      ? method.dpo.hyperparameters
      : method.type === 'supervised'
        ? method.supervised.hyperparameters
        : method.reinforcement.hyperparameters;
  const { learning_rate, reinforcement } = options;
  // What these say is asked for once: the API takes it under one of its two names.
  const named: Readonly<Record<string, unknown>> = {
    learning_rate_multiplier: learning_rate,
    compute_multiplier: reinforcement?.group_size,
    eval_interval: reinforcement?.evaluate_every,
    eval_samples: reinforcement?.evaluation_samples,
  };
  const text = (name: string): string =>
    typeof asked[name] === 'number' && named[name] === undefined ? String(asked[name]) : '';
  return {
    ...emptyDraft,
    model: model ?? job.model,
    file: job.training_file,
    validation: job.validation_file ?? '',
    name: job.metadata?.name ?? '',
    suffix: job.lathe.suffix ?? '',
    seed: String(job.seed),
    method: method.type,
    epochs: text('n_epochs'),
    batch: text('batch_size'),
    rate: text('learning_rate_multiplier'),
    beta: text('beta'),
    ...(method.type === 'reinforcement' && {
      grader: JSON.stringify(method.reinforcement.grader, null, 2),
    }),
    compute: text('compute_multiplier'),
    evalInterval: text('eval_interval'),
    evalSamples: text('eval_samples'),
    lathe: model === null && adaptation !== undefined ? { ...options, adaptation } : options,
  };
}
