import type { EncodedRow, RowExample } from '@lathe/tokenizer/encoded-row';

/** A row that is too long as it stands, and of each token of its sequences whether it is cut (1). */
export type MarkedRow = {
  readonly examples: readonly (RowExample & { readonly cut: Uint8Array })[];
};

/** Tokens between the ends that two sequences have in common that are compared one by one. */
const mostCompared = 3000;

/** Which tokens of a row are not in what is kept of it; all of them where nothing is kept. */
export function markCut(whole: EncodedRow, kept: EncodedRow | undefined): MarkedRow {
  // Pieces of a text are stretches of one sequence.
  const isOne = whole.examples.length === 1;
  const joined = kept?.examples.flatMap(({ tokens }) => [...tokens]) ?? [];
  return {
    examples: whole.examples.map((example, at) => ({
      ...example,
      cut: missingFrom(isOne ? joined : (kept?.examples[at]?.tokens ?? []), example.tokens),
    })),
  };
}

/** Of each token whether it is missing (1) from `kept`, by the longest sequence that both have in common. */
function missingFrom(kept: ArrayLike<number>, tokens: ArrayLike<number>): Uint8Array {
  const missing = new Uint8Array(tokens.length);
  const least = Math.min(kept.length, tokens.length);
  let first = 0;
  while (first < least && kept[first] === tokens[first]) first++;
  let last = 0;
  while (last < least - first && kept[kept.length - 1 - last] === tokens[tokens.length - 1 - last])
    last++;
  const own = { from: first, to: tokens.length - last };
  const others = { from: first, to: kept.length - last };
  missing.fill(1, own.from, own.to);
  if (own.to - own.from > mostCompared || others.to - others.from > mostCompared) return missing;
  const width = others.to - others.from + 1;
  // common[i * width + j]: how long what both have in common from there on is.
  const common = new Uint16Array((own.to - own.from + 1) * width);
  for (let i = own.to - own.from - 1; i >= 0; i--)
    for (let j = width - 2; j >= 0; j--)
      common[i * width + j] =
        tokens[own.from + i] === kept[others.from + j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
  let j = 0;
  for (let i = 0; i < own.to - own.from && j < width - 1; i++) {
    const here = common[i * width + j] ?? 0;
    if (here === 0) break;
    // A token that goes without loss of what is in common is missing.
    if (common[(i + 1) * width + j] === here) continue;
    while (tokens[own.from + i] !== kept[others.from + j]) j++;
    missing[own.from + i] = 0;
    j++;
  }
  return missing;
}
