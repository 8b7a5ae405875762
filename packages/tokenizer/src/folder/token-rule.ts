import type { AddedToken } from '../encode/added-tokens.ts';
import { TokenizerError } from '../error.ts';
import { type Fields, fieldsOf } from './files.ts';

/** A token and how it is found in a text; its id comes from where it stands in the vocabulary. */
export type TokenRule = Omit<AddedToken, 'id' | 'isControl'>;

/** A token as a field names it: by its text alone, or with how it is found. */
export type NamedToken = string | TokenRule;

export function textOf(token: NamedToken): string {
  return typeof token === 'string' ? token : token.content;
}

/** A rule for a token that is only named. */
export function plainRule(content: string, special: boolean, normalized = !special): TokenRule {
  const flags = { singleWord: false, stripLeft: false, stripRight: false };
  return { content, special, normalized, ...flags };
}

export function equalRules(a: TokenRule, b: TokenRule): boolean {
  return (Object.keys(a) as (keyof TokenRule)[]).every((key) => a[key] === b[key]);
}

/** Reads an object that describes a token; `special` overrides what it says about that. */
export function readRule(
  source: string,
  field: string,
  fields: Fields,
  special?: boolean,
): TokenRule {
  const content = fields.get('content');
  if (typeof content !== 'string')
    throw new TokenizerError(source, `${field}.content: expected a string`);
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = fields.has(name) ? fields.get(name) : otherwise;
    if (typeof value === 'boolean') return value;
    throw new TokenizerError(source, `${field}.${name}: expected true or false`);
  };
  const isSpecial = special ?? flag('special', false);
  return {
    content,
    special: isSpecial,
    normalized: flag('normalized', !isSpecial),
    singleWord: flag('single_word', false),
    stripLeft: flag('lstrip', false),
    stripRight: flag('rstrip', false),
  };
}

/** A token by its text, or an object marked as one (`"__type": "AddedToken"`); undefined for anything else. */
export function readNamed(source: string, field: string, value: unknown): NamedToken | undefined {
  if (typeof value === 'string') return value;
  const fields = fieldsOf(value);
  if (fields?.get('__type') !== 'AddedToken') return undefined;
  return readRule(source, field, fields);
}
