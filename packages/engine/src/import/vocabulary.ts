import { CheckpointError } from '../formats/error.ts';
import { tokenTypes } from '../gguf/format.ts';
import type { GgufFile } from '../gguf/read.ts';
import type { Fields } from './fields.ts';

/** The tokens that a model names for a use. */
type SpecialName = 'bos' | 'eos' | 'eot' | 'unknown' | 'padding';

export type Vocabulary = {
  /** By id. */
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  /** Ids of the tokens that a tokenizer.json holds: rows of the model that no token has are left out. */
  readonly ids: readonly number[];
  /** Tokens that are found in a text before it is cut, and whether they are special. */
  readonly added: ReadonlyMap<number, boolean>;
  readonly special: ReadonlyMap<SpecialName, { readonly id: number; readonly text: string }>;
};

/** Longer ones are no words of anything, and cutting them everywhere would take long. */
const longestToken = 4096;

/** llama.cpp's choice where a file with scores names no token. */
const usualIds: Readonly<Record<string, Partial<Record<SpecialName, number>>>> = {
  llama: { bos: 1, eos: 2, unknown: 0 },
};

/**
 * The tokens of a GGUF file. Throws CheckpointError, naming key and place, for lists of unequal lengths, a token that
 * is there twice or without end, and a special token that there is none of.
 */
export function readVocabulary(gguf: GgufFile, fields: Fields, kind: string): Vocabulary {
  const key = 'tokenizer.ggml.tokens';
  const tokens = fields.need(key, fields.texts(key));
  const refuse = (where: string, problem: string): never => {
    throw new CheckpointError(gguf.path, `${where} ${problem}`);
  };
  const rows = gguf.tensors.get('token_embd.weight')?.shape[0] ?? tokens.length;
  if (tokens.length > rows)
    refuse(key, `has ${tokens.length} tokens, but the model has ${rows} rows for them`);
  const given = fields.numbers('tokenizer.ggml.token_type');
  const types = given ?? tokens.map(() => tokenTypes.normal as number);
  if (types.length !== tokens.length)
    refuse('tokenizer.ggml.token_type', `has ${types.length} entries for ${tokens.length} tokens`);
  const seen = new Map<string, number>();
  const ids: number[] = [];
  for (const [id, token] of tokens.entries()) {
    if (types[id] === tokenTypes.unused && token === `[PAD${id}]`) continue;
    // llama.cpp gives it a name that no text has.
    if (token === '') continue;
    if (token.length > longestToken) refuse(`${key}.${id}`, `has ${token.length} letters`);
    const other = seen.get(token);
    if (other !== undefined) refuse(`${key}.${id}`, `is ${JSON.stringify(token)}, as is ${other}`);
    seen.set(token, id);
    ids.push(id);
  }
  const special = new Map<SpecialName, { id: number; text: string }>();
  for (const name of ['bos', 'eos', 'eot', 'unknown', 'padding'] as const) {
    const named = fields.integer(`tokenizer.ggml.${name}_token_id`);
    const id = named ?? usualIds[kind]?.[name];
    if (id === undefined) continue;
    const text = tokens[id];
    if (text !== undefined && seen.get(text) === id) special.set(name, { id, text });
    else if (named !== undefined)
      refuse(`tokenizer.ggml.${name}_token_id`, `is ${id}, which no token has`);
  }
  const added = new Map<number, boolean>();
  for (const id of ids) {
    const type = types[id];
    if (type === tokenTypes.control || type === tokenTypes.unknown) added.set(id, true);
    else if (type === tokenTypes.userDefined) added.set(id, false);
  }
  // A file that says no types has special tokens all the same.
  if (given === undefined) for (const { id } of special.values()) added.set(id, true);
  return { tokens, types, ids, added, special };
}
