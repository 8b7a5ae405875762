import { createHash } from 'node:crypto';
import { isAdapter } from '@lathe/recipe/adaptation';
import type { Recipe } from '@lathe/recipe/recipe';
import { policyOf } from '@lathe/recipe/reinforcement';
import type { ModelFolder } from '../families/model-folder.ts';
import { child, permutation, rootSeed } from '../nn/seed.ts';
import { parseSettings } from '../objectives/objective-settings.ts';
import { advantagesOf } from '../objectives/policy/advantages.ts';
import { policy } from '../objectives/policy/policy.ts';
import type { Rollout } from '../objectives/policy/rollout-feeds.ts';
import type { AdapterValues } from '../peft/peft.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { createTrainer, type StepMetrics, type Trainer } from '../train/trainer.ts';
import { answerFigures } from './answer-figures.ts';
import { divergence } from './divergence.ts';
import { watchHacking } from './hacking-watch.ts';
import { mostInWindow, packRollouts, plannedGroups } from './pack-rollouts.ts';
import { openSampler, type SampledAnswer, type Sampler } from './sampler.ts';
import { refusalOf } from './trial.ts';

/** An answer to be graded, with the place of its prompt. */
type AskedAnswer = { readonly prompt: number; readonly text: string };

/**
 * Grades answers in their order: a reward, or undefined where none could be given. Those of a `trial` answer prompts of the
 * training side; whoever grades may throw what ends it.
 */
export type Grade = (
  purpose: 'trial' | 'train' | 'held-out',
  answers: readonly AskedAnswer[],
) => Promise<readonly (number | undefined)[]>;

export type PolicyTrainerOptions = {
  readonly model: ModelFolder;
  /** With `reinforcement`; a batch is of prompts. */
  readonly settings: Recipe;
  /** As the model is asked, up to where its answer begins. */
  readonly prompts: readonly Int32Array[];
  readonly grade: Grade;
  /** For what is written while it runs. */
  readonly folder: string;
  readonly device?: Device | undefined;
  /** The adapter to go on from. */
  readonly adapter?: AdapterValues | undefined;
  /** Names the content of what it starts from. */
  readonly origin?: string | undefined;
  readonly onAnswer?: (() => void) | undefined;
  /** What answers; by default the policy, as it would be served. */
  readonly sampler?: Sampler | undefined;
};

/** An answer with what it was rewarded, for people. */
type GradedAnswer = AskedAnswer & {
  readonly reward: number | undefined;
  readonly isTruncated: boolean;
};

/** What a step did, and what was answered in it. */
export type PolicyStep = {
  readonly metrics: StepMetrics;
  readonly answers: readonly GradedAnswer[];
  /** Signs that the grader is played, each told once in a run that is not interrupted. */
  readonly warnings: readonly string[];
};

/** What the answers to held-out prompts were worth. */
export type PolicyScore = {
  readonly figures: Readonly<Record<string, number>>;
  readonly tokens: number;
  readonly answers: readonly GradedAnswer[];
};

/** Prompts that are tried before a run. */
const trialPrompts = 32;

/**
 * Prepares a run that learns from the rewards of its own answers: in each step the policy as it is answers the next prompts, each
 * so many times; the answers are graded, compared with those of their group, and learned from once. All that is drawn goes by the
 * seed and the step, so that a run that was stopped goes on as if it had not been. Throws RangeError for prompts that leave no
 * room for an answer.
 * @example
 * const trainer = await createPolicyTrainer({
 *   model: await openModelFolder('models/lathe-tiny'),
 *   settings: resolveRecipe({ reinforcement: { maxCompletionTokens: 8 } }),
 *   prompts: [Int32Array.of(1, 2, 3)],
 *   grade: async (purpose, answers) => answers.map(({ text }) => (text.includes('yes') ? 1 : 0)),
 *   folder: '/tmp/run',
 * });
 * const { metrics, answers } = await trainer.trainStep();
 */
export async function createPolicyTrainer(options: PolicyTrainerOptions): Promise<PolicyTrainer> {
  const { model, settings, prompts, device = cpuDevice() } = options;
  const { reinforcement } = settings;
  if (reinforcement === undefined) throw new RangeError('the recipe has no reinforcement');
  if (prompts.length === 0) throw new RangeError('there are no prompts');
  const longest = Math.max(...prompts.map(({ length }) => length));
  const room = model.config.maxPositions - longest;
  if (room < 1)
    throw new RangeError(
      `the longest prompt has ${longest} tokens, which leaves no room for an answer in a context of ${model.config.maxPositions}`,
    );
  const loss = parseSettings('reinforcement', {
    ...policyOf(reinforcement),
    maxCompletionTokens: Math.min(reinforcement.maxCompletionTokens, room),
  });
  const perStep = Math.min(settings.batchSize, prompts.length);
  const stepsPerEpoch = Math.ceil(prompts.length / perStep);
  const rollouts = perStep * reinforcement.groupSize;
  const worst: Rollout = {
    prompt: prompts.find(({ length }) => length === longest) as Int32Array,
    completion: new Int32Array(loss.maxCompletionTokens),
    sampled: new Float32Array(loss.maxCompletionTokens),
    reference: new Float32Array(loss.maxCompletionTokens),
    advantage: 0,
    isTruncated: false,
  };
  const hash = createHash('sha256');
  for (const prompt of prompts) hash.update(`${prompt.length};`).update(prompt);
  const trainer = await createTrainer({
    ...{ model, device, adapter: options.adapter },
    settings: {
      ...settings,
      batchSize: rollouts,
      maxTokens: Math.max(settings.maxTokens, longest + loss.maxCompletionTokens),
    },
    objective: policy(loss),
    examples: Array.from({ length: rollouts }, () => ({ ...worst })),
    drawn: {
      totalSteps: stepsPerEpoch * settings.epochs,
      stepsPerEpoch,
      perWindow: mostInWindow,
      sequences: plannedGroups(worst, reinforcement.groupSize),
    },
    origin: `${options.origin ?? ''} prompts ${hash.digest('hex')}`,
  });
  const sampler =
    options.sampler ??
    (await openSampler({
      ...{ model, device, folder: options.folder, onAnswer: options.onAnswer },
      hasAdapter: isAdapter(settings.adaptation),
      temperature: loss.temperature,
      maxCompletionTokens: loss.maxCompletionTokens,
      mostTokens: longest + loss.maxCompletionTokens,
    }));
  return new PolicyTrainer({ ...options, trainer, sampler, loss, perStep, stepsPerEpoch });
}

type Parts = Pick<PolicyTrainerOptions, 'settings' | 'prompts' | 'grade'> & {
  readonly trainer: Trainer<Rollout>;
  readonly sampler: Sampler;
  readonly loss: ReturnType<typeof parseSettings<'reinforcement'>>;
  /** Prompts of a step. */
  readonly perStep: number;
  readonly stepsPerEpoch: number;
};

/** A run that learns from rewards, and how far it is. */
export class PolicyTrainer {
  readonly #parts: Parts;
  readonly #group: number;
  readonly #watch = watchHacking();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#group = parts.settings.reinforcement?.groupSize ?? 2;
  }

  get totalSteps(): number {
    return this.#parts.trainer.totalSteps;
  }

  get step(): number {
    return this.#parts.trainer.step;
  }

  get trainableParameters(): number {
    return this.#parts.trainer.trainableParameters;
  }

  /** What it saves in a step of the longest answers that prompts are shared; undefined where they are not. */
  get sharedTokens(): Trainer<Rollout>['sharedTokens'] {
    return this.#parts.trainer.sharedTokens;
  }

  /** Why nothing could be learned, from groups of answers to 32 of the prompts; undefined where something may. */
  async refusal(): Promise<string | undefined> {
    const { prompts, settings } = this.#parts;
    const order = permutation(child(rootSeed(settings.seed), 'trial'), prompts.length);
    const drawn = [...order.subarray(0, trialPrompts)];
    const { answers, rewards } = await this.#answer('trial', { places: drawn, labels: ['trial'] });
    const known = rewards.filter((reward) => reward !== undefined);
    return refusalOf({
      figures: answerFigures(answers, rewards, this.#group),
      ...{ prompts: drawn.length, answers: answers.length },
      range: known.length === 0 ? undefined : [Math.min(...known), Math.max(...known)],
    });
  }

  async trainStep(): Promise<PolicyStep> {
    const started = performance.now();
    const { trainer, loss, prompts } = this.#parts;
    const drawn = this.#promptsOf(trainer.step);
    const found = await this.#answer('train', {
      places: drawn,
      labels: ['rollout', trainer.step],
    });
    const { answers, rewards, asked } = found;
    const judged = answers.map((answer, at) => ({
      ...answer,
      prompt: prompts[asked[at] as number] as Int32Array,
      reward: rewards[at],
      sampled: new Float32Array(answer.completion.length),
      advantage: 0,
    }));
    const { windowShape } = trainer;
    const sharesPrompts = trainer.sharedTokens !== undefined;
    const windows = packRollouts(judged, windowShape, sharesPrompts);
    const sampled = await trainer.tokenScores('current', windows);
    const reference = await trainer.tokenScores('start', windows);
    const measured = judged.map((rollout) => ({
      ...rollout,
      sampled: sampled.get(rollout) as Float32Array,
      reference: reference.get(rollout) as Float32Array,
    }));
    const advantages = advantagesOf(measured, loss, this.#group);
    const learned = measured.map((rollout, at) => ({
      ...rollout,
      advantage: advantages[at] as number,
    }));
    const metrics = await trainer.trainOn(packRollouts(learned, windowShape, sharesPrompts));
    const told = { ...answerFigures(answers, rewards, this.#group), kl: divergence(measured) };
    const figures = { ...metrics.figures, ...told };
    const warnings = this.#watch(told);
    const seconds = (performance.now() - started) / 1000;
    return { metrics: { ...metrics, figures, seconds }, answers: graded(found), warnings };
  }

  /** Answers to held-out prompts, each so many, drawn with one seed at every evaluation. */
  async evaluate(heldOut: readonly Int32Array[]): Promise<PolicyScore> {
    const { evaluationSamples = 1 } = this.#parts.settings.reinforcement ?? {};
    const found = await this.#answer('held-out', {
      ...{ from: heldOut, places: [...heldOut.keys()] },
      ...{ times: evaluationSamples, labels: ['held-out'] },
    });
    const figures = answerFigures(found.answers, found.rewards, evaluationSamples);
    const { frac_reward_zero_std: _, reward_std: __, ...rest } = figures;
    const tokens = found.answers.reduce((sum, { completion }) => sum + completion.length, 0);
    return { figures: rest, tokens, answers: graded(found) };
  }

  saveState(folder: string): Promise<void> {
    return this.#parts.trainer.saveState(folder);
  }

  restoreState(folder: string): ReturnType<Trainer<Rollout>['restoreState']> {
    return this.#parts.trainer.restoreState(folder);
  }

  exportAdapter(folder: string): Promise<void> {
    return this.#parts.trainer.exportAdapter(folder);
  }

  exportMerged(folder: string): Promise<void> {
    return this.#parts.trainer.exportMerged(folder);
  }

  async dispose(): Promise<void> {
    await this.#parts.sampler.dispose();
    await this.#parts.trainer.dispose();
  }

  /** The places of a step's prompts: each epoch shows all in an order of its own. */
  #promptsOf(step: number): number[] {
    const { prompts, settings, perStep, stepsPerEpoch } = this.#parts;
    const epoch = Math.floor(step / stepsPerEpoch);
    const from = (step % stepsPerEpoch) * perStep;
    const order = settings.shuffle
      ? permutation(child(rootSeed(settings.seed), 'shuffle', epoch), prompts.length)
      : Int32Array.from(prompts.keys());
    return [...order.subarray(from, from + perStep)];
  }

  async #answer(
    purpose: Parameters<Grade>[0],
    { places, labels, from = this.#parts.prompts, times = this.#group }: Asking,
  ): Promise<Answered> {
    const { sampler, trainer, settings, grade } = this.#parts;
    const asked = places.flatMap((place) => Array.from({ length: times }, () => place));
    const answers = await sampler.sample(
      trainer,
      asked.map((place) => from[place] as Int32Array),
      child(rootSeed(settings.seed), ...labels),
    );
    const rewards = await grade(
      purpose,
      answers.map(({ text }, at) => ({ prompt: asked[at] as number, text })),
    );
    return { asked, answers, rewards };
  }
}

type Asking = {
  readonly places: readonly number[];
  /** Of the seed. */
  readonly labels: readonly (string | number)[];
  /** Where the places are; by default the prompts of the run. */
  readonly from?: readonly Int32Array[];
  /** Answers to each; by default a group. */
  readonly times?: number;
};

type Answered = {
  /** The place of each answer's prompt. */
  readonly asked: readonly number[];
  readonly answers: readonly SampledAnswer[];
  readonly rewards: readonly (number | undefined)[];
};

function graded({ asked, answers, rewards }: Answered): GradedAnswer[] {
  return answers.map(({ text, isTruncated }, at) => ({
    ...{ prompt: asked[at] as number, text, isTruncated },
    reward: rewards[at],
  }));
}
