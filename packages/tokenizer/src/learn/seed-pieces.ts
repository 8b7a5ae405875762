/** A piece of words with how likely it is, as a logarithm. */
export type Piece = readonly [text: string, score: number];

/** Longest piece in characters, as of SentencePiece. */
const longest = 16;

/**
 * The pieces that Unigram begins with, as the reference (`UnigramTrainer::make_seed_sentence_pieces`) takes them: every
 * character by how often it stands in the text, then the substrings of the words that come twice or more and go on
 * in more than one way (the inner nodes of the suffix tree of all words, each once), by count · length; `most` in all.
 * Longer substrings are counted at those places alone where shorter ones came twice, so that what is kept at a time is
 * about as long as the words together.
 */
export function seedPieces(counts: ReadonlyMap<string, number>, most: number): Piece[] {
  const words = [...counts.keys()].sort().map((word) => [...word]);
  const weights = [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, n]) => n);
  const characters = new Map<string, number>();
  words.forEach((word, at) => {
    for (const each of word) characters.set(each, (characters.get(each) ?? 0) + weights[at]!);
  });
  const seeds = [...characters].sort(byScore);
  const found: [string, number][] = [];
  let shorter = countOf(words, 1, undefined);
  for (let length = 2; length <= longest && shorter.size > 0; length++) {
    const level = countOf(words, length, shorter);
    for (const [text, { count, ends, next }] of withNext(words, length, level))
      if (Math.max(ends, next) < count) found.push([text, count * length]);
    shorter = level;
  }
  seeds.push(...found.sort(byScore).slice(0, Math.max(0, most - seeds.length)));
  const total = Math.log(seeds.reduce((sum, [, score]) => sum + score, 0));
  return seeds.map(([text, score]) => [text, Math.log(score) - total]);
}

function byScore([a, x]: readonly [string, number], [b, y]: readonly [string, number]): number {
  return y - x || (a < b ? -1 : 1);
}

type Places = ReadonlyMap<string, number>;

/** How often substrings of that length stand in the words, those that come twice or more. */
function countOf(
  words: readonly (readonly string[])[],
  length: number,
  shorter: Places | undefined,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words)
    for (let from = 0; from + length <= word.length; from++) {
      if (shorter !== undefined && !isOften(word, from, length, shorter)) continue;
      const text = word.slice(from, from + length).join('');
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  for (const [text, count] of counts) if (count < 2) counts.delete(text);
  return counts;
}

/** Whether both substrings that are one character shorter come twice or more. */
function isOften(word: readonly string[], from: number, length: number, shorter: Places): boolean {
  const first = word.slice(from, from + length - 1).join('');
  const last = word.slice(from + 1, from + length).join('');
  return shorter.has(first) && shorter.has(last);
}

type Going = { readonly count: number; ends: number; next: number };

/** The same with how often each ends a word, and how often it goes on in the way that is most frequent. */
function withNext(
  words: readonly (readonly string[])[],
  length: number,
  level: Places,
): Map<string, Going> {
  const going = new Map<string, Going>();
  for (const [text, count] of level) going.set(text, { count, ends: 0, next: 0 });
  const longer = new Map<string, number>();
  for (const word of words)
    for (let from = 0; from + length <= word.length; from++) {
      const text = word.slice(from, from + length).join('');
      const own = going.get(text);
      if (own === undefined) continue;
      const after = word[from + length];
      if (after === undefined) own.ends++;
      else {
        const count = (longer.get(text + after) ?? 0) + 1;
        longer.set(text + after, count);
        if (count > own.next) own.next = count;
      }
    }
  return going;
}
