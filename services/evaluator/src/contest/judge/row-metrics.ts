import type { Metric } from '@lathe/scoring/bootstrap';

/** The values of the rows that were drawn. */
export function pick<Value>(values: readonly Value[], draw: ArrayLike<number>): Value[] {
  return Array.from(draw, (row) => values[row] as Value);
}

/** Mean of a number of each row; rows of null have none, and a draw without any is 0. */
export function meanOf(values: readonly (number | null)[]): Metric {
  return (draw) => {
    let [sum, count] = [0, 0];
    for (let at = 0; at < draw.length; at++) {
      const value = values[draw[at] as number];
      if (value === null || value === undefined) continue;
      sum += value;
      count++;
    }
    return count === 0 ? 0 : sum / count;
  };
}

/** A metric of counts that are added up over the rows. */
export function ofCounts(
  counts: readonly (readonly number[])[],
  of: (sum: readonly number[]) => number,
): Metric {
  const width = counts[0]?.length ?? 0;
  return (draw) => {
    const sum = new Array<number>(width).fill(0);
    for (let at = 0; at < draw.length; at++)
      for (const [place, count] of (counts[draw[at] as number] as readonly number[]).entries())
        sum[place] = (sum[place] as number) + count;
    return of(sum);
  };
}

/** Words of a text, in steps that people understand. */
export function lengthSlice(what: string, text: string): string {
  const words = text.split(/\s+/).length;
  const most = [10, 30, 100, 300].find((each) => words <= each);
  return most === undefined ? `${what} of more than 300 words` : `${what} of at most ${most} words`;
}
