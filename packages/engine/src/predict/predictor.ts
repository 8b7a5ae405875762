import type { AnyModelFolder } from '../families/model-folder.ts';
import type { ModelTask } from '../families/model-task.ts';
import type { Pooling } from '../families/sentence-folder.ts';
import { readTensor, type TensorEntry } from '../formats/safetensors.ts';
import { type ServedAdapter, servedAdapter } from '../generate/served-adapter.ts';
import { createTextPasses, type Reading } from '../generate/text-passes.ts';
import { type Feeds, type ServedWeights, serveWeights } from '../generate/weights.ts';
import type { Tensor } from '../graph/tensor.ts';
import { input } from '../graph/value.ts';
import type { Head } from '../models/heads.ts';
import type { EncodedText } from '../objectives/encoder-example.ts';
import { headLabels } from '../peft/adapter-task.ts';
import type { Adapter, AdapterTensor } from '../peft/peft.ts';
import type { VirtualTokens } from '../peft/peft-virtual.ts';
import { cpuDevice } from '../runtime/cpu.ts';
import type { Device } from '../runtime/device.ts';
import { hiddenStates, textScores, textVectors, tokenScores, wordScores } from './readings.ts';
import { checkHead, folderTask, taskHead } from './task-head.ts';

/**
 * What is asked of texts, and what comes of each: raw scores `[labels]` of the text, `[tokens, labels]` of its tokens,
 * `[tokens, 2]` of where an answer begins and ends, `[places, vocabularySize]` of the words at `places`; its hidden
 * states `[tokens, hiddenSize]`, or one vector `[hiddenSize]`.
 */
export type Question =
  | { readonly kind: 'sequence-classification' | 'token-classification' | 'question-answering' }
  | { readonly kind: 'masked-lm'; readonly places: readonly Int32Array[] }
  | { readonly kind: 'states' }
  | { readonly kind: 'vectors'; readonly pooling: Pooling; readonly normalized: boolean };

export type PredictorOptions = {
  readonly model: AnyModelFolder;
  /** Weights that something else serves too; opened where absent. */
  readonly weights?: ServedWeights;
  readonly device?: Device;
  /** Most tokens of one text; at most what the model was made for. */
  readonly maxContext?: number;
  /** Tokens of a forward pass. */
  readonly batchTokens?: number;
};

/** Asks one model, and any number of adapters on it, what they were taught. */
export type Predictor = {
  /** What the folder itself can be asked; undefined: to write text. */
  readonly task: ModelTask | undefined;
  readonly maxContext: number;
  /**
   * Makes an adapter available under a name, replacing one of that name. Throws RangeError when it does not fit the
   * model. What its head answers, it is asked for.
   */
  loadAdapter(name: string, adapter: Adapter | VirtualTokens): void;
  unloadAdapter(name: string): void;
  /**
   * Answers for each text, in order; no answer depends on the texts beside it. Throws RangeError for a text that is
   * empty or too long, an unknown token or adapter, and a question that the model was not taught; NotFiniteError for
   * scores that are not finite, and the signal's reason between two passes.
   */
  predict(
    question: Question,
    texts: readonly EncodedText[],
    options?: { readonly adapter?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<Float32Array<ArrayBuffer>[]>;
  dispose(): Promise<void>;
};

type Answering = {
  readonly task: ModelTask;
  readonly head: Head | undefined;
  readonly feeds: Feeds;
};

/**
 * Opens a model for predictions. Throws as `folderTask` does.
 * @example
 * const predictor = await openPredictor({ model: await openAnyModelFolder('models/intents') });
 * const [scores] = await predictor.predict({ kind: 'sequence-classification' }, [{ tokens: Int32Array.of(2, 3) }]);
 */
export async function openPredictor(options: PredictorOptions): Promise<Predictor> {
  const { model, device = cpuDevice(), batchTokens = 2048 } = options;
  const { config } = model;
  const maxContext = Math.min(options.maxContext ?? config.maxPositions, config.maxPositions);
  const found = await folderTask(model);
  const weights = options.weights ?? (await serveWeights(model));
  const own: Answering | undefined = found && {
    ...found,
    feeds: await storedHead(model, found.head),
  };
  const passes = createTextPasses({ model, weights, device, maxContext, batchTokens });
  const adapters = new Map<string, { served: ServedAdapter; head: Adapter['head'] }>();

  function reading(question: Question, answering: Answering | undefined): Reading {
    const { hiddenSize, vocabularySize } = config;
    if (question.kind === 'states') return hiddenStates(hiddenSize);
    if (question.kind === 'vectors') return textVectors(hiddenSize, question);
    if (answering?.head === undefined || answering.task.kind !== question.kind)
      throw new RangeError(
        `${model.name} was taught ${answering?.task.kind ?? 'to write text'}, not ${question.kind}`,
      );
    const { task, head, feeds } = answering;
    const labels = 'labels' in task ? task.labels : 2;
    const base =
      question.kind === 'sequence-classification'
        ? textScores(config, head, labels)
        : question.kind === 'masked-lm'
          ? wordScores(head, vocabularySize, question.places)
          : tokenScores(head, labels);
    return withHead(base, feeds);
  }

  return {
    task: found?.task,
    maxContext,
    loadAdapter(name, adapter) {
      adapters.set(name, { served: servedAdapter(model, adapter), head: adapter.head });
    },
    unloadAdapter(name) {
      adapters.delete(name);
    },
    async predict(question, texts, { adapter, signal } = {}) {
      const loaded = adapter === undefined ? undefined : adapters.get(adapter);
      if (adapter !== undefined && loaded === undefined)
        throw new RangeError(`no adapter "${adapter}" is loaded on ${model.name}`);
      const answering = loaded?.head && adaptedHead(model, question.kind, loaded.head);
      return passes.run(texts, reading(question, answering ?? own), {
        adapter: loaded?.served,
        signal,
      });
    },
    dispose: () => passes.dispose(),
  };
}

/** The head's tensors that are not the model's own come in as inputs, so that heads can change beside one model. */
function withHead(reading: Reading, feeds: Feeds): Reading {
  return {
    ...reading,
    outputs: ({ tensor, ...backbone }, shape) =>
      reading.outputs(
        {
          ...backbone,
          tensor: (name) => {
            const fed = feeds[name];
            return fed === undefined ? tensor(name) : input(name, fed.shape, 'float32');
          },
        },
        shape,
      ),
    feeds: (placed, shape) => ({ ...feeds, ...reading.feeds(placed, shape) }),
  };
}

async function storedHead(model: AnyModelFolder, head: Head | undefined): Promise<Feeds> {
  const feeds: Record<string, Tensor> = {};
  for (const { name, shape } of head?.tensors ?? [])
    feeds[name] = {
      data: await readTensor(model.tensors.get(name) as TensorEntry),
      shape,
      dtype: 'float32',
    };
  return feeds;
}

/** The head of an adapter as the question needs it; undefined for one that is about hidden states. */
function adaptedHead(
  model: AnyModelFolder,
  kind: Question['kind'],
  tensors: ReadonlyMap<string, AdapterTensor>,
): Answering | undefined {
  if (kind === 'states' || kind === 'vectors') return undefined;
  const task = headTask(kind, tensors);
  const head = taskHead(model, task);
  if (head === undefined) return undefined;
  checkHead(head, tensors, model.path);
  const feeds = head.tensors.map(({ name, shape }): [string, Tensor] => [
    name,
    { data: (tensors.get(name) as AdapterTensor).data, shape, dtype: 'float32' },
  ]);
  return { task, head, feeds: Object.fromEntries(feeds) };
}

function headTask(
  kind: Exclude<Question['kind'], 'states' | 'vectors'>,
  tensors: ReadonlyMap<string, AdapterTensor>,
): ModelTask {
  const labels = headLabels(tensors);
  switch (kind) {
    case 'sequence-classification':
      return { kind, labels, problem: 'single-label' };
    case 'token-classification':
      return { kind, labels };
    case 'question-answering':
    case 'masked-lm':
      return { kind };
  }
}
