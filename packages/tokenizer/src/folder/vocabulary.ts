import { equalRules, type TokenRule } from './token-rule.ts';

/** A token in its place in the vocabulary. */
type PlacedToken = TokenRule & { id: number };

/** The tokens that are added to a model's vocabulary, which gives them their ids. */
export type AddedVocabulary = {
  /** Adds tokens in order, or changes how they are found. */
  add(tokens: Iterable<TokenRule>): void;
  has(content: string): boolean;
  /** The id of an added token or of an entry of the model. */
  id(content: string): number | undefined;
  /** All added tokens, by their ids. */
  list(): PlacedToken[];
};

/**
 * Starts with the entries of a model. A token with the text of an entry has the entry's id; any other gets
 * the next free one, whatever id its file claims. Once special, a token stays so.
 */
export function createAddedVocabulary(
  entries: ReadonlyMap<string, number>,
  size: number,
): AddedVocabulary {
  const ids = new Map<string, number>();
  const rules = new Map<number, TokenRule>();
  const special = new Set<string>();
  let largest = -1;
  const place = (content: string): number =>
    ids.get(content) ??
    entries.get(content) ??
    (largest >= size || size === 0 ? largest + 1 : size);
  return {
    add: (tokens) => {
      for (const token of tokens) {
        if (token.content === '') continue;
        if (token.special) special.add(token.content);
        const id = place(token.content);
        const before = rules.get(id);
        if (before !== undefined && equalRules(before, token)) continue;
        ids.set(token.content, id);
        rules.set(id, token);
        largest = Math.max(largest, id);
      }
    },
    has: (content) => ids.has(content),
    id: (content) => ids.get(content) ?? entries.get(content),
    list: () =>
      [...rules]
        .sort(([a], [b]) => a - b)
        .map(([id, rule]) => ({ ...rule, special: special.has(rule.content), id })),
  };
}
