import type { MethodSettings } from '@lathe/engine/adapt/settings';
import type { AnyModelFolder } from '@lathe/engine/checkpoint/model-folder';
import { encoderReferences, readEncoderReference } from '@lathe/engine/models/encoder-reference';
import { readReference, referenceModels } from '@lathe/engine/models/reference';
import { causalLm } from '@lathe/engine/objectives/causal-lm';
import { embeddingPairs, parseEmbeddingSettings } from '@lathe/engine/objectives/embedding-pairs';
import type { EncodedText } from '@lathe/engine/objectives/encoder-example';
import type { Objective } from '@lathe/engine/objectives/objective';
import { encoderTask, encoderTasks } from '@lathe/engine/objectives/recorded-encoder-tasks';
import { parseRewardSettings, reward } from '@lathe/engine/objectives/reward';
import { sequenceClassification } from '@lathe/engine/objectives/sequence-classification';
import { tokenClassification } from '@lathe/engine/objectives/token-classification';
import { parseTrainingSettings } from '@lathe/engine/train/settings';
import type { TrainerOptions } from '@lathe/engine/train/trainer';

/** One run to be exported and read by transformers and peft. */
export type ExportCase = {
  readonly family: string;
  readonly method: string;
  readonly objective: string;
  readonly run: TrainerOptions<object>;
  /** Texts to be scored by both. */
  readonly texts: readonly EncodedText[];
};

type Method = MethodSettings['type'];
type Named = readonly [
  name: string,
  settings: { readonly type: Method; readonly [key: string]: unknown },
];
type Task = {
  readonly name: string;
  readonly objective: Objective<object>;
  readonly examples: readonly object[];
};

const labels = 3;
const labelNames = ['complaint', 'praise', 'question'];
const rank = { rank: 4, alpha: 8 };

const full: Named = ['full', { type: 'full' }];
const lora: Named = ['LoRA', { type: 'lora', ...rank }];
const head: Named = ['head', { type: 'head' }];
const dora: Named = ['DoRA', { type: 'lora', ...rank, dora: true }];
const ia3: Named = ['IA3', { type: 'ia3' }];
const lastLayer: Named = ['last layer', { type: 'layers', last: 1 }];
const tokens: Named = ['embeddings of tokens', { type: 'tokens', tokens: [7, 20, 33] }];
const prompt: Named = ['prompt tuning', { type: 'prompt-tuning', virtualTokens: 5 }];
const prefix: Named = ['prefix tuning', { type: 'prefix-tuning', virtualTokens: 5 }];

const languageMethods: readonly Named[] = [
  full,
  lastLayer,
  lora,
  ['rsLoRA', { type: 'lora', ...rank, rankStabilized: true }],
  dora,
  ['LoRA+', { type: 'lora', ...rank, rateRatioB: 4 }],
  ['PiSSA', { type: 'lora', ...rank, initial: 'pissa' }],
  ia3,
  prompt,
  prefix,
  tokens,
];
const headMethods = [full, head, lastLayer, lora, dora, ia3, tokens] as const;

/** Every family with every task that it has, and every method; one method or two where the task changes little. */
export async function exportCases(only?: string): Promise<ExportCase[]> {
  const found: ExportCase[] = [];
  for (const family of referenceModels)
    if (only === undefined || only === family) found.push(...(await decoderCases(family)));
  for (const family of encoderReferences)
    if (only === undefined || only === family) found.push(...(await encoderCases(family)));
  return found;
}

async function decoderCases(family: (typeof referenceModels)[number]): Promise<ExportCase[]> {
  const { model, examples } = await readReference(family);
  const { config } = model;
  const texts = examples.map((example) => ({ tokens: example.tokens, types: undefined }));
  const labelled = texts.map((text, at) => ({ ...text, label: at % labels }));
  const all = (task: Task, methods: readonly Named[]) =>
    casesOf(task, { family, model, texts, methods });
  return [
    ...all(task('causal-lm', causalLm, examples), languageMethods),
    ...all(
      task(
        'sequence classification',
        sequenceClassification(config, { problem: 'single-label', labels, labelNames }),
        labelled,
      ),
      [...headMethods, prompt, prefix],
    ),
    ...(config.modelType === 'gemma3_text'
      ? []
      : all(
          task(
            'token classification',
            tokenClassification(config, labels, labelNames),
            texts.map((text) => ({ ...text, labels: text.tokens.map((token) => token % labels) })),
          ),
          [full, head, lora],
        )),
    ...all(
      task(
        'reward',
        reward(config, parseRewardSettings()),
        texts.map(({ tokens: chosen }, at) => ({
          chosen,
          rejected: (texts[(at + 1) % texts.length] as EncodedText).tokens,
        })),
      ),
      [full, lora],
    ),
    ...all(embeddingTask(model, texts), [full, lora]),
  ];
}

async function encoderCases(family: (typeof encoderReferences)[number]): Promise<ExportCase[]> {
  const { model, examples } = await readEncoderReference(family);
  const texts = examples.map(({ tokens, types }) => ({
    tokens: Int32Array.from(tokens),
    types: model.config.tokenTypes > 1 ? Int32Array.from(types) : undefined,
  }));
  return [
    ...encoderTasks.flatMap((name) =>
      casesOf(
        { name, ...encoderTask(name, model.config, examples) },
        {
          family,
          model,
          texts,
          methods: name === 'single-label' ? headMethods : [full, head, lora],
        },
      ),
    ),
    ...casesOf(embeddingTask(model, texts), { family, model, texts, methods: [full, lora] }),
  ];
}

function embeddingTask({ config }: AnyModelFolder, texts: readonly EncodedText[]): Task {
  return task(
    'embedding',
    embeddingPairs(config, parseEmbeddingSettings()),
    texts.map(({ tokens: anchor }, at) => ({
      anchor,
      positive: (texts[(at + 1) % texts.length] as EncodedText).tokens,
    })),
  );
}

function task<Example extends object>(
  name: string,
  objective: Objective<Example>,
  examples: readonly Example[],
): Task {
  return { name, objective: objective as unknown as Objective<object>, examples };
}

function casesOf(
  { name, objective, examples }: Task,
  {
    family,
    model,
    texts,
    methods,
  }: {
    readonly family: string;
    readonly model: AnyModelFolder;
    readonly texts: readonly EncodedText[];
    readonly methods: readonly Named[];
  },
): ExportCase[] {
  return methods.map(([method, settings]) => ({
    family,
    method,
    objective: name,
    texts: texts.slice(0, 3),
    run: {
      model,
      objective,
      examples,
      settings: parseTrainingSettings({
        method: settings,
        batchSize: 4,
        epochs: 4,
        learningRate: 1e-2,
        schedule: { kind: 'constant' },
        microBatchTokens: 8192,
        packing: false,
      }),
    },
  }));
}
