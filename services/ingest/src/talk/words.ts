const url = /https?:\/\/[^\s<>()]*[^\s<>().,!?]/g;
const codeBlock = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;
/** A question mark of Latin, Greek (U+037E), Arabic, Chinese or Japanese writing at the end of a sentence. */
const asks = /[?？؟\u037e](?=[\s)"'”’*_:]|$)/u;
const asksLast = /[?？؟\u037e][\s)"'”’*_!.]*(?::[a-z0-9_+-]+:\s*)*$/u;
const interrogative =
  /^(?:how|what|why|when|where|who|whom|whose|which|is there|are there|is it|can (?:i|we|you|anyone|someone|somebody)|could (?:i|we|you|anyone|someone)|does|do (?:i|we|you)|did|should (?:i|we)|any(?:one|body) (?:know|else|here)|wie|was|warum|wann|wo|wer|welche[rsn]?|comment|pourquoi|quand|cómo|qué|dónde|cuándo)\b/iu;
/** With a question mark, more words begin a question. */
const beginsQuestion =
  /^(?:and |but |so |ok |also |hi |hey |hello |quick one:? |[\s,:!.-])*(?:how|what|why|when|where|who|whom|whose|which|is|are|am|was|were|can|could|do|does|did|will|would|should|shall|may|must|has|have|any(?:one|body)?|wie|was|warum|wann|wo|wer|kann|gibt|ist|sind|haben|comment|pourquoi|est-ce|qué|cómo|puedo|hay)\b/iu;
const stopWords = new Set(
  'a an and any are as at be but by can could did do does for from get had has have hello hey hi how i if in is it just like me my need no not of on or our please so some that the their them then there they this to too up us was we were what when where which who why will with would you your'.split(
    ' ',
  ),
);

/**
 * Text as it is kept: line ends as `\n`, no control characters, no spaces at line ends, no more than one empty line in a
 * row.
 */
export function tidy(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b\ufeff]/g, '')
      .replaceAll('\u00a0', ' ')
      .replaceAll(/[ \t]+(?=\n|$)/g, '')
      .replaceAll(/\n{3,}/g, '\n\n')
      .trim()
  );
}

/** How much a text asks: `ends` with a question or puts a clear one, `holds` one or begins as one, or does not ask (undefined). */
export function asking(text: string): 'ends' | 'holds' | undefined {
  const plain = text.replaceAll(codeBlock, ' ').replaceAll(url, ' ').trim();
  if (asksLast.test(plain)) return 'ends';
  const sentences = plain.split(/(?<=[.!?？؟])\s+|\n+/u);
  if (sentences.some((each) => asksLast.test(each) && beginsQuestion.test(each))) return 'ends';
  const words = plain.split(/\s+/).length;
  const opening = plain.replace(
    /^(?:hi|hello|hey|so|ok|okay|um|and|folks|team|all|there|[,!.:-]|\s)+/iu,
    '',
  );
  return asks.test(plain) || (words >= 4 && interrogative.test(opening)) ? 'holds' : undefined;
}

/** Words of a text in lower case, without punctuation. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** The words that say what a text is about. */
export function contentWords(text: string): Set<string> {
  return new Set(wordsOf(text).filter((word) => word.length > 2 && !stopWords.has(word)));
}

/** Whether two texts have a content word in common, or one that begins with the same five letters. */
export function shareTopic(one: string, other: string): boolean {
  const stems = new Set([...contentWords(one)].map((word) => word.slice(0, 5)));
  return [...contentWords(other)].some((word) => stems.has(word.slice(0, 5)));
}

/** A text by which repetitions are found: words alone, numbers made alike. */
export function fingerprint(text: string): string {
  return wordsOf(text)
    .map((word) => (/\p{N}/u.test(word) ? '0' : word))
    .join(' ');
}
