import type { TaskRow } from '../objectives/task-row.ts';

/** A held-out row as a question: the tokens before its last answer, and that answer with the token that ends it. */
export type AskedRow = {
  /** Its place among the held-out rows. */
  readonly row: number;
  readonly prompt: Int32Array;
  readonly answer: Int32Array;
};

/**
 * The rows that are asked while training: all that have a question, or so many of them at even distances, so that they are the
 * same whenever a run is resumed; none where none has one, as texts to go on with.
 */
export function askedRows(rows: readonly TaskRow[], most: number): AskedRow[] {
  const asked = rows.flatMap(({ tokens, supervised }, row): AskedRow[] => {
    const end = supervised.lastIndexOf(1) + 1;
    let start = end;
    while (start > 0 && supervised[start - 1] === 1) start--;
    if (end === 0 || start < 2) return [];
    return [{ row, prompt: tokens.slice(0, start), answer: tokens.slice(start, end) }];
  });
  const count = Math.min(most, asked.length);
  return Array.from(
    { length: count },
    (_, at) => asked[Math.floor((at * asked.length) / count)] as AskedRow,
  );
}
