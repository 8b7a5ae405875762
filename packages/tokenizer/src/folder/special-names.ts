import { TokenizerError } from '../error.ts';
import { standardNames, type TokenizerSettings } from './settings.ts';
import { type NamedToken, readNamed } from './token-rule.ts';

/** Special tokens: those with a name, in the reference's order, and those of the list without names. */
export type NamedTokens = {
  names: ReadonlyMap<string, NamedToken>;
  listed: readonly NamedToken[];
};

/** Reads the fields that name tokens; throws TokenizerError for one that is neither a text nor a token. */
export function nameTokens(settings: TokenizerSettings): NamedTokens {
  const { fields, sourceOf, variables, rules } = settings;
  const names = new Map<string, NamedToken>();
  for (const name of standardNames) {
    const value = fields.get(name) ?? undefined;
    if (value === undefined) continue;
    const token = readToken(sourceOf(name), name, value);
    names.set(name, rules.get(typeof token === 'string' ? token : token.content) ?? token);
  }
  const more = new Map<string, NamedToken>();
  for (const [name, value] of fields) {
    if (!name.endsWith('_token') || standardNames.includes(name)) continue;
    const token = readNamed(sourceOf(name), name, value);
    if (token !== undefined) more.set(name, token);
  }
  for (const [name, value] of variables)
    more.set(name, readToken(sourceOf('extra_special_tokens'), name, value));
  for (const [name, token] of more) names.set(name, token);
  return { names, listed: readList(settings) };
}

function readToken(source: string, field: string, value: unknown): NamedToken {
  const token = readNamed(source, field, value);
  if (token !== undefined) return token;
  throw new TokenizerError(
    source,
    `${field}: expected a text, or an object with "__type": "AddedToken"`,
  );
}

function readList({ fields, sourceOf }: TokenizerSettings): NamedToken[] {
  // The former name counts where the new one does not stand at all.
  const field = fields.has('extra_special_tokens')
    ? 'extra_special_tokens'
    : 'additional_special_tokens';
  const value = fields.get(field) ?? [];
  if (Array.isArray(value))
    return value.map((token: unknown, i) => readToken(sourceOf(field), `${field}.${i}`, token));
  throw new TokenizerError(sourceOf(field), `${field}: expected a list`);
}
