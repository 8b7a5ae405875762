import { join } from 'node:path';
import { TokenizerError } from '../error.ts';
import { type Fields, fieldsOf, type TokenizerFiles } from './files.ts';
import { plainRule, readRule, type TokenRule } from './token-rule.ts';

/** The variables that every tokenizer may name, in the reference's order. */
export const standardNames: readonly string[] = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
];

/** What the files beside tokenizer.json say, brought together; later files override earlier ones. */
export type TokenizerSettings = {
  /** Fields by name. */
  fields: Map<string, unknown>;
  /** The file that a field was taken from last. */
  sourceOf(field: string): string;
  /** Tokens beyond the standard names that variables stand for, such as image_token. */
  variables: Map<string, unknown>;
  /** Tokens to be added, by the ids that the files give them. */
  added: ReadonlyMap<number, TokenRule>;
  /** The rules of tokens by their texts, for fields that only name them. */
  rules: ReadonlyMap<string, TokenRule>;
};

const listed = 'extra_special_tokens';
/** What `extra_special_tokens` was called before. */
const formerlyListed = 'additional_special_tokens';
const specific = 'model_specific_special_tokens';

/**
 * Brings together tokenizer_config.json, special_tokens_map.json, added_tokens.json and the added tokens of
 * tokenizer.json in the order in which transformers 5 does: with `added_tokens_decoder` in
 * tokenizer_config.json none of the others is read, without it special_tokens_map.json overrides.
 */
export function gatherSettings(files: TokenizerFiles): TokenizerSettings {
  const configFile = join(files.folder, 'tokenizer_config.json');
  const mapFile = join(files.folder, 'special_tokens_map.json');
  const fields = new Map(files.tokenizerConfig ?? []);
  const mapped = new Set<string>();
  const sourceOf = (field: string): string => (mapped.has(field) ? mapFile : configFile);
  fields.delete('tokenizer_class');
  if (fields.has(formerlyListed) && isNothing(fields.get(listed))) {
    fields.set(listed, fields.get(formerlyListed));
    fields.delete(formerlyListed);
  }
  let variables = takeVariables(fields);
  takeNamedList(fields, variables);
  if (variables.size === 0 && !isNothing(fields.get(specific)))
    variables = new Map(objectAt(configFile, specific, fields.get(specific)));

  const added = new Map<number, TokenRule>();
  const rules = new Map<string, TokenRule>();
  const put = (id: number, rule: TokenRule): void => {
    added.set(id, rule);
    rules.set(rule.content, rule);
  };
  if (fields.has('added_tokens_decoder')) {
    for (const [id, rule] of readDecoder(configFile, fields.get('added_tokens_decoder')))
      put(id, rule);
  } else {
    if (files.specialTokensMap !== undefined) {
      applyMap(mapFile, files.specialTokensMap, fields, mapped);
      takeNamedList(fields, variables);
    }
    if (files.addedTokens !== undefined) {
      const special = specialTexts(fields, mapped);
      const source = join(files.folder, 'added_tokens.json');
      for (const [content, id] of files.addedTokens) {
        if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
          throw new TokenizerError(source, `${content}: expected a token id`);
        put(id, plainRule(content, special.has(content)));
      }
    }
    const source = join(files.folder, 'tokenizer.json');
    for (const [id, rule] of fileTokens(source, files.tokenizer)) put(id, rule);
  }
  return { fields, sourceOf, variables, added, rules };
}

/** Whether Python takes a JSON value for false. */
export function isNothing(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}

/** Moves texts that a field with a name of its own stands for, such as `image_token`, out of the fields. */
function takeVariables(fields: Map<string, unknown>): Map<string, unknown> {
  const variables = new Map<string, unknown>();
  for (const [name, value] of [...fields]) {
    if (!name.endsWith('_token') || standardNames.includes(name)) continue;
    if (typeof value !== 'string') continue;
    variables.set(name, value);
    fields.delete(name);
  }
  return variables;
}

/** A list of extra tokens may be an object that gives each a name. */
function takeNamedList(fields: Map<string, unknown>, variables: Map<string, unknown>): void {
  const named = fieldsOf(fields.get(listed));
  if (named === undefined) return;
  for (const [name, value] of named) variables.set(name, value);
  fields.delete(listed);
}

function objectAt(source: string, field: string, value: unknown): Fields {
  const fields = fieldsOf(value);
  if (fields !== undefined) return fields;
  throw new TokenizerError(source, `${field}: expected an object`);
}

function readDecoder(source: string, value: unknown): [number, TokenRule][] {
  return [...objectAt(source, 'added_tokens_decoder', value)].map(([id, token]) => {
    const field = `added_tokens_decoder.${id}`;
    if (!/^\d+$/.test(id)) throw new TokenizerError(source, `${field}: expected a token id`);
    return [Number(id), readRule(source, field, objectAt(source, field, token))];
  });
}

/** Fields that the reference reads from special_tokens_map.json too, where nobody would look for them. */
const misplaced: ReadonlySet<string> = new Set(['add_bos_token', 'add_eos_token', 'chat_template']);

/** Each field of special_tokens_map.json overrides the one in tokenizer_config.json; a list is added to. */
function applyMap(
  source: string,
  map: Fields,
  fields: Map<string, unknown>,
  mapped: Set<string>,
): void {
  const marked = (field: string, value: unknown): unknown => {
    const rule = fieldsOf(value);
    if (rule === undefined) return value;
    readRule(source, field, rule, true);
    return { ...Object.fromEntries(rule), __type: 'AddedToken', special: true };
  };
  for (const [name, value] of map) {
    if (misplaced.has(name) && !isNothing(value))
      throw new TokenizerError(source, `${name}: is no special token, and not supported here`);
    mapped.add(name);
    if (name !== listed) fields.set(name, marked(name, value));
    else if (!Array.isArray(value)) fields.set(name, value);
    else {
      const before = fields.get(listed) ?? [];
      if (!Array.isArray(before)) throw new TokenizerError(source, `${name}: expected a list`);
      const tokens = value.map((token: unknown, i) => marked(`${name}.${i}`, token));
      fields.set(listed, [...before, ...tokens]);
    }
  }
}

/** The texts that the fields call special before tokens that are objects in tokenizer_config.json are read. */
function specialTexts(fields: ReadonlyMap<string, unknown>, mapped: ReadonlySet<string>) {
  const list = fields.get(listed);
  const text = (value: unknown, isMapped: boolean): unknown =>
    isMapped ? (fieldsOf(value)?.get('content') ?? value) : value;
  return new Set([
    ...standardNames.map((name) => text(fields.get(name), mapped.has(name))),
    ...(Array.isArray(list) ? list.map((value: unknown) => text(value, mapped.has(listed))) : []),
  ]);
}

/** The added tokens of a tokenizer.json, with the ids that it claims. */
export function fileTokens(source: string, tokenizer: unknown): [number, TokenRule][] {
  const list = fieldsOf(tokenizer)?.get('added_tokens') ?? [];
  if (!Array.isArray(list)) throw new TokenizerError(source, 'added_tokens: expected a list');
  return list.map((token: unknown, i) => {
    const field = `added_tokens.${i}`;
    const fields = objectAt(source, field, token);
    const id = fields.get('id');
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
      throw new TokenizerError(source, `${field}.id: expected a token id`);
    for (const name of ['single_word', 'lstrip', 'rstrip', 'normalized', 'special'])
      if (!fields.has(name)) throw new TokenizerError(source, `${field}.${name}: is missing`);
    return [id, readRule(source, field, fields)];
  });
}
