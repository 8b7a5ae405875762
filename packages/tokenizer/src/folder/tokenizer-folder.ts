import { join } from 'node:path';
import { TokenizerError } from '../error.ts';
import { classParts, classPostProcessor, defaultNames, ownPadding } from './class-parts.ts';
import { fieldsOf, type TokenizerFiles } from './files.ts';
import { refuseSettings } from './refused-settings.ts';
import { fileTokens, gatherSettings, type TokenizerSettings } from './settings.ts';
import { type NamedTokens, nameTokens } from './special-names.ts';
import { equalRules, type NamedToken, plainRule, type TokenRule, textOf } from './token-rule.ts';
import { chooseClass, type TokenizerClass } from './tokenizer-class.ts';
import { type AddedVocabulary, createAddedVocabulary } from './vocabulary.ts';

/** A tokenizer.json with its added tokens in their places. */
type CombinedTokenizer = Record<string, unknown> & {
  added_tokens: readonly { id: number; content: string }[];
};

/** The tokenizer of a model folder as transformers 5 reads it. */
export type TokenizerFolder = {
  /** A tokenizer.json that says all of it; undefined where the folder has none. */
  tokenizer: CombinedTokenizer | undefined;
  /** The texts of special tokens by the names that chat templates have for them, such as `eos_token`. */
  names: ReadonlyMap<string, string>;
  /** Tokens that are special by a name or by a list, or end an answer, whatever tokenizer.json says. */
  special: readonly string[];
  /** Rows of the model's embedding, where config.json says it. */
  rows: number | undefined;
};

/**
 * Brings tokenizer.json and the files beside it together. Throws TokenizerError naming the file and the
 * field that the reference refuses, or that would change what is read and is not computed here.
 */
export function combineTokenizerFiles(files: TokenizerFiles): TokenizerFolder {
  const source = join(files.folder, 'tokenizer.json');
  const { name, settings, named } = readNames(files);
  const names = textsOf(named);
  const special = [...new Set([...names.values(), ...named.listed.map(textOf)])];
  const file = fieldsOf(files.tokenizer);
  const tokenizer =
    file === undefined
      ? undefined
      : combine({ source, file: Object.fromEntries(file), name, settings, named, special });
  const ends = endsOf(files);
  for (const { id, content } of tokenizer?.added_tokens ?? [])
    if (ends.has(id) && !special.includes(content)) special.push(content);
  const rows = files.modelConfig?.get('vocab_size');
  const isCount = typeof rows === 'number' && Number.isSafeInteger(rows);
  return { tokenizer, names, special, rows: isCount ? rows : undefined };
}

/** The texts of special tokens by their names alone, which is much less work for a large vocabulary. */
export function nameTokensOf(files: TokenizerFiles): ReadonlyMap<string, string> {
  return textsOf(readNames(files).named);
}

function textsOf({ names }: NamedTokens): Map<string, string> {
  return new Map([...names].map(([field, token]) => [field, textOf(token)]));
}

function readNames(files: TokenizerFiles): Pick<Parts, 'name' | 'settings' | 'named'> {
  const settings = gatherSettings(files);
  refuseSettings(files, settings);
  const name = chooseClass(files);
  const { fields } = settings;
  for (const [field, text] of Object.entries(defaultNames[name]))
    if (!fields.has(field)) fields.set(field, text);
  const padding = fieldsOf(fieldsOf(files.tokenizer)?.get('padding'));
  if (padding?.has('pad_token') && !fields.has('pad_token') && !ownPadding.has(name))
    fields.set('pad_token', padding.get('pad_token'));
  return { name, settings, named: nameTokens(settings) };
}

/** The tokens that end an answer by what the model's own files say. */
function endsOf({ modelConfig, generationConfig }: TokenizerFiles): ReadonlySet<unknown> {
  return new Set(
    [modelConfig, generationConfig].flatMap((fields) => [fields?.get('eos_token_id')].flat()),
  );
}

type Parts = {
  source: string;
  file: Record<string, unknown>;
  name: TokenizerClass;
  settings: TokenizerSettings;
  named: NamedTokens;
  special: readonly string[];
};

function combine({ source, file, name, settings, named, special }: Parts): CombinedTokenizer {
  const { fields, sourceOf, added } = settings;
  const setting = (field: string): unknown => fields.get(field);
  const unknown = named.names.get('unk_token');
  const parts =
    name === 'file'
      ? {}
      : classParts(name, file, {
          source,
          setting,
          unknownToken: unknown === undefined ? undefined : textOf(unknown),
        });
  const { entries, size } = entriesOf(source, file);
  const vocabulary = createAddedVocabulary(entries, size);
  if (name === 'file') vocabulary.add(fileTokens(source, file).map(([, rule]) => rule));
  vocabulary.add(rulesToAdd(vocabulary, [...added.entries()], named));
  // Qwen's class adds its special tokens once more, to be looked for in the text as it is.
  if (name === 'qwen2') vocabulary.add(special.map((text) => plainRule(text, true)));
  const post = classPostProcessor(
    name,
    (field) => {
      const token = named.names.get(field);
      const text = token === undefined ? undefined : textOf(token);
      const id = text === undefined ? undefined : vocabulary.id(text);
      if (text !== undefined && id !== undefined) return [text, id];
      throw new TokenizerError(sourceOf(field), `${field}: the tokenizer_class needs one`);
    },
    setting,
  );
  return {
    ...file,
    ...parts,
    ...(post === undefined ? {} : { post_processor: post }),
    added_tokens: vocabulary.list().map((token) => ({
      id: token.id,
      content: token.content,
      single_word: token.singleWord,
      lstrip: token.stripLeft,
      rstrip: token.stripRight,
      normalized: token.normalized,
      special: token.special,
    })),
  };
}

/** In order: tokens by their ids in the files, then those that are only named. */
function rulesToAdd(
  vocabulary: AddedVocabulary,
  added: readonly (readonly [id: number, rule: TokenRule])[],
  { names, listed }: NamedTokens,
): TokenRule[] {
  const tokens: NamedToken[] = [...added].sort(([a], [b]) => a - b).map(([, rule]) => rule);
  const known = new Set(tokens.map(textOf));
  const isThere = (token: NamedToken): boolean =>
    tokens.some((other) =>
      typeof token === 'string' || typeof other === 'string'
        ? token === other
        : equalRules(token, other),
    );
  for (const token of [...names.values(), ...listed]) {
    const text = textOf(token);
    if (!known.has(text) && !vocabulary.has(text) && !isThere(token)) tokens.push(token);
  }
  const bearers = new Set([...names.values()].map(textOf));
  return tokens.map((token) => {
    if (typeof token === 'string') return plainRule(token, true);
    return bearers.has(token.content) ? { ...token, special: true } : token;
  });
}

/** The entries of the model; an empty map for a file whose model is refused later. */
function entriesOf(
  source: string,
  file: Readonly<Record<string, unknown>>,
): { entries: ReadonlyMap<string, number>; size: number } {
  const vocab = fieldsOf(file.model)?.get('vocab');
  const pairs = Array.isArray(vocab)
    ? vocab.map((piece: unknown, id): [unknown, unknown] => [
        Array.isArray(piece) ? piece[0] : piece,
        id,
      ])
    : [...(fieldsOf(vocab) ?? [])];
  const entries = new Map<string, number>();
  for (const [text, id] of pairs) {
    if (typeof text !== 'string' || typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
      throw new TokenizerError(source, `model.vocab.${String(text)}: expected a token id`);
    entries.set(text, id);
  }
  return { entries, size: pairs.length };
}
