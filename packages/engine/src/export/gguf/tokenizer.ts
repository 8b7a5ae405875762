import { join } from 'node:path';
import { readChatTemplates } from '@lathe/tokenizer/chat-template';
import { readTokenizerFolder } from '@lathe/tokenizer/load';
import { z } from 'zod';
import type { ModelFolder } from '../../families/model-folder.ts';
import { CheckpointError, parseFields, UnsupportedModelError } from '../../formats/error.ts';
import { exists } from '../../formats/json-file.ts';
import { tokenTypes } from '../../gguf/format.ts';
import { type PreTokenizerPart, preTokenizerName } from './pre-tokenizer-name.ts';
import type { WrittenValue } from './write.ts';

const preTokenizerSchema: z.ZodType<PreTokenizerPart> = z.lazy(() =>
  z.looseObject({
    type: z.string(),
    pretokenizers: z.array(preTokenizerSchema).optional(),
    use_regex: z.boolean().optional(),
    individual_digits: z.boolean().optional(),
    prepend_scheme: z.string().optional(),
  }),
);
/** A normalizer or post-processor, which may be a sequence of them. */
type Part = {
  readonly type: string;
  readonly normalizers?: readonly Part[] | undefined;
  readonly processors?: readonly Part[] | undefined;
  readonly single?: readonly object[] | undefined;
};
const partSchema: z.ZodType<Part> = z.lazy(() =>
  z.looseObject({
    type: z.string(),
    normalizers: z.array(partSchema).optional(),
    processors: z.array(partSchema).optional(),
    single: z.array(z.looseObject({})).optional(),
  }),
);

/** Entries as pairs: an object of any other making would lose one that is called `__proto__`. */
const vocabularySchema = z
  .custom<object>((value) => typeof value === 'object' && value !== null, {
    error: 'expected an object',
  })
  .transform((value) => Object.entries(value))
  .pipe(z.array(z.tuple([z.string(), z.int().nonnegative()])));

const fileSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: z.int().nonnegative(), content: z.string(), special: z.boolean() }))
    .nullish(),
  normalizer: partSchema.nullish(),
  pre_tokenizer: preTokenizerSchema.nullish(),
  post_processor: partSchema.nullish(),
  model: z.looseObject({
    type: z.string(),
    vocab: vocabularySchema,
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    unk_token: z.string().nullish(),
    byte_fallback: z.boolean().nullish(),
  }),
});
type TokenizerFile = z.infer<typeof fileSchema>;

/**
 * The tokenizer as llama.cpp reads it: `gpt2` with its merges for byte-level BPE, `llama` with scores for
 * BPE that came from SentencePiece, read from the folder as it was read for training. A folder without
 * tokenizer.json gives a model that knows token ids only. Throws UnsupportedModelError for a tokenizer that llama.cpp would compute otherwise.
 */
export async function tokenizerMetadata(
  model: Pick<ModelFolder, 'config' | 'path'>,
): Promise<Map<string, WrittenValue>> {
  const { config } = model;
  const file = join(model.path, 'tokenizer.json');
  const metadata = new Map<string, WrittenValue>();
  const text = (key: string, value: string): void => {
    metadata.set(key, { type: 'string', value });
  };
  if (!(await exists(file))) {
    text('tokenizer.ggml.model', 'none');
    return metadata;
  }
  const { tokenizer: json, names } = await readTokenizerFolder(model.path);
  const tokenizer = parseFields(fileSchema, file, json, 'tokenizer');
  if (tokenizer.model.type !== 'BPE')
    throw new UnsupportedModelError(file, 'model.type', `is "${tokenizer.model.type}", not BPE`);
  const { tokens, types } = vocabulary(file, tokenizer, config.vocabularySize);
  const isSentencePiece = tokenizer.model.byte_fallback === true;
  const merges = tokenizer.model.merges.map((merge) =>
    typeof merge === 'string' ? merge : merge.join(' '),
  );
  text('tokenizer.ggml.model', isSentencePiece ? 'llama' : 'gpt2');
  text(
    'tokenizer.ggml.pre',
    isSentencePiece ? 'default' : preTokenizerName(file, tokenizer.pre_tokenizer ?? null),
  );
  metadata.set('tokenizer.ggml.tokens', { type: 'strings', value: tokens });
  if (isSentencePiece)
    metadata.set('tokenizer.ggml.scores', {
      type: 'f32s',
      value: scores(file, { tokens, types }, merges),
    });
  metadata.set('tokenizer.ggml.token_type', { type: 'i32s', value: types });
  if (isSentencePiece)
    metadata.set('tokenizer.ggml.add_space_prefix', {
      type: 'bool',
      value: hasSpacePrefix(tokenizer),
    });
  else metadata.set('tokenizer.ggml.merges', { type: 'strings', value: merges });
  await addSettings(metadata, model, { tokens, tokenizer, names });
  return metadata;
}

/** Tokens by id, as many as the model has rows; rows without a token get a name that no text has. */
function vocabulary(
  file: string,
  { model, added_tokens }: TokenizerFile,
  size: number,
): { tokens: string[]; types: number[] } {
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(size).fill(tokenTypes.unused);
  const place = (id: number, token: string, type: number): void => {
    // Nothing writes a control token that the model has no row for.
    if (id >= size && type === tokenTypes.control) return;
    if (id >= size)
      throw new CheckpointError(file, `has token ${id}, but config.json has ${size} tokens`);
    tokens[id] = token;
    types[id] = type;
  };
  for (const [token, id] of model.vocab) {
    const isByte = model.byte_fallback === true && /^<0x[0-9A-F]{2}>$/.test(token);
    place(id, token, isByte ? tokenTypes.byte : tokenTypes.normal);
  }
  for (const { id, content, special } of added_tokens ?? [])
    place(id, content, special ? tokenTypes.control : tokenTypes.userDefined);
  const unknown = tokens.indexOf(model.unk_token ?? '');
  if (unknown >= 0) types[unknown] = tokenTypes.unknown;
  return { tokens, types };
}

/**
 * SentencePiece joins the pair whose result has the highest score, tokenizer.json the pair of the first
 * merge: the two agree with score = −rank of the first merge that makes a token, if all merges that make
 * one token stand together. Throws UnsupportedModelError when they do not.
 */
function scores(
  file: string,
  { tokens, types }: { readonly tokens: readonly string[]; readonly types: readonly number[] },
  merges: readonly string[],
): number[] {
  const ranks = new Map<string, number>();
  let last = '';
  for (const [rank, merge] of merges.entries()) {
    const made = merge.replace(' ', '');
    if (made !== last && ranks.has(made))
      throw new UnsupportedModelError(
        file,
        `model.merges.${rank}`,
        `makes "${made}" again, so the merges follow no scores as SentencePiece has them`,
      );
    if (!ranks.has(made)) ranks.set(made, ranks.size);
    last = made;
  }
  const known = new Set(tokens);
  for (const [id, token] of tokens.entries())
    if (types[id] === tokenTypes.normal && !ranks.has(token) && canBeJoined(token, known))
      throw new UnsupportedModelError(
        file,
        `model.vocab.${token}`,
        'is made by no merge, but llama.cpp would join it from two other tokens',
      );
  // What cannot be joined has no use for a score.
  return tokens.map((token) => -(ranks.get(token) ?? ranks.size));
}

function canBeJoined(token: string, known: ReadonlySet<string>): boolean {
  const letters = [...token];
  return letters.some(
    (_, at) =>
      at > 0 && known.has(letters.slice(0, at).join('')) && known.has(letters.slice(at).join('')),
  );
}

/** Whether a space is put before a text's first word. */
function hasSpacePrefix({ normalizer, pre_tokenizer }: TokenizerFile): boolean {
  const normalizers = normalizer?.normalizers ?? [normalizer];
  return (
    normalizers.some((part) => part?.type === 'Prepend') ||
    (pre_tokenizer?.type === 'Metaspace' && pre_tokenizer.prepend_scheme !== 'never')
  );
}

/** What a post-processor puts around one text: special tokens and the text itself. */
function singleTemplate(processor: Part | null | undefined): readonly object[] {
  const parts = processor?.processors ?? [processor];
  return parts.find((part) => part?.type === 'TemplateProcessing')?.single ?? [];
}

async function addSettings(
  metadata: Map<string, WrittenValue>,
  { config, path }: Pick<ModelFolder, 'config' | 'path'>,
  {
    tokens,
    tokenizer,
    names,
  }: {
    tokens: readonly string[];
    tokenizer: TokenizerFile;
    names: ReadonlyMap<string, string>;
  },
): Promise<void> {
  const idOf = (token: string | null | undefined): number | undefined => {
    const id = token == null ? -1 : tokens.indexOf(token);
    return id < 0 ? undefined : id;
  };
  const ids = {
    bos: idOf(names.get('bos_token')) ?? config.bosToken ?? undefined,
    eos: idOf(names.get('eos_token')) ?? config.eosTokens[0],
    unknown: idOf(names.get('unk_token')) ?? idOf(tokenizer.model.unk_token),
    padding: idOf(names.get('pad_token')) ?? config.padToken ?? undefined,
  };
  for (const [name, id] of Object.entries(ids))
    if (id !== undefined)
      metadata.set(`tokenizer.ggml.${name}_token_id`, { type: 'u32', value: id });
  // As in transformers, which reads neither off tokenizer_config.json where there is a tokenizer.json.
  const single = singleTemplate(tokenizer.post_processor);
  const isSpecial = (piece: object | undefined): boolean =>
    piece !== undefined && 'SpecialToken' in piece;
  metadata.set('tokenizer.ggml.add_bos_token', {
    type: 'bool',
    value: isSpecial(single[0]),
  });
  metadata.set('tokenizer.ggml.add_eos_token', {
    type: 'bool',
    value: isSpecial(single.at(-1)),
  });
  const template = (await readChatTemplates(path)).get('default');
  if (template !== undefined)
    metadata.set('tokenizer.chat_template', { type: 'string', value: template.text });
}
