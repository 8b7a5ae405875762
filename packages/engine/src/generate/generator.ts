import type { ModelFolder } from '../families/model-folder.ts';
import { weightsFolder } from '../families/model-folder.ts';
import { createEvaluator, type Evaluation, type Evaluator } from '../measure/evaluation.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import type { TokenizedExample } from '../objectives/example.ts';
import { tellingEach } from '../objectives/scored/each.ts';
import { withVirtualTokens } from '../objectives/virtual-tokens.ts';
import type { Adapter } from '../peft/peft.ts';
import type { VirtualTokens } from '../peft/peft-virtual.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { forward } from '../step/forward.ts';
import { bytesOfToken } from './decode-cache.ts';
import { Decoder } from './decoder.ts';
import {
  type Answerer,
  type FinishReason,
  type GeneratedToken,
  type IdStretch,
  Lane,
  type SequenceRequest,
} from './lane.ts';
import { NotFiniteError } from './not-finite-error.ts';
import { PrefixCache } from './prefix-cache.ts';
import type { PrefixMemory } from './prefix-memory.ts';
import { greedy } from './sampling.ts';
import {
  adaptedHooks,
  adapterInputs,
  placedVirtualTokens,
  type ServedAdapter,
  servedAdapter,
} from './served-adapter.ts';
import { type ServedWeights, serveWeights } from './weights.ts';

export type { FinishReason, GeneratedToken, IdStretch } from './lane.ts';

export type GenerateRequest = Partial<Omit<SequenceRequest, 'tokens' | 'maxTokens'>> & {
  readonly tokens: readonly number[];
  readonly maxTokens: number;
  /** Name of a loaded adapter; absent: the base model. */
  readonly adapter?: string;
};

export type GeneratorOptions = {
  readonly model: ModelFolder;
  /** Weights that something else serves too; opened where absent. */
  readonly weights?: ServedWeights;
  /** Longest prompt and answer together, with an adapter's virtual tokens; at most what the model was made for. */
  readonly maxContext?: number;
  /** Sequences that decode together at most. */
  readonly maxRows?: number;
  /** Tokens of prompts that are read between two tokens of the answers that run; a longer prompt is read whole. */
  readonly admitTokens?: number;
  /** Tokens of a forward pass when scoring. */
  readonly scoreTokens?: number;
  /** Ids of the model's vocabulary that no token has, such as rows that pad its head: they are never generated. */
  readonly absentTokens?: readonly IdStretch[];
  /**
   * Where keys and values of prompts and answers stay, so that a prompt that begins like one of them is read from there
   * on; absent: nowhere. Nothing stays on a device with a memory of its own.
   */
  readonly prefixes?: PrefixMemory;
  readonly device?: Device;
};

/** Serves one base model and any number of adapters on it. */
export type Generator = {
  readonly maxContext: number;
  /**
   * Makes an adapter available under a name, replacing one of that name. Throws RangeError when it does not fit the
   * model, or its virtual tokens leave no room in the context.
   */
  loadAdapter(name: string, adapter: Adapter | VirtualTokens): void;
  /** Forgets an adapter; requests that use it already run to their end. */
  unloadAdapter(name: string): void;
  hasAdapter(name: string): boolean;
  /**
   * Generates tokens one by one; stop tokens are not among them unless asked for. The generator's return value is why it
   * ended. Throws RangeError for an empty or too long prompt or an unknown adapter, AbortError when cancelled,
   * NotFiniteError when the logits are not finite.
   */
  generate(
    request: GenerateRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<GeneratedToken, FinishReason, undefined>;
  /** Loss and accuracy over the supervised tokens of examples, and how likely each example is. Throws NotFiniteError for a loss that is no finite number. */
  score(
    examples: readonly TokenizedExample[],
    options?: { readonly adapter?: string },
  ): Promise<ScoredExamples>;
  dispose(): Promise<void>;
};

/** `logProbabilities`: ln p of each example's supervised tokens together, in nats. */
type ScoredExamples = Evaluation & { readonly logProbabilities: Float64Array };

const defaultRows = 16;
/** About two long chats: answers that run stand still as long as for one prompt of this length. */
const defaultAdmitTokens = 512;
const defaultScoreTokens = 2048;

/**
 * Opens a model for generation.
 * @example const answer = (await openGenerator({ model })).generate({ tokens: [1, 2], maxTokens: 8 });
 */
export async function openGenerator(options: GeneratorOptions): Promise<Generator> {
  const { model, device = cpuDevice(), maxRows = defaultRows } = options;
  const { config } = model;
  const maxContext = Math.min(options.maxContext ?? config.maxPositions, config.maxPositions);
  const weights = options.weights ?? (await serveWeights(model));
  const decoder = new Decoder({ model, weights, device, maxContext, maxRows });
  const admitTokens = options.admitTokens ?? defaultAdmitTokens;
  const batchTokens = options.scoreTokens ?? defaultScoreTokens;
  const keptPrompts = (): PrefixCache | undefined =>
    options.prefixes && new PrefixCache(options.prefixes, bytesOfToken(config));
  const base: Answerer = { prefixes: keptPrompts() };
  const adapters = new Map<string, Answerer & { readonly adapter: ServedAdapter }>();
  const evaluators = new Map<string, Evaluator<TokenizedExample>>();
  const retired: Promise<void>[] = [];
  const each = new WeakMap<TokenizedExample, number>();
  const { absentTokens = [] } = options;
  const lane = new Lane({ decoder, maxContext, maxRows, admitTokens, absentTokens });
  let turning: Promise<void> | undefined;

  function adapterOf(name: string) {
    const found = adapters.get(name);
    if (found === undefined)
      throw new RangeError(`no adapter "${name}" is loaded on ${model.name}`);
    return found;
  }

  /** Decodes until nothing is left to do. */
  async function turn(): Promise<void> {
    while (lane.busy) {
      try {
        await lane.turn();
      } catch (error) {
        lane.fail(error);
      }
    }
    turning = undefined;
  }

  function scorer(name: string | undefined): Evaluator<TokenizedExample> {
    const key = name ?? '';
    const known = evaluators.get(key);
    if (known !== undefined) return known;
    const adapter = name === undefined ? {} : adapterOf(name).adapter;
    const telling = tellingEach(causalLm, (example, value) => each.set(example, value));
    const objective = withVirtualTokens(telling, placedVirtualTokens(adapter));
    const made = createEvaluator({
      objective,
      device,
      mapFolder: weightsFolder(model),
      settings: { packing: true, microBatchTokens: batchTokens },
      forward: (shape) => {
        const { tensor } = weights.values('none');
        const hooks = adaptedHooks(model, adapter);
        return forward({ config, shape, tensor, hooks, objective });
      },
      parameterFeeds: { ...weights.feeds, ...adapterInputs(adapter) },
    });
    evaluators.set(key, made);
    return made;
  }

  /** Frees what scored an adapter that is gone or replaced, and what was kept of its prompts. */
  function retire(name: string): void {
    adapters.get(name)?.prefixes?.close();
    adapters.delete(name);
    const evaluator = evaluators.get(name);
    evaluators.delete(name);
    if (evaluator !== undefined) retired.push(evaluator.dispose());
  }

  return {
    maxContext,
    loadAdapter(name, adapter) {
      const served = servedAdapter(model, adapter);
      const virtual = served.virtual?.count ?? 0;
      if (virtual + 1 >= maxContext)
        throw new RangeError(
          `${virtual} virtual tokens leave no room in a context of ${maxContext}`,
        );
      retire(name);
      adapters.set(name, { adapter: served, prefixes: keptPrompts() });
    },
    unloadAdapter: retire,
    hasAdapter: (name) => adapters.has(name),
    async *generate(request, signal) {
      const { adapter, ...settings } = request;
      const { tokens } = settings;
      if (tokens.length === 0) throw new RangeError('the prompt is empty');
      const answerer = adapter === undefined ? base : adapterOf(adapter);
      const virtual = answerer.adapter?.virtual?.count ?? 0;
      const least = settings.maxTokens === 0 ? 0 : 1;
      if (virtual + tokens.length + least > maxContext)
        throw new RangeError(
          `a prompt of ${tokens.length} tokens${virtual === 0 ? '' : ` behind ${virtual} virtual ones`} leaves no room in a context of ${maxContext}`,
        );
      const stream = lane.add(
        {
          ...{ ...greedy, stopTokens: config.eosTokens, givesStop: false },
          ...{ seed: 0, scoresPrompt: false, scope: '', ...settings },
        },
        answerer,
        signal,
      );
      turning ??= turn();
      return yield* stream.read();
    },
    async score(examples, { adapter } = {}) {
      const evaluation = await scorer(adapter).evaluate(examples);
      if (!Number.isFinite(evaluation.loss)) throw new NotFiniteError('the log-probabilities');
      const logProbabilities = Float64Array.from(examples, (one) => each.get(one) ?? Number.NaN);
      return { ...evaluation, logProbabilities };
    },
    async dispose() {
      lane.fail(new Error('The generator was disposed of.'));
      await turning;
      await Promise.all(retired);
      for (const evaluator of evaluators.values()) await evaluator.dispose();
      lane.dispose();
      for (const { prefixes } of [base, ...adapters.values()]) prefixes?.close();
      await decoder.dispose();
    },
  };
}
