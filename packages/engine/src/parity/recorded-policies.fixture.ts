import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { gradients } from '../autodiff.ts';
import { batchFeeds } from '../batch/feeds.ts';
import { openAnyModelFolder, weightsFolder } from '../families/model-folder.ts';
import { readSafetensors, readTensor } from '../formats/safetensors.ts';
import type { Value } from '../graph/value.ts';
import { parseSettings } from '../objectives/objective-settings.ts';
import { advantagesOf, type JudgedRollout } from '../objectives/policy/advantages.ts';
import { policy } from '../objectives/policy/policy.ts';
import type { Rollout } from '../objectives/policy/rollout-feeds.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import { adaptedForward } from '../trained/adapted-forward.ts';
import { createModelState, parameterFeeds, weightValues } from '../trained/model-state.ts';

type RecordedRollout = {
  readonly prompt: readonly number[];
  readonly completion: readonly number[];
  readonly sampled: readonly number[];
  readonly reference: readonly number[];
  readonly reward: number | null;
  readonly truncated: boolean;
};

/** What trl computed (bench/reference/policies.py says how). For tests. */
type RecordedPolicies = {
  readonly group: number;
  readonly maxCompletionTokens: number;
  readonly rollouts: readonly RecordedRollout[];
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly settings: object;
        readonly loss: number;
        readonly advantages: readonly number[];
        readonly figures: Readonly<Record<string, number>>;
      }
    >
  >;
};

const folder = join(import.meta.dirname, 'fixtures/policies');

export async function readRecordedPolicies(): Promise<RecordedPolicies> {
  return JSON.parse(await readFile(join(folder, 'policies.json'), 'utf8')) as RecordedPolicies;
}

/** The gradients that were recorded for a case, by parameter. */
export async function recordedPolicyGradients(
  name: string,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { tensors } = await readSafetensors(join(folder, `${name}.safetensors`));
  const found = new Map<string, Float32Array>();
  for (const [key, entry] of tensors)
    found.set(key.slice('gradient.'.length), await readTensor(entry));
  return found;
}

/**
 * Loss, gradients by parameter, figures and advantages of a recorded case's only step, with more room than it needs.
 */
export async function policyStep(recorded: RecordedPolicies, name: string) {
  const { group, maxCompletionTokens } = recorded;
  const given = recorded.cases[name]?.settings;
  const settings = parseSettings('reinforcement', { maxCompletionTokens, ...given });
  const judged = recorded.rollouts.map((rollout) => ({
    ...rollout,
    reward: rollout.reward ?? undefined,
    isTruncated: rollout.truncated,
    prompt: Int32Array.from(rollout.prompt),
    completion: Int32Array.from(rollout.completion),
    sampled: Float32Array.from(rollout.sampled),
    reference: Float32Array.from(rollout.reference),
  })) satisfies readonly JudgedRollout[];
  const advantages = advantagesOf(judged, settings, group);
  const examples: Rollout[] = judged.map((rollout, at) => ({
    ...rollout,
    advantage: advantages[at] as number,
  }));
  const objective = policy(settings);
  for (const example of examples)
    objective.check(example, 'the answer', { maxTokens: 32, vocabularySize: 64 });
  const model = await openAnyModelFolder(join(import.meta.dirname, 'fixtures/models/tied'));
  const recipe = resolveRecipe({ adaptation: { type: 'full' } });
  const state = await createModelState({ model, settings: recipe, objective });
  const weights = weightValues(model, state);
  const shape = { rows: examples.length + 1, tokens: 16, targets: 80, examples: 14 };
  const built = adaptedForward(model, recipe, state)(weights, shape, {
    objective: objective as { forward: typeof objective.forward },
    training: false,
  });
  const outputs: Record<string, Value> = { loss: built.loss };
  const names = [...weights.parameters.keys()];
  const slopes = gradients(built.gradientOf ?? built.loss, [...weights.parameters.values()]);
  for (const [at, key] of names.entries()) outputs[`gradient.${key}`] = slopes[at] as Value;
  for (const [key, { total, count }] of Object.entries(built.figures ?? {}))
    Object.assign(outputs, { [`total.${key}`]: total, [`count.${key}`]: count });
  const device = cpuDevice({ threads: 1 });
  const program = await device.compile({ outputs }, { mapFolder: weightsFolder(model) });
  const windows = examples.map((example) => [example]);
  const answers = await program.run({
    ...parameterFeeds(state),
    ...batchFeeds(objective, windows, { shape, step: examples }),
  });
  await program.dispose();
  const weight = examples.reduce((sum, example) => sum + objective.weight(example), 0);
  const number = (key: string): number => Number(answers[key]?.data[0]);
  const figures = new Map(
    Object.keys(built.figures ?? {}).map((key) => [
      key,
      number(`total.${key}`) / number(`count.${key}`),
    ]),
  );
  const found = new Map(
    names.map((key) => {
      const sums = answers[`gradient.${key}`]?.data as Float32Array;
      return [key, sums.map((sum) => sum / weight)];
    }),
  );
  return { loss: number('loss') / weight, gradients: found, figures, advantages };
}
