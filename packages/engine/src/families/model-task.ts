import { join } from 'node:path';
import { z } from 'zod';
import { UnsupportedModelError } from '../formats/error.ts';
import { readJson } from '../formats/json-file.ts';
import { familyOf } from './decoder-families.ts';
import type { EncoderType } from './encoder-config.ts';
import type { ModelConfig } from './model-config.ts';
import type { AnyModelFolder } from './model-folder.ts';
import type { Pooling } from './sentence-folder.ts';

/** What a model computes from its hidden states, where that is not the next token. */
export type ModelTask =
  | {
      readonly kind: 'sequence-classification';
      /** Scores of a text. */
      readonly labels: number;
      readonly problem: 'single-label' | 'multi-label' | 'regression';
      readonly labelNames?: readonly string[] | undefined;
    }
  | {
      readonly kind: 'token-classification';
      readonly labels: number;
      readonly labelNames?: readonly string[] | undefined;
    }
  | { readonly kind: 'question-answering' | 'masked-lm' }
  | {
      readonly kind: 'feature-extraction';
      /** Which hidden state stands for a text, where the model was taught one. */
      readonly pooling?: Pooling | undefined;
    };

const encoderClasses: Readonly<Record<EncoderType, string>> = {
  bert: 'Bert',
  roberta: 'Roberta',
  distilbert: 'DistilBert',
  modernbert: 'ModernBert',
};

const classEndings: Readonly<Record<ModelTask['kind'], string>> = {
  'sequence-classification': 'ForSequenceClassification',
  'token-classification': 'ForTokenClassification',
  'question-answering': 'ForQuestionAnswering',
  'masked-lm': 'ForMaskedLM',
  'feature-extraction': 'Model',
};

/** transformers' class for a family's model with the head of a task, such as BertForTokenClassification. */
function architectureOf(config: ModelConfig, kind: ModelTask['kind']): string {
  const name =
    config.kind === 'decoder' ? familyOf(config).className : encoderClasses[config.modelType];
  return `${name}${classEndings[kind]}`;
}

/**
 * config.json of a model that has learned a task: its class, and of a classifier its labels and the kind of
 * problem, by transformers' keys. Throws UnsupportedModelError, with `file`, where names and labels do not agree.
 */
export function withTask(
  file: string,
  json: Readonly<Record<string, unknown>>,
  { config, task }: { readonly config: ModelConfig; readonly task: ModelTask },
): Record<string, unknown> {
  const whole: Record<string, unknown> = {
    ...json,
    architectures: [architectureOf(config, task.kind)],
  };
  // What an earlier task left would contradict this one.
  for (const key of ['id2label', 'label2id', 'num_labels', 'problem_type']) delete whole[key];
  if (task.kind !== 'sequence-classification' && task.kind !== 'token-classification') return whole;
  const names =
    task.labelNames ?? Array.from({ length: task.labels }, (_, label) => `LABEL_${label}`);
  if (names.length !== task.labels || new Set(names).size !== names.length)
    throw new UnsupportedModelError(
      file,
      'id2label',
      `needs ${task.labels} different names, not ${JSON.stringify(names)}`,
    );
  whole.id2label = Object.fromEntries(names.map((name, label) => [String(label), name]));
  whole.label2id = Object.fromEntries(names.map((name, label) => [name, label]));
  if (task.kind === 'sequence-classification') whole.problem_type = problemTypes[task.problem];
  return whole;
}

const problemTypes = {
  'single-label': 'single_label_classification',
  'multi-label': 'multi_label_classification',
  regression: 'regression',
} as const;

/** peft's `task_type`; null where it has none. */
export function peftTaskType(config: ModelConfig, task: ModelTask | undefined): string | null {
  switch (task?.kind) {
    case undefined:
      return config.kind === 'decoder' ? 'CAUSAL_LM' : null;
    case 'sequence-classification':
      return 'SEQ_CLS';
    case 'token-classification':
      return 'TOKEN_CLS';
    case 'question-answering':
      return 'QUESTION_ANS';
    case 'feature-extraction':
      return 'FEATURE_EXTRACTION';
    case 'masked-lm':
      return null;
  }
}

const taskFields = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  num_labels: z.int().positive().nullish(),
  problem_type: z
    .enum(['single_label_classification', 'multi_label_classification', 'regression'])
    .nullish(),
});
type TaskFields = z.infer<typeof taskFields>;

/**
 * What the model in a folder answers, by the class that its config.json names; undefined for a decoder that writes
 * text. Labels and the kind of problem are as transformers has them: two labels where none are named, and one label
 * without a `problem_type` is a yes or no. Throws UnsupportedModelError, with the file, for a field that cannot be read.
 */
export async function readModelTask({
  path,
  config,
}: Pick<AnyModelFolder, 'path' | 'config'>): Promise<ModelTask | undefined> {
  const file = join(path, 'config.json');
  const parsed = taskFields.safeParse(await readJson(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UnsupportedModelError(
      file,
      issue?.path.join('.') || 'config',
      issue?.message ?? 'is invalid',
    );
  }
  const name = parsed.data.architectures?.[0] ?? '';
  const kinds = Object.keys(classEndings) as ModelTask['kind'][];
  const kind = kinds.find((each) => name === architectureOf(config, each));
  switch (kind) {
    case undefined:
      return config.kind === 'encoder' ? { kind: 'feature-extraction' } : undefined;
    case 'sequence-classification': {
      const names = labelNames(file, parsed.data);
      return {
        kind,
        labels: names.length,
        labelNames: names,
        problem: problemOf(names, parsed.data),
      };
    }
    case 'token-classification': {
      const names = labelNames(file, parsed.data);
      return { kind, labels: names.length, labelNames: names };
    }
    case 'question-answering':
    case 'masked-lm':
    case 'feature-extraction':
      return { kind };
  }
}

function labelNames(file: string, { id2label, num_labels: count }: TaskFields): string[] {
  if (id2label == null) return Array.from({ length: count ?? 2 }, (_, label) => `LABEL_${label}`);
  return Object.keys(id2label).map((_, label) => {
    const found = id2label[String(label)];
    if (found === undefined)
      throw new UnsupportedModelError(file, 'id2label', `has no name for label ${label}`);
    return found;
  });
}

function problemOf(
  names: readonly string[],
  { problem_type: type }: TaskFields,
): 'single-label' | 'multi-label' | 'regression' {
  const problems = Object.keys(problemTypes) as (keyof typeof problemTypes)[];
  const told = problems.find((problem) => problemTypes[problem] === type);
  return told ?? (names.length === 1 ? 'multi-label' : 'single-label');
}
