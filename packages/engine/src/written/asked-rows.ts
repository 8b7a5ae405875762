import type { TaskRow } from '../objectives/task-row.ts';

/** A held-out row as a question: the tokens before its last answer, and that answer with the token that ends it. */
export type AskedRow = { readonly prompt: Int32Array; readonly answer: Int32Array };

/** Rows that are answered at each score: enough to see a trend, few enough to be no longer than a step or two. */
const mostRows = 32;

/**
 * The rows that are asked while training: all that have a question, or 32 of them at even distances, so that they are the same
 * whenever a run is resumed. Throws RangeError where none has one, as texts to go on with.
 */
export function askedRows(rows: readonly TaskRow[]): AskedRow[] {
  const asked = rows.flatMap(({ tokens, supervised }): AskedRow[] => {
    const end = supervised.lastIndexOf(1) + 1;
    let start = end;
    while (start > 0 && supervised[start - 1] === 1) start--;
    if (end === 0 || start < 2) return [];
    return [{ prompt: tokens.slice(0, start), answer: tokens.slice(start, end) }];
  });
  if (asked.length === 0)
    throw new RangeError('no held-out row asks for an answer, so that nothing can be written');
  const count = Math.min(mostRows, asked.length);
  return Array.from(
    { length: count },
    (_, at) => asked[Math.floor((at * asked.length) / count)] as AskedRow,
  );
}
