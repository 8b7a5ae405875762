import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { PlacedEncoder } from '../render/row-encoder.ts';
import { gap } from './shorten.ts';

type Question = Extract<CanonicalRow, { kind: 'question' }>;

/** The row with the end of its context cut after so many tokens; undefined where its first answer goes with it. */
export function withoutEnd(
  row: Question,
  count: number,
  encoder: Pick<PlacedEncoder, 'places'>,
): Question | undefined {
  const last = encoder.places(row.context)[count - 1];
  return last && withoutStretch(row, { from: last[1], to: row.context.length, filler: '' });
}

/**
 * The row with `excess` tokens of its context cut out as near to the middle as its first answer allows; undefined where
 * there is no such place.
 */
export function withoutMiddle(
  row: Question,
  excess: number,
  encoder: Pick<PlacedEncoder, 'places'>,
): Question | undefined {
  const places = encoder.places(row.context);
  const middle = Math.floor((places.length - excess) / 2);
  if (middle < 1) return undefined;
  const [answer] = row.answers;
  const end = answer && answer.start + answer.text.length;
  const holds = ([from, to]: readonly [number, number]) =>
    answer !== undefined && end !== undefined && from < end && to > answer.start;
  const first = places.findIndex(holds);
  const last = places.findLastIndex(holds);
  // Before the answer, or after it, whichever is nearer to the middle.
  const starts = [middle, first - excess, last + 1].filter(
    (at) =>
      at >= 1 && at + excess < places.length && (first < 0 || at + excess <= first || at > last),
  );
  const [at] = starts.toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  if (at === undefined) return undefined;
  const from = places[at - 1]?.[1] ?? 0;
  const to = places[at + excess]?.[0] ?? row.context.length;
  return withoutStretch(row, { from, to, filler: gap });
}

type Stretch = { readonly from: number; readonly to: number; readonly filler: string };

/** Without a stretch of the context and the answers in it; undefined where the first answer is in it. */
function withoutStretch(row: Question, { from, to, filler }: Stretch): Question | undefined {
  const context = `${row.context.slice(0, from)}${filler}${row.context.slice(to)}`;
  const moved = row.answers.map(({ text, start }) => {
    if (start + text.length <= from) return { text, start };
    return start >= to ? { text, start: start + from + filler.length - to } : undefined;
  });
  if (moved.length > 0 && moved[0] === undefined) return undefined;
  return { ...row, context, answers: moved.filter((answer) => answer !== undefined) };
}
