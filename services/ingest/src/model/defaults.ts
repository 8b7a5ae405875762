import { LatheError } from '@lathe/contracts/error';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type {
  DpoHyperparameters,
  LatheOptions,
  ReinforcementHyperparameters,
} from '@lathe/contracts/http/fine-tuning';
import type { ResolvedPreference } from '@lathe/contracts/http/preference';
import type { ResolvedReinforcement } from '@lathe/contracts/http/reinforcement';
import type { JobRecord, ResolvedSettings } from '@lathe/contracts/job/record';
import { defaultLearningRates, loraSchema, virtualTokenCount } from '@lathe/recipe/adaptation';
import { fromHttp, type HttpForm, snakeCase } from '@lathe/recipe/http-form';
import { preferenceSchema } from '@lathe/recipe/preference';
import { type RecipeInput, recipeSchema } from '@lathe/recipe/recipe';
import { reinforcementSchema } from '@lathe/recipe/reinforcement';
import { brokenRules } from '@lathe/recipe/rules';
import type { Architecture, Task } from '@lathe/recipe/task';

/** What the rules for `auto` look at. */
export type TuningFacts = {
  /** Training rows, and their tokens. */
  readonly rows: number;
  readonly tokens: number;
  /** Parameters of the base model. */
  readonly parameters: number;
  /** What reads from both sides, such as bert, is small and learns a task whole; absent: a decoder. */
  readonly architecture?: Architecture | undefined;
};

type MethodRules = {
  /** `n_epochs`: as many passes as show the model so many rows, within the limits. */
  readonly rowsSeen: number;
  readonly epochsMost: number;
  /** On the learning rate, by how many times smaller than `tuningRules.parameters` the model is. */
  readonly rateFactor: (smaller: number) => number;
};

/** What the methods differ in: pairs of answers pull a model away from its own way of writing sooner, and rewards too. */
const methodRules: Readonly<Record<NonNullable<JobRecord['method']>, MethodRules>> = {
  supervised: { rowsSeen: 16_000, epochsMost: 16, rateFactor: () => 1 },
  dpo: { rowsSeen: 4000, epochsMost: 4, rateFactor: () => 0.25 },
  reinforcement: {
    ...{ rowsSeen: 1000, epochsMost: 4 },
    rateFactor: (smaller) => clamp(0.25 * smaller ** (1 / 6), 0.25, 0.75),
  },
};
/** Answers to each prompt where `compute_multiplier` is 1, and the fewest that can be compared. */
const { groupSize, evaluationSamples } = reinforcementSchema.parse({});
const leastGroup = 2;
/** `eval_interval`: how often held-out prompts are graded in a run. */
const evaluationsOfRun = 10;
/** Where `beta` is `auto`. */
const preferenceBeta = preferenceSchema.parse({}).beta;
/**
 * Throws `invalid_value` for options that do not fit the task that the rows have turned out to teach; undefined for a model that
 * writes, of which the gateway has asked all but what goes by labels.
 */
export function refuseUnfit(options: LatheOptions, task: Task | undefined): void {
  const named = (setting: string): string => `lathe.${snakeCase(setting)}`;
  const { class_weights, sampling } = options;
  const asked = task === undefined ? { class_weights, sampling } : options;
  const given = {
    ...fromHttp<RecipeInput>(asked as HttpForm<RecipeInput>),
    task: task ?? ({ type: 'generation' } as const),
  };
  const [fault] = brokenRules(recipeSchema, given, (setting) => `'${named(setting)}'`);
  if (fault === undefined) return;
  throw new LatheError('invalid_value', fault.message, { param: named(fault.path.join('.')) });
}

/** LoRA where the job says nothing. */
const usualLora = loraSchema.parse({ type: 'lora' });

/** What a job asks for. */
export type Asked = Pick<JobRecord, 'method' | 'hyperparameters' | 'options' | 'start'>;

/** Constants of the rules, in one place so that experiments can change them. */
const tuningRules = {
  epochsLeast: 1,
  /** `batch_size`: the power of two next to rows / rowsPerBatch, within the limits. */
  rowsPerBatch: 16,
  batchLeast: 4,
  batchMost: 32,
  /**
   * Learning rate at multiplier 1: `full` at `parameters`, growing for smaller models with the
   * square root of how much smaller they are, at most `fullMost`; LoRA and random weights take `loraFactor` times that.
   */
  full: defaultLearningRates.full,
  parameters: 1e9,
  fullMost: 1e-3,
  loraFactor: 10,
  loraMost: 2e-3,
} as const;

/**
 * Hyperparameters with every `auto` and every absent value resolved, by `tuningRules`. An absolute
 * `learning_rate` wins over the rule; a multiplier scales the rule's value.
 */
export function resolveSettings(
  facts: TuningFacts,
  { method = 'supervised', hyperparameters, options, start }: Asked,
): ResolvedSettings {
  const rules = methodRules[method];
  const adaptation = resolveAdaptation(
    wantedAdaptation(options.adaptation, start) ?? usualAdaptation(facts),
  );
  const multiplier = given(hyperparameters.learning_rate_multiplier) ?? 1;
  const epochs = given(hyperparameters.n_epochs) ?? automaticEpochs(facts.rows, rules);
  const batchSize = given(hyperparameters.batch_size) ?? automaticBatchSize(facts.rows);
  return {
    ...{ epochs, batchSize },
    learningRateMultiplier: multiplier,
    learningRate:
      options.learning_rate ??
      baseRate(facts.parameters, adaptation) *
        rules.rateFactor(tuningRules.parameters / Math.max(facts.parameters, 1)) *
        multiplier,
    adaptation,
    ...(method === 'dpo' && { preference: resolvePreference(hyperparameters, options) }),
    ...(method === 'reinforcement' && {
      reinforcement: resolveReinforcement(
        hyperparameters,
        options,
        epochs * Math.ceil(facts.rows / batchSize),
      ),
    }),
  };
}

/** LoRA where the job says nothing, and of an encoder every weight. */
function usualAdaptation({ architecture }: TuningFacts): Adaptation | undefined {
  return architecture === 'encoder' ? { type: 'full' } : undefined;
}

function resolvePreference(
  { beta }: DpoHyperparameters,
  { preference = {} }: LatheOptions,
): ResolvedPreference {
  return { ...preference, loss: preference.loss ?? 'sigmoid', beta: given(beta) ?? preferenceBeta };
}

/** OpenAI's hyperparameters in the words of the recipe, which is what the job gets to say in one place alone. */
function resolveReinforcement(
  asked: ReinforcementHyperparameters,
  { reinforcement = {} }: LatheOptions,
  steps: number,
): ResolvedReinforcement {
  const compute = given(asked.compute_multiplier) ?? 1;
  return {
    evaluate_every: given(asked.eval_interval) ?? Math.max(1, Math.round(steps / evaluationsOfRun)),
    evaluation_samples: given(asked.eval_samples) ?? evaluationSamples,
    ...reinforcement,
    group_size: reinforcement.group_size ?? Math.max(leastGroup, Math.round(groupSize * compute)),
  };
}

/**
 * What a job asks for, and where it says nothing what the model has that it goes on from. An adapter's own
 * traits cannot be asked otherwise: the gateway has refused that.
 */
export function wantedAdaptation(
  asked: Adaptation | undefined,
  start: JobRecord['start'],
): Adaptation | undefined {
  if (start === undefined || asked === undefined) return asked ?? start?.adaptation;
  const { kind, adaptation } = start;
  if (kind !== 'adapter') return asked;
  if (adaptation.type === 'lora' && asked.type === 'lora') return { ...adaptation, ...asked };
  return adaptation.type === asked.type ? adaptation : asked;
}

/** An adaptation with every default filled in. */
function resolveAdaptation(asked: Adaptation | undefined): Adaptation {
  if (asked?.type === 'prompt-tuning') {
    const starts = asked.text !== undefined || asked.initial_tokens !== undefined;
    const initial = asked.initial ?? (starts ? 'text' : 'vocabulary');
    return { ...asked, tokens: virtualTokenCount(asked), initial };
  }
  if (asked?.type === 'prefix-tuning') return { ...asked, tokens: virtualTokenCount(asked) };
  if (asked !== undefined && asked.type !== 'lora') return asked;
  const { rank, alpha, dropout, targets } = usualLora;
  return { rank, alpha, dropout, targets, ...asked, type: 'lora' };
}

function given(value: number | 'auto' | undefined): number | undefined {
  return value === 'auto' ? undefined : value;
}

function automaticEpochs(rows: number, { rowsSeen, epochsMost }: MethodRules): number {
  const { epochsLeast } = tuningRules;
  return clamp(Math.round(rowsSeen / Math.max(rows, 1)), epochsLeast, epochsMost);
}

function automaticBatchSize(rows: number): number {
  const { rowsPerBatch, batchLeast, batchMost } = tuningRules;
  return clamp(2 ** Math.round(Math.log2(Math.max(rows, 1) / rowsPerBatch)), batchLeast, batchMost);
}

function baseRate(parameters: number, adaptation: Adaptation): number {
  const { type } = adaptation;
  const rules = tuningRules;
  if (type !== 'full' && type !== 'layers' && type !== 'lora') return defaultLearningRates[type];
  const smaller = Math.sqrt(rules.parameters / Math.max(parameters, 1));
  const full = rules.full * Math.max(1, smaller);
  const isRandom = type === 'full' && adaptation.initial === 'random';
  if (type !== 'lora' && !isRandom) return Math.min(full, rules.fullMost);
  return Math.min(full * rules.loraFactor, rules.loraMost);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
