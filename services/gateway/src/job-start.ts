import { LatheError } from '@lathe/contracts/error';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import type { JobRecord, JobStart } from '@lathe/contracts/job/record';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { recordKey } from '@lathe/contracts/subject';
import type { RecordStore } from '@lathe/platform/records/port';

type TunedModel = Exclude<ModelRecord, { kind: 'base' }>;
type Lora = Extract<Adaptation, { type: 'lora' }>;

/**
 * What a job goes on from that names a tuned model. Throws `invalid_value` when the options ask for another
 * adaptation than an adapter has, and `unsupported_model` when nothing is known of how the model was trained.
 */
export async function jobStart(
  { jobs }: { readonly jobs: RecordStore<JobRecord> },
  model: TunedModel,
  { adaptation: asked }: LatheOptions = {},
): Promise<JobStart> {
  const { base, kind, manifestKey } = model;
  const trained = (await jobs.get(recordKey(model.project, model.jobId)))?.value.settings;
  if (trained == null)
    throw new LatheError(
      'unsupported_model',
      `The job ${model.jobId} that made the model '${model.name}' is gone, so how it was trained is unknown.`,
      { param: 'model' },
    );
  const adaptation = goesOnAs(trained.adaptation);
  if (kind === 'adapter' && adaptation.type === 'lora') requireSame(model, adaptation, asked);
  if (asked?.type === 'full' && asked.initial === 'random')
    throw invalid(
      'initial',
      `Random weights take nothing of the model '${model.name}'; start from '${base}'.`,
    );
  return { base, kind, manifestKey, adaptation };
}

/**
 * The adaptation without where it began and without its dropout, which follows from the rows. PiSSA's adapter
 * is stored as a plain one of twice the rank that scales by the same factor.
 */
function goesOnAs(trained: Adaptation): Adaptation {
  if (trained.type === 'full') return { type: 'full' };
  if (trained.type !== 'lora') return trained;
  const { initial, dropout: _, ...lora } = trained;
  const { rank, alpha, rank_stabilized: isStabilized } = lora;
  if (initial !== 'pissa' || rank === undefined || alpha === undefined) return lora;
  return { ...lora, rank: 2 * rank, alpha: alpha * (isStabilized === true ? Math.SQRT2 : 2) };
}

/** What makes an adapter the one that it is; its other settings may change from job to job. */
const traits = ['rank', 'alpha', 'targets', 'rank_stabilized', 'dora'] as const;

function requireSame({ name, base }: TunedModel, has: Lora, asked: Adaptation | undefined): void {
  if (asked === undefined) return;
  const advice = `leave the adaptation out to train it on, or start from '${base}'`;
  if (asked.type !== 'lora')
    throw invalid(
      'type',
      `The model '${name}' is a LoRA adapter of rank ${has.rank} and the job asks for ${asked.type}; ${advice}.`,
    );
  if (asked.initial !== undefined)
    throw invalid(
      'initial',
      `The adapter of the model '${name}' goes on from its values, so it cannot start as ${asked.initial}; ${advice}.`,
    );
  for (const trait of traits)
    if (asked[trait] !== undefined && text(asked[trait]) !== text(has[trait] ?? false))
      throw invalid(
        trait,
        `The adapter of the model '${name}' has ${trait} ${text(has[trait] ?? false)} and the job asks for ${text(asked[trait])}; ${advice}.`,
      );
}

function text(value: NonNullable<Lora[(typeof traits)[number]]>): string {
  return Array.isArray(value) ? value.toSorted().join(', ') : String(value);
}

function invalid(field: string, message: string): LatheError {
  return new LatheError('invalid_value', message, { param: `lathe.adaptation.${field}` });
}
