import { LatheError } from '@lathe/contracts/error';
import type { CreateJob } from '@lathe/contracts/http/fine-tuning';
import type { ModelRecord } from '@lathe/contracts/record/model';
import { unfitTokenizer } from '@lathe/recipe/new-tokenizer';
import { type Architecture, hasOwnHead, type Task, taskArchitectures } from '@lathe/recipe/task';

/** Adaptations that put virtual tokens before a text. */
const writers: readonly string[] = ['prompt-tuning', 'prefix-tuning'];

/**
 * Whether a model can be taught what a request asks for, as far as that is known before its files are read. Throws
 * `invalid_value` for a task or an adaptation that contradicts the method, the base model or what a tuned model was taught before.
 */
export function requireTask(
  { method, lathe = {} }: Pick<CreateJob, 'method' | 'lathe'>,
  model: ModelRecord,
  architecture: Architecture,
): void {
  const { task, adaptation } = lathe;
  if (architecture === 'encoder' && adaptation !== undefined && writers.includes(adaptation.type))
    throw new LatheError(
      'invalid_value',
      `Virtual tokens are for models that write, and '${model.name}' is an encoder; take lora, ia3, layers or full.`,
      { param: 'lathe.adaptation.type' },
    );
  const learnt = adaptation?.type === 'full' ? adaptation.tokenizer : undefined;
  const unfit = learnt && unfitTokenizer(learnt.kind, architecture);
  if (unfit !== undefined)
    throw new LatheError('invalid_value', `The model '${model.name}' writes, and ${unfit}.`, {
      param: 'lathe.adaptation.tokenizer.kind',
    });
  const isDpo = method?.type === 'dpo';
  if (isDpo && task !== undefined && task.type !== 'preference')
    throw invalid(`The method dpo teaches the task preference, not ${task.type}.`);
  if (!isDpo && task?.type === 'preference')
    throw invalid('The task preference is taught by the method dpo.');
  const isRewarded = method?.type === 'reinforcement';
  if (isRewarded && task !== undefined && task.type !== 'generation')
    throw invalid(`The method reinforcement teaches the task generation, not ${task.type}.`);
  const asked = isDpo ? 'preference' : isRewarded ? 'generation' : task?.type;
  if (adaptation?.type === 'head') requireHead(asked, model, architecture);
  if (asked === undefined) return;
  if (!taskArchitectures[asked].includes(architecture))
    throw new LatheError(
      'invalid_value',
      `The task ${asked} is not for '${model.name}', which is ${architecture === 'encoder' ? 'an encoder' : 'a decoder'}; base models for it are ${taskArchitectures[asked].map((each) => `${each}s`).join(' and ')}.`,
      { param: isDpo || isRewarded ? 'method' : 'lathe.task.type' },
    );
  const before = model.task;
  if (model.kind === 'base' || before === undefined) return;
  if (before.type !== asked)
    throw invalid(
      `The model '${model.name}' was taught the task ${before.type} and goes on with that; start from '${model.base}' for ${asked}.`,
    );
  if (task !== undefined && 'labels' in task && 'labels' in before)
    if (task.labels !== undefined && task.labels.join('\n') !== before.labels?.join('\n'))
      throw new LatheError(
        'invalid_value',
        `The model '${model.name}' has the labels ${before.labels?.join(', ')} in that order; leave 'lathe.task.labels' out to go on with them.`,
        { param: 'lathe.task.labels' },
      );
}

/** Throws where there will be no new head to train. What an encoder learns is known from its rows only. */
function requireHead(
  asked: Task['type'] | undefined,
  model: ModelRecord,
  architecture: Architecture,
): void {
  const before = model.kind === 'base' ? undefined : model.task?.type;
  const known = asked ?? before;
  if (known === undefined ? architecture === 'encoder' : hasOwnHead(known)) return;
  throw new LatheError(
    'invalid_value',
    known === undefined
      ? `Without 'lathe.task', '${model.name}' is taught to write or to embed, which has no head of its own to train alone.`
      : `The task ${known} has no head of its own to train alone.`,
    { param: 'lathe.adaptation.type' },
  );
}

function invalid(message: string): LatheError {
  return new LatheError('invalid_value', message, { param: 'lathe.task.type' });
}
