import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import type { ModelConfig } from '../families/model-config.ts';
import { type AnyModelFolder, openAnyModelFolder } from '../families/model-folder.ts';
import { readSafetensors, readTensor, type TensorEntry } from '../formats/safetensors.ts';
import { dpo } from '../objectives/dpo.ts';
import { embeddingPairs } from '../objectives/embedding-pairs.ts';
import { embeddingScores } from '../objectives/embedding-scores.ts';
import type { TokenizedExample } from '../objectives/example.ts';
import { kto } from '../objectives/kto.ts';
import type { Objective } from '../objectives/objective.ts';
import { parseSettings } from '../objectives/objective-settings.ts';
import { orpo } from '../objectives/orpo.ts';
import { reward } from '../objectives/reward.ts';
import { simpo } from '../objectives/simpo.ts';
import type { Adapter, AdapterTensor } from '../peft/peft.ts';

/** An example that bench/reference/preferences.py made. */
export type RecordedPair = {
  readonly prompt: readonly number[];
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
  readonly margin: number;
  readonly desirable: boolean;
};

export type RecordedPoint = {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly figures: Readonly<Record<string, number>>;
};

export type Method = 'full' | 'lora';

/** What trl and sentence-transformers computed (bench/reference/preferences.py says how). For tests. */
export type RecordedPreferences = {
  readonly training: Readonly<Record<string, number>>;
  /** Factors on the learning rate, by case; 1 where a case has none. */
  readonly rates: Readonly<Record<string, number>>;
  readonly examples: readonly RecordedPair[];
  readonly curves: Readonly<
    Record<string, Readonly<Partial<Record<Method, readonly RecordedPoint[]>>>>
  >;
  /** Where the adapters and the score head start. */
  readonly start: ReadonlyMap<string, TensorEntry>;
};

const folder = join(import.meta.dirname, 'fixtures/objectives');

export async function readRecordedPreferences(): Promise<RecordedPreferences> {
  const recorded = JSON.parse(await readFile(join(folder, 'preferences.json'), 'utf8')) as Omit<
    RecordedPreferences,
    'start'
  >;
  const { tensors } = await readSafetensors(join(folder, 'start.safetensors'));
  return { ...recorded, start: tensors };
}

/** The model of a recorded case. */
export function recordedModel(name: string): Promise<AnyModelFolder> {
  const model = name.includes('bert') ? 'bert' : 'tied';
  return openAnyModelFolder(join(import.meta.dirname, 'fixtures/models', model));
}

/** An objective together with the recorded examples in its own form. */
export type Case = { readonly objective: Objective<object>; readonly examples: readonly object[] };

/** A recorded case by its name. */
export function recordedCase(
  name: string,
  pairs: readonly RecordedPair[],
  config: ModelConfig,
): Case {
  const preferences = pairs.map((pair) => ({
    chosen: answer(pair, pair.chosen),
    rejected: answer(pair, pair.rejected),
  }));
  const dpoCase = (settings: object): Case =>
    bind(dpo(parseSettings('DPO', settings)), preferences);
  const simpoCase = (settings: object): Case =>
    bind(simpo(parseSettings('SimPO', { beta: 2, ...settings })), preferences);
  const embeddingCase = (settings: object, negatives: boolean): Case =>
    bind(
      embeddingPairs(config, parseSettings('embedding', settings)),
      pairs.map(({ prompt, chosen, rejected }) => ({
        anchor: Int32Array.from(prompt),
        positive: Int32Array.from(chosen),
        negatives: negatives ? [Int32Array.from(rejected)] : [],
      })),
    );
  switch (name) {
    case 'dpo-sigmoid':
      return dpoCase({});
    case 'dpo-smoothed':
      return dpoCase({ labelSmoothing: 0.1 });
    case 'dpo-ipo':
      return dpoCase({ loss: 'ipo' });
    case 'dpo-hinge':
      return dpoCase({ loss: 'hinge' });
    case 'dpo-robust':
      return dpoCase({ loss: 'robust', labelSmoothing: 0.1 });
    case 'orpo':
      return bind(orpo(parseSettings('ORPO')), preferences);
    case 'simpo':
      return simpoCase({});
    case 'simpo-smoothed':
      return simpoCase({ labelSmoothing: 0.1 });
    case 'kto':
      return bind(
        kto(parseSettings('KTO', { undesirableWeight: 1.33 })),
        pairs.map(({ prompt, chosen, rejected, desirable }) => ({
          prompt: Int32Array.from(prompt),
          completion: Int32Array.from(desirable ? chosen : rejected),
          desirable,
        })),
      );
    case 'reward':
      return bind(
        reward(config, parseSettings('reward model', { centerCoefficient: 0.01 })),
        preferences.map(({ chosen, rejected }, at) => ({
          chosen: chosen.tokens,
          rejected: rejected.tokens,
          margin: pairs[at]?.margin,
        })),
      );
    case 'embedding-mean':
      return embeddingCase({}, false);
    case 'embedding-symmetric':
      return embeddingCase({ symmetric: true }, false);
    case 'embedding-bert':
      return embeddingCase({}, true);
    case 'embedding-bert-first':
      return embeddingCase({ symmetric: true, pooling: 'first' }, false);
    case 'embedding-scores':
      return bind(
        embeddingScores(config, { pooling: 'mean' }),
        pairs.map(({ prompt, chosen, margin }) => ({
          first: Int32Array.from(prompt),
          second: Int32Array.from(chosen),
          score: 0.25 + margin,
        })),
      );
    case 'embedding-negatives':
      return embeddingCase({ pooling: 'last' }, true);
    default:
      throw new Error(`no recorded case ${name}`);
  }
}

/** Model, settings and start of a recorded run. */
export async function recordedRun(
  recorded: RecordedPreferences,
  name: string,
  method: Method,
  more: RecipeInput = {},
) {
  const { training, start } = recorded;
  const { rank = 0, alpha = 0 } = training;
  const rate = training[method === 'lora' ? 'learningRateLora' : 'learningRateFull'] as number;
  const settings = resolveRecipe({
    adaptation: method === 'lora' ? { type: 'lora', rank, alpha } : { type: 'full' },
    epochs: training.epochs,
    batchSize: training.batchSize,
    learningRate: rate * (recorded.rates[name] ?? 1),
    schedule: 'linear',
    warmupSteps: training.warmupSteps,
    optimizer: {
      beta1: training.beta1,
      beta2: training.beta2,
      epsilon: training.epsilon,
      weightDecay: training.weightDecay,
    },
    maxGradientNorm: training.maxGradientNorm,
    shuffle: false,
    ...more,
  });
  const tensors = new Map<string, AdapterTensor>();
  for (const [key, entry] of start)
    tensors.set(key, { shape: entry.shape, data: await readTensor(entry) });
  const adapter: Adapter | undefined =
    method === 'lora' ? { rank, alpha, scale: alpha / rank, targets: [], tensors } : undefined;
  const head = start.get('score.weight') as TensorEntry;
  const base = await recordedModel(name);
  const model: AnyModelFolder = {
    ...base,
    tensors: new Map([...base.tensors, ['score.weight', head]]),
  };
  return {
    model,
    settings,
    adapter,
    ...recordedCase(name, recorded.examples, base.config),
  };
}

/** The cases and methods whose first gradients were recorded: all, some of them in part. */
export async function casesWithGradients(): Promise<{ name: string; method: Method }[]> {
  const found = (await readdir(folder)).map((file) =>
    /^(.+)\.(full|lora)\.safetensors$/.exec(file),
  );
  return found
    .filter((match) => match !== null)
    .map(([, name = '', method]) => ({ name, method: method as Method }));
}

/** The gradients of a run's first step, by parameter. */
export async function recordedGradients(
  name: string,
  method: Method,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { tensors } = await readSafetensors(join(folder, `${name}.${method}.safetensors`));
  const gradients = new Map<string, Float32Array>();
  for (const [key, entry] of tensors)
    gradients.set(key.slice('gradient.'.length), await readTensor(entry));
  return gradients;
}

function answer({ prompt }: RecordedPair, completion: readonly number[]): TokenizedExample {
  const tokens = Int32Array.of(...prompt, ...completion);
  return { tokens, supervised: new Uint8Array(tokens.length).fill(1, prompt.length) };
}

/** Hides the type of the examples, which belong to this objective and no other. */
function bind<Example extends object>(
  objective: Objective<Example>,
  examples: readonly Example[],
): Case {
  return { objective: objective as unknown as Objective<object>, examples };
}
