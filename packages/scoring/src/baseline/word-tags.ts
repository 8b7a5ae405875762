import { countsOf } from '../words.ts';

/**
 * Learns the most frequent tag of each word; a word that it never saw has the most frequent tag of its lower case, or else `O`.
 *
 * @example const tags = fitWordTags([{ words: ['Ann', 'sings'], tags: ['B-PER', 'O'] }])(['ann']);
 */
export function fitWordTags(
  sentences: Iterable<{ readonly words: readonly string[]; readonly tags: readonly string[] }>,
): (words: readonly string[]) => string[] {
  const seen = new Map<string, string[]>();
  const add = (word: string, tag: string): void => {
    const known = seen.get(word) ?? [];
    seen.set(word, known);
    known.push(tag);
  };
  for (const { words, tags } of sentences)
    for (const [at, word] of words.entries()) {
      const tag = tags[at] as string;
      add(word, tag);
      // Marked by a blank, which no word has.
      add(` ${word.toLowerCase()}`, tag);
    }
  const best = new Map([...seen].map(([word, tags]) => [word, mostFrequent(tags)]));
  return (words) =>
    words.map((word) => best.get(word) ?? best.get(` ${word.toLowerCase()}`) ?? 'O');
}

function mostFrequent(tags: readonly string[]): string {
  const counts = [...countsOf(tags)];
  return counts.reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a))[0];
}
