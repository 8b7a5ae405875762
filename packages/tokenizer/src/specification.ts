import { z } from 'zod';
import type { AddedToken } from './added-tokens.ts';
import { TokenizerError } from './error.ts';
import { identityNormalizer, type Normalizer, normalizeC } from './normalizer.ts';
import { gpt2Pattern, inSequence, isolateMatches, type Splitter } from './pre-tokenizer.ts';
import { translatePattern } from './regex.ts';

/** A tokenizer.json, checked and ready to build on. */
export type Specification = {
  source: string;
  vocabulary: ReadonlyMap<string, number>;
  merges: readonly (readonly [string, string])[];
  ignoreMerges: boolean;
  unknownToken: string | undefined;
  addedTokens: readonly AddedToken[];
  normalize: Normalizer;
  split: Splitter;
  /** Token ids that the post-processor puts around a single text. */
  prefix: readonly number[];
  suffix: readonly number[];
};

type Component = { type: string; [key: string]: unknown };
const component: z.ZodType<Component> = z.looseObject({ type: z.string() });

const modelSchema = z.looseObject({
  type: z.string().optional(),
  vocab: z.record(z.string(), z.int().nonnegative()),
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  dropout: z.number().nullish(),
  unk_token: z.string().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
});

const addedTokenSchema = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string().min(1),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(true),
  special: z.boolean().default(false),
});

const fileSchema = z.looseObject({
  added_tokens: z.array(addedTokenSchema).nullish(),
  normalizer: component.nullish(),
  pre_tokenizer: component.nullish(),
  post_processor: component.nullish(),
  decoder: component.nullish(),
  model: component,
});

/**
 * Checks a parsed tokenizer.json. Only byte-level BPE is taken (GPT-2, Llama 3, Qwen 2, SmolLM 2); every
 * component or option that would change the ids and is not computed here is refused by name.
 */
export function parseSpecification(source: string, json: unknown): Specification {
  const refuse = (problem: string): never => {
    throw new TokenizerError(source, problem);
  };
  const file = parse(source, fileSchema, json, '');
  if (file.model.type !== 'BPE')
    refuse(`model type "${file.model.type}" is not supported; "BPE" is`);
  const model = parse(source, modelSchema, file.model, 'model.');
  if (model.dropout) refuse(`model.dropout ${model.dropout} is not supported`);
  if (model.byte_fallback) refuse('model.byte_fallback is not supported');
  if (model.continuing_subword_prefix) refuse('model.continuing_subword_prefix is not supported');
  if (model.end_of_word_suffix) refuse('model.end_of_word_suffix is not supported');
  if (file.decoder?.type !== 'ByteLevel') {
    refuse(`decoder "${file.decoder?.type ?? 'null'}" is not supported; "ByteLevel" is`);
  }
  return {
    source,
    vocabulary: new Map(Object.entries(model.vocab)),
    merges: model.merges.map((merge) =>
      typeof merge === 'string' ? splitMerge(source, merge) : merge,
    ),
    ignoreMerges: model.ignore_merges ?? false,
    unknownToken: model.unk_token ?? undefined,
    addedTokens: (file.added_tokens ?? []).map((token) => checkAddedToken(source, token)),
    normalize: readNormalizer(source, file.normalizer),
    split: readPreTokenizer(source, file.pre_tokenizer),
    ...readPostProcessor(source, file.post_processor),
  };
}

function parse<T>(source: string, schema: z.ZodType<T>, value: unknown, at: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new TokenizerError(
    source,
    `${at}${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is invalid'}`,
  );
}

function splitMerge(source: string, merge: string): readonly [string, string] {
  const [left, right, ...rest] = merge.split(' ');
  if (left && right && rest.length === 0) return [left, right];
  throw new TokenizerError(source, `model.merges: "${merge}" is not two tokens and a space`);
}

function checkAddedToken(source: string, token: z.infer<typeof addedTokenSchema>): AddedToken {
  for (const option of ['single_word', 'lstrip', 'rstrip'] as const) {
    if (token[option]) {
      throw new TokenizerError(
        source,
        `added token "${token.content}": ${option} is not supported`,
      );
    }
  }
  const { id, content, special, normalized } = token;
  return { id, content, special, normalized };
}

function readNormalizer(source: string, normalizer: Component | null | undefined): Normalizer {
  if (normalizer === null || normalizer === undefined) return identityNormalizer;
  if (normalizer.type === 'NFC') return normalizeC;
  if (normalizer.type === 'Sequence') {
    const list = parse(
      source,
      z.array(component),
      normalizer.normalizers,
      'normalizer.normalizers',
    );
    if (list.length <= 1) return readNormalizer(source, list[0]);
  }
  throw new TokenizerError(source, `normalizer "${normalizer.type}" is not supported; "NFC" is`);
}

const byteLevelSchema = z.looseObject({
  add_prefix_space: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});
const splitSchema = z.looseObject({
  pattern: z.union([z.strictObject({ Regex: z.string() }), z.strictObject({ String: z.string() })]),
  behavior: z.string(),
  invert: z.boolean().default(false),
});

function readPreTokenizer(source: string, preTokenizer: Component | null | undefined): Splitter {
  const steps = flatten(source, preTokenizer, 'pre_tokenizer', 'pretokenizers');
  if (steps.at(-1)?.type !== 'ByteLevel') {
    throw new TokenizerError(source, 'pre_tokenizer must end with "ByteLevel"');
  }
  return inSequence(steps.flatMap((step, i) => readSplitter(source, step, i === steps.length - 1)));
}

function readSplitter(source: string, step: Component, isLast: boolean): Splitter[] {
  const refuse = (problem: string): never => {
    throw new TokenizerError(source, `pre_tokenizer "${step.type}"${problem} is not supported`);
  };
  if (step.type === 'ByteLevel') {
    const options = parse(source, byteLevelSchema, step, 'pre_tokenizer.ByteLevel.');
    if (!isLast) refuse(' before another pre-tokenizer');
    if (options.add_prefix_space) refuse(' with add_prefix_space');
    return options.use_regex ? [isolateMatches(translatePattern(source, gpt2Pattern))] : [];
  }
  if (step.type === 'Digits') {
    // The reference counts every Unicode number as a digit, Roman numerals and fractions too.
    return [isolateMatches(step.individual_digits === true ? /\p{N}/gu : /\p{N}+/gu)];
  }
  if (step.type !== 'Split') return refuse('');
  const options = parse(source, splitSchema, step, 'pre_tokenizer.Split.');
  if (options.behavior !== 'Isolated') refuse(` with behavior "${options.behavior}"`);
  const pattern = options.pattern;
  return [
    isolateMatches(
      'Regex' in pattern
        ? translatePattern(source, pattern.Regex)
        : new RegExp(RegExp.escape(pattern.String), 'gu'),
    ),
  ];
}

function flatten(
  source: string,
  node: Component | null | undefined,
  field: string,
  listKey: string,
): Component[] {
  if (node === null || node === undefined) return [];
  if (node.type !== 'Sequence') return [node];
  const list = parse(source, z.array(component), node[listKey], `${field}.${listKey}`);
  return list.flatMap((inner) => flatten(source, inner, field, listKey));
}

const templateSchema = z.looseObject({
  single: z.array(
    z.union([
      z.strictObject({ SpecialToken: z.looseObject({ id: z.string() }) }),
      z.strictObject({ Sequence: z.looseObject({ id: z.string() }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.int().nonnegative()) })),
});

type Affixes = { prefix: number[]; suffix: number[] };

function readPostProcessor(source: string, postProcessor: Component | null | undefined): Affixes {
  const affixes: Affixes = { prefix: [], suffix: [] };
  for (const step of flatten(source, postProcessor, 'post_processor', 'processors')) {
    if (step.type === 'ByteLevel') continue; // trims offsets only, and offsets here keep their spaces
    if (step.type !== 'TemplateProcessing') {
      throw new TokenizerError(
        source,
        `post_processor "${step.type}" is not supported; "TemplateProcessing" is`,
      );
    }
    const template = parse(source, templateSchema, step, 'post_processor.');
    let side = affixes.prefix;
    for (const piece of template.single) {
      if ('Sequence' in piece) {
        side = affixes.suffix;
        continue;
      }
      const token = template.special_tokens[piece.SpecialToken.id];
      if (token === undefined) {
        throw new TokenizerError(
          source,
          `post_processor: special token "${piece.SpecialToken.id}" is not defined`,
        );
      }
      side.push(...token.ids);
    }
  }
  return affixes;
}
