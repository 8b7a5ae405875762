import { familyOf } from '../families/decoder-families.ts';
import type { AnyModelFolder } from '../families/model-folder.ts';
import { causalLm } from '../objectives/causal-lm.ts';
import { embeddingPairs } from '../objectives/embedding-pairs.ts';
import type { EncodedText } from '../objectives/encoder-example.ts';
import { type TokenizedExample, textExample } from '../objectives/example.ts';
import type { Objective } from '../objectives/objective.ts';
import { parseSettings } from '../objectives/objective-settings.ts';
import { reward } from '../objectives/reward.ts';
import { sequenceClassification } from '../objectives/sequence-classification.ts';
import { tokenClassification } from '../objectives/token-classification.ts';
import { encoderReferences, readEncoderReference } from './encoder-reference.ts';
import { encoderTask, encoderTasks } from './recorded-encoder-tasks.ts';
import { readReference, referenceModels } from './reference.ts';

/** The tiny models that PyTorch's answers are recorded of: one or more of every family. */
export const families = [...referenceModels, ...encoderReferences] as const;
export type Family = (typeof families)[number];

/** An objective with examples of it. */
export type Task = {
  readonly name: string;
  readonly objective: Objective<object>;
  readonly examples: readonly object[];
};

/** A tiny model with texts and every task that it has. For tests and the parity tables. */
export type FamilyTasks = {
  readonly model: AnyModelFolder;
  readonly texts: readonly EncodedText[];
  readonly tasks: readonly Task[];
};

const labels = 3;
const labelNames = ['complaint', 'praise', 'question'];

/** Reads the tiny model of a family. */
export async function familyTasks(family: Family): Promise<FamilyTasks> {
  const encoder = encoderReferences.find((name) => name === family);
  if (encoder !== undefined) return encoderFamily(encoder);
  return decoderFamily(family as (typeof referenceModels)[number]);
}

async function decoderFamily(family: (typeof referenceModels)[number]): Promise<FamilyTasks> {
  const { model, examples } = await readReference(family);
  const { config } = model;
  const texts = examples.map(({ tokens }) => ({ tokens, types: undefined }));
  const single = sequenceClassification(config, { problem: 'single-label', labels, labelNames });
  const tasks = [
    task('causal-lm', causalLm, examples),
    task('causal-lm on raw text', causalLm, examples.map(rawText)),
    task('causal-lm on chat', causalLm, examples.map(chat)),
    task(
      'single-label',
      single,
      texts.map((text, at) => ({ ...text, label: at % labels })),
    ),
    task(
      'multi-label',
      sequenceClassification(config, { problem: 'multi-label', labels }),
      texts.map((text, at) => ({
        ...text,
        label: Float32Array.of(at % 2, 1, at % 3 === 0 ? 1 : 0),
      })),
    ),
    task(
      'regression',
      sequenceClassification(config, { problem: 'regression', labels: 1 }),
      texts.map((text, at) => ({ ...text, label: Float32Array.of(Math.sin(at)) })),
    ),
    task('reward', reward(config, parseSettings('reward model')), texts.map(rewardPair)),
    embeddingTask(model, texts),
  ];
  // transformers has no token classifier of Gemma 3.
  if (config.kind === 'decoder' && familyOf(config).tokenHead !== undefined)
    tasks.push(
      task(
        'token-classification',
        tokenClassification(config, labels, labelNames),
        texts.map((text) => ({ ...text, labels: text.tokens.map((token) => token % labels) })),
      ),
    );
  return { model, texts, tasks };
}

async function encoderFamily(family: (typeof encoderReferences)[number]): Promise<FamilyTasks> {
  const { model, examples } = await readEncoderReference(family);
  const texts = examples.map(({ tokens, types }) => ({
    tokens: Int32Array.from(tokens),
    types: model.config.tokenTypes > 1 ? Int32Array.from(types) : undefined,
  }));
  const tasks = encoderTasks.map((name) => ({
    name,
    ...encoderTask(name, model.config, examples),
  }));
  return { model, texts, tasks: [...tasks, embeddingTask(model, texts)] };
}

function rawText({ tokens }: TokenizedExample): TokenizedExample {
  return textExample(tokens);
}

/** Several answers in one conversation: three tokens of a user, then two of the assistant, and so on. */
function chat({ tokens }: TokenizedExample): TokenizedExample {
  return { tokens, supervised: Uint8Array.from(tokens, (_, at) => (at % 5 > 2 ? 1 : 0)) };
}

function rewardPair({ tokens }: EncodedText, at: number, texts: readonly EncodedText[]) {
  return { chosen: tokens, rejected: next(texts, at) };
}

function embeddingTask({ config }: AnyModelFolder, texts: readonly EncodedText[]): Task {
  return task(
    'embedding',
    embeddingPairs(config, parseSettings('embedding')),
    texts.map(({ tokens: anchor }, at) => ({ anchor, positive: next(texts, at) })),
  );
}

function next(texts: readonly EncodedText[], at: number): Int32Array {
  return (texts[(at + 1) % texts.length] as EncodedText).tokens;
}

/** Hides the type of the examples, which belong to this objective and no other. */
function task<Example extends object>(
  name: string,
  objective: Objective<Example>,
  examples: readonly Example[],
): Task {
  return { name, objective: objective as unknown as Objective<object>, examples };
}
