import { LatheError } from '@lathe/contracts/error';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import type { JobStart } from '@lathe/contracts/job/record';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { recordKey } from '@lathe/contracts/subject';
import type { Records } from '@lathe/platform/records';
import { virtualTokenCount } from '@lathe/recipe/adaptation';
import { requireOwnLoss } from './job-request.ts';

type TunedModel = Exclude<ModelRecord, { kind: 'base' }>;
type Lora = Extract<Adaptation, { type: 'lora' }>;
type Virtual = Extract<Adaptation, { type: 'prompt-tuning' | 'prefix-tuning' }>;

/**
 * What a job goes on from that names a tuned model. Throws `invalid_value` when the options ask for another
 * adaptation than an adapter has, and `unsupported_model` when nothing is known of how the model was trained.
 */
export async function jobStart(
  { jobs }: { readonly jobs: Records['jobs'] },
  model: TunedModel,
  { method, lathe = {} }: Pick<CreateJob, 'method' | 'lathe'>,
): Promise<JobStart> {
  const { base, kind, manifestKey } = model;
  const { adaptation: asked } = lathe;
  const trained = (await jobs.get(recordKey(model.project, model.jobId)))?.value.settings;
  if (trained == null)
    throw new LatheError(
      'unsupported_model',
      `The job ${model.jobId} that made the model '${model.name}' is gone, so how it was trained is unknown.`,
      { param: 'model' },
    );
  const adaptation = goesOnAs(trained.adaptation);
  if (kind === 'adapter' && (adaptation.type === 'lora' || isVirtual(adaptation)))
    requireSame(model, adaptation, asked);
  if (method?.type === 'dpo') requireOwnLoss(asked ?? adaptation, lathe);
  if (kind === 'merged' && asked !== undefined && isVirtual(asked))
    throw invalid(
      'type',
      `The model '${model.name}' has weights of its own, and ${asked.type} goes with a base model's only; start from '${base}'.`,
    );
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
  if (isVirtual(trained)) return { type: trained.type, tokens: virtualTokenCount(trained) };
  if (trained.type !== 'lora') return trained;
  const { initial, dropout: _, ...lora } = trained;
  const { rank, alpha, rank_stabilized: isStabilized } = lora;
  if (initial !== 'pissa' || rank === undefined || alpha === undefined) return lora;
  return { ...lora, rank: 2 * rank, alpha: alpha * (isStabilized === true ? Math.SQRT2 : 2) };
}

function isVirtual(adaptation: Adaptation): adaptation is Virtual {
  return adaptation.type === 'prompt-tuning' || adaptation.type === 'prefix-tuning';
}

/** What makes an adapter the one that it is; its other settings may change from job to job. */
const traits = ['rank', 'alpha', 'targets', 'layers', 'rank_stabilized', 'dora', 'tokens'] as const;
/** Where a new adapter starts. */
const starts = ['initial', 'text', 'initial_tokens'] as const;

type Settings = Readonly<Record<string, unknown>>;

function requireSame(
  { name, base }: TunedModel,
  has: Lora | Virtual,
  asked: Adaptation | undefined,
): void {
  if (asked === undefined) return;
  const advice = `leave the adaptation out to train it on, or start from '${base}'`;
  const what =
    has.type === 'lora'
      ? `a LoRA adapter of rank ${has.rank}`
      : `a ${has.type} adapter of ${has.tokens} virtual tokens`;
  if (asked.type !== has.type)
    throw invalid(
      'type',
      `The model '${name}' is ${what} and the job asks for ${asked.type}; ${advice}.`,
    );
  const wanted: Settings = asked;
  const own: Settings = has;
  for (const start of starts)
    if (wanted[start] !== undefined)
      throw invalid(
        start,
        `The adapter of the model '${name}' goes on from its values, so it cannot start as ${text(wanted[start])}; ${advice}.`,
      );
  for (const trait of traits)
    if (wanted[trait] !== undefined && text(wanted[trait]) !== text(own[trait] ?? false))
      throw invalid(
        trait,
        `The adapter of the model '${name}' has ${trait} ${text(own[trait] ?? false)} and the job asks for ${text(wanted[trait])}; ${advice}.`,
      );
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.toSorted().join(', ') : String(value);
}

function invalid(field: string, message: string): LatheError {
  return new LatheError('invalid_value', message, { param: `lathe.adaptation.${field}` });
}
