/** Ends of sentences, and of lines. */
const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * The sentence of a context that shares most words with a question, each weighted by how few sentences have it; without blanks
 * and the full stop at its ends. Empty for an empty context.
 *
 * @example bestSentence('Ann sings. Bob plays the flute.', 'Who plays?'); // Bob plays the flute
 */
export function bestSentence(context: string, question: string): string {
  const sentences = [...segmenter.segment(context)].map(({ segment }) => segment.trim());
  const bags = sentences.map((sentence) => new Set(wordsOf(sentence)));
  const asked = new Set(wordsOf(question));
  let [best, most] = ['', -1];
  for (const [at, bag] of bags.entries()) {
    let score = 0;
    for (const word of asked)
      if (bag.has(word))
        score += Math.log(1 + bags.length / bags.filter((other) => other.has(word)).length);
    if (score > most) [best, most] = [sentences[at] as string, score];
  }
  return best.replace(/[.\s]+$/, '');
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
