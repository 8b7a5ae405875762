import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { Cutting, Fitted } from './cutting.ts';
import { type Part, shortened } from './shorten.ts';

/** A row as its texts, one after the other, and with others in their places. */
type Texts = {
  readonly texts: readonly string[];
  with(texts: readonly string[]): CanonicalRow;
};

/** Fewest tokens that are left of a text of which the middle is cut. */
const leastContext = 8;

/** The row with the middle of its context cut out, which is what is asked about and neither instruction nor answer. */
export function withoutContext(row: CanonicalRow, cutting: Cutting): Fitted | undefined {
  if (row.kind === 'related') return eachShorter(row, 'middle', cutting);
  const context = contextOf(row);
  return context && shorter(context, { part: 'middle', least: leastContext }, cutting);
}

/** The row with the ends of its texts cut, the longest first, where all of them stand before what is taught. */
export function withoutTextEnds(row: CanonicalRow, cutting: Cutting): Fitted | undefined {
  if (row.kind === 'related') return eachShorter(row, 'end', cutting);
  const texts = endsOf(row);
  return texts && shorter(texts, { part: 'end', least: 1 }, cutting);
}

function shorter(
  { texts, with: withTexts }: Texts,
  how: { readonly part: Part; readonly least: number },
  { encoder, room, excessOf }: Cutting,
): Fitted | undefined {
  const cut = shortened(texts, {
    ...how,
    encoder,
    excess: excessOf(withTexts(texts)),
    excessOf: (tried) => excessOf(withTexts(tried)),
  });
  if (cut === undefined) return undefined;
  const row = withTexts(cut);
  const encoded = encoder.encode(row, room);
  return 'issue' in encoded ? undefined : { row, encoded };
}

type Related = Extract<CanonicalRow, { kind: 'related' }>;

/** Each text is a sequence by itself. */
function eachShorter(row: Related, part: Part, cutting: Cutting): Fitted | undefined {
  const texts: string[] = [];
  for (const text of row.texts) {
    const alone = (one: string): Related => ({ ...row, texts: [one, one] });
    const excess = cutting.excessOf(alone(text));
    const [cut] =
      excess <= 0
        ? [text]
        : (shortened([text], {
            ...{ part, least: 1, excess, encoder: cutting.encoder },
            excessOf: ([one = '']) => cutting.excessOf(alone(one)),
          }) ?? []);
    if (cut === undefined) return undefined;
    texts.push(cut);
  }
  const fitted = { ...row, texts };
  const encoded = cutting.encoder.encode(fitted, cutting.room);
  return 'issue' in encoded ? undefined : { row: fitted, encoded };
}

/** What is asked about: texts of users and tools, a prompt, or a text as a whole. */
export function contextOf(row: CanonicalRow): Texts | undefined {
  switch (row.kind) {
    case 'chat':
    case 'prompt':
    case 'preference':
    case 'judged': {
      const { messages } = row;
      const at = messages.flatMap(({ role, content }, index) =>
        (role === 'user' || role === 'tool') && content !== '' ? [index] : [],
      );
      return {
        texts: at.map((index) => messages[index]?.content ?? ''),
        with: (texts) => ({
          ...row,
          messages: messages.map((message, index) => {
            const which = at.indexOf(index);
            return which < 0 ? message : { ...message, content: texts[which] ?? '' };
          }),
        }),
      };
    }
    case 'completion':
      return { texts: [row.prompt], with: ([prompt = '']) => ({ ...row, prompt }) };
    case 'text':
      return { texts: [row.text], with: ([text = '']) => ({ ...row, text }) };
    case 'labelled':
      return endsOf(row);
    default:
      return undefined;
  }
}

function endsOf(row: CanonicalRow): Texts | undefined {
  switch (row.kind) {
    case 'labelled':
      if (row.pair === undefined)
        return { texts: [row.text], with: ([text = '']) => ({ ...row, text }) };
      return {
        texts: [row.text, row.pair],
        with: ([text = '', pair = '']) => ({ ...row, text, pair }),
      };
    case 'text':
      return { texts: [row.text], with: ([text = '']) => ({ ...row, text }) };
    case 'tagged':
      return { texts: [row.text], with: ([text = '']) => wordsWithin(row, text) };
    case 'preference':
      return {
        texts: [row.preferred.content, row.rejected.content],
        with: ([better = '', worse = '']) => ({
          ...row,
          preferred: { ...row.preferred, content: better },
          rejected: { ...row.rejected, content: worse },
        }),
      };
    default:
      return undefined;
  }
}

type Tagged = Extract<CanonicalRow, { kind: 'tagged' }>;

/** The words that stand in the beginning of the text as wholes, and no more of the text than they take. */
function wordsWithin(row: Tagged, text: string): Tagged {
  const words = row.words.filter(([, end]) => end <= text.length);
  const end = words.at(-1)?.[1] ?? 0;
  const tags = row.tags.slice(0, words.length);
  return { ...row, text: row.text.slice(0, end), words, tags };
}
