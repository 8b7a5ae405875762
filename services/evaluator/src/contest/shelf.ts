import { fitBm25 } from '@lathe/scoring/baseline/bm25';
import type { AnsweredRow } from '../texts/held-out.ts';
import { writtenRow } from './written-row.ts';

/** Rows or passages that the nearest are looked for in. */
const mostKnown = 4000;

/** Texts that may be looked up before a question. */
export type Shelf = {
  /** What stands above those that are shown. */
  readonly heading: string;
  readonly items: readonly {
    /** What a question is compared with. */
    readonly key: string;
    readonly shown: string;
    readonly row?: AnsweredRow;
  }[];
};

/** How near each item of a shelf is to a question. */
export type Nearness = (row: AnsweredRow) => ArrayLike<number>;

/** Training rows with their answers, the first 4,000. */
export function shelfOfRows(rows: readonly AnsweredRow[]): Shelf {
  const items = rows.slice(0, mostKnown).map((row) => {
    const { prompt, expected } = writtenRow(row);
    return { key: prompt, shown: `Question: ${prompt}\nAnswer: ${expected}`, row };
  });
  return { heading: 'Similar questions with their answers:', items };
}

/** Passages of documents, the first 4,000. */
export function shelfOfPassages(passages: readonly string[]): Shelf {
  const items = passages.slice(0, mostKnown).map((text) => ({ key: text, shown: text }));
  return { heading: 'Passages that may help:', items };
}

/** By words in common. */
export function nearnessByWords({ items }: Shelf): Nearness {
  const score = fitBm25(items.map(({ key }) => key));
  return (row) => score(writtenRow(row).prompt);
}

/** The places of the nearest items, so many, the nearest one last; of equals the first is taken for the nearer. */
export function nearestItems(nearness: ArrayLike<number>, count: number): number[] {
  return Array.from(nearness, (_, at) => at)
    .sort((a, b) => (nearness[b] as number) - (nearness[a] as number) || a - b)
    .slice(0, count)
    .toReversed();
}
