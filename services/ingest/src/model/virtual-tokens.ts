import { LatheError } from '@lathe/contracts/error';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import type { JobRecord } from '@lathe/contracts/job/record';
import { virtualTokenCount } from '@lathe/recipe/adaptation';
import type { Rows } from '../rows/rows.ts';
import type { BaseModel } from './base-model.ts';
import { wantedAdaptation } from './defaults.ts';

/** The job with the text that virtual tokens start as in tokens of the model. Throws `invalid_value` for one without. */
export async function withTokenizedStart<Job extends { readonly options: LatheOptions }>(
  job: Job,
  rows: Pick<Rows, 'tokens'>,
): Promise<Job> {
  const { adaptation } = job.options;
  if (adaptation?.type !== 'prompt-tuning' || adaptation.text === undefined) return job;
  const { text, ...others } = adaptation;
  const tokens = [...(await rows.tokens(text))];
  if (tokens.length === 0)
    throw new LatheError('invalid_value', 'The text that the prompt starts as has no tokens.', {
      param: 'lathe.adaptation.text',
    });
  const tokenized: Adaptation = { ...others, initial: 'text', initial_tokens: tokens };
  return { ...job, options: { ...job.options, adaptation: tokenized } };
}

/**
 * Most tokens of a row beside the virtual ones of the job's adaptation. Throws `invalid_value` where they leave none.
 */
export function roomForRows(
  { options, start }: Pick<JobRecord, 'options' | 'start'>,
  model: BaseModel,
): number {
  const count = virtualTokenCount(wantedAdaptation(options.adaptation, start));
  const room = model.maxPositions - count;
  if (room > 1) return room;
  throw new LatheError(
    'invalid_value',
    `${count} virtual tokens leave no room in the ${model.maxPositions} tokens that the model '${model.name}' takes.`,
    { param: 'lathe.adaptation.tokens' },
  );
}
