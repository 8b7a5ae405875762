import type { EvaluationReport } from '@lathe/contracts/artifact/report';
import { LatheError } from '@lathe/contracts/error';
import { type EvaluateInput, type EvaluatePorts, hasOwnTokens } from './evaluation.ts';
import { probeForgetting } from './forgetting/probe.ts';
import { invitedNames } from './invited.ts';
import type { Judgement } from './judge/judge.ts';
import { judgePredicted } from './predicted.ts';
import { judgeRewarded } from './rewarded.ts';
import { judgeWritten } from './written.ts';

/**
 * Scores base, few-shot and tuned model, and the one that it began as, on the same held-out rows beside the baselines of their task,
 * and compares them. Without held-out rows the report has no contestants. Throws `unsupported_model` when the base
 * model's tokenizer is not the one that the rows were prepared with.
 */
export async function evaluate(
  input: EvaluateInput,
  ports: EvaluatePorts,
): Promise<EvaluationReport> {
  const { job, dataset, base, tuned, start } = input;
  const bound = [...(hasOwnTokens(job) ? [] : [base]), tuned, ...(start ? [start] : [])];
  for (const { facts, name } of bound)
    if (facts.tokenizerSha256 !== dataset.tokenizerSha256)
      throw new LatheError(
        'unsupported_model',
        `The tokenizer of '${name}' is not the one that the training rows were prepared with.`,
        { param: 'model' },
      );
  const isPreference = dataset.kind === 'preference' || dataset.kind === 'judged';
  const task = dataset.task?.type ?? (isPreference ? 'preference' : 'generation');
  const isWritten = task === 'generation' || task === 'preference';
  const { judgement = nothing, rows } =
    dataset.kind === 'prompt'
      ? await judgeRewarded(input, ports)
      : isWritten
        ? await judgeWritten(input, ports)
        : await judgePredicted(task, input, ports);
  // Their rows were not read before, so the job could not be refused.
  const isRewarded = dataset.kind === 'prompt';
  const unasked = isWritten && !isRewarded ? [] : invitedNames(input.invited);
  const why = isRewarded
    ? 'rewards compare what the job trained with what it began as'
    : `the task ${task} is not compared by what is written`;
  const apart = unasked.map((name) => `The ${name} took no part: ${why}.`);
  // What began at random, with tokens of its own, knew nothing that could be forgotten.
  const { forgetting, notes: unprobed } =
    isWritten && !hasOwnTokens(job)
      ? await probeForgetting(input, ports, { isGeneral: rows > 0 })
      : { notes: [] };
  return {
    version: 2,
    jobId: job.id,
    task,
    fineTunedModel: tuned.name,
    baseModel: base.name,
    heldOutSource: dataset.heldOutSource,
    rows,
    sampled: rows < dataset.heldOut.rows,
    warnings: [],
    ...judgement,
    notes: [...judgement.notes, ...apart, ...unprobed],
    ...(forgetting && { forgetting }),
  };
}

const nothing: Judgement = {
  headline: 'exact match',
  verdict: '',
  outcome: 'not compared',
  notes: [],
  contestants: [],
  comparisons: [],
  slices: [],
  samples: [],
};
