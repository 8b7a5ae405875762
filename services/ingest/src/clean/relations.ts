import { join } from 'node:path';
import type { BandSlots } from '@lathe/row-reader/band-slots';
import { createFirstPlaces } from '../first-places.ts';
import { createRowNumbers } from '../row-numbers.ts';
import { createClusters } from './clusters.ts';
import { type ComingRows, createNearIndex, type Likeness } from './near-index.ts';

/** What a row is told from others by: hashes of its group, of what it asks, of all before its answer, of the answer and of both. */
export type RelatedRow = {
  readonly line: number;
  readonly group: number;
  readonly plain: number;
  readonly asked: number | undefined;
  readonly answer: number;
  readonly both: number;
  readonly likeness: Likeness;
};

/** What a row has in common with those before it, each by its line. */
export type Relation = {
  /** Its number among the rows. */
  readonly number: number;
  /** The group of its cluster. */
  readonly cluster: number;
  readonly repeats: number | undefined;
  readonly resembles: number | undefined;
  /** The row that asks the same and answers otherwise. */
  readonly contradicts: number | undefined;
};

/** How the rows of a file stand to each other, and to those of another file. */
export type Relations = {
  /** Takes note of the next row. */
  add(row: RelatedRow): Relation;
  /** Takes note of a row of another file, by which the rows of this one are scored. */
  meet(row: RelatedRow): void;
  /** Tells which rows are added next, one after another, so that what they have in common with those before is looked up at once. */
  expect(rows: ComingRows, both: Float64Array): void;
  /** The same of rows that are met next. */
  expectMet(rows: ComingRows): void;
  /** Rows of this file that nearly say what a row of the other says, or ask the same, with its line. */
  met(): ReadonlyMap<number, { readonly line: number; readonly how: 'prompts' | 'near' }>;
  /** Rows that are alike to rows of other clusters than their own. */
  readonly bridges: ReadonlyMap<number, readonly number[]>;
  /** Shingles of the form that most of the first rows fill in. */
  forms(): ReadonlySet<number>;
  /** Whether every row was compared with all others. */
  isComplete(): boolean;
  /** Gives back the memory by which rows that came before are found: none is added or met any more. */
  close(): void;
};

/** The relations of the rows of a file, of which a folder that is there keeps what is seldom asked for. */
export function createRelations(folder: string, bandSlots?: BandSlots): Relations {
  const numbers = (name: string) => createRowNumbers(join(folder, `related-${name}`));
  const bridges = new Map<number, readonly number[]>();
  const lines = numbers('lines');
  const answers = numbers('answers');
  const plains = numbers('plains');
  const looking = () => ({
    index: createNearIndex(join(folder, 'related-shingles'), { bandSlots }),
    clusters: createClusters(numbers('clusters')),
    firstOf: createFirstPlaces(),
    firstAsked: createFirstPlaces(),
  });
  let { index, clusters, firstOf, firstAsked } = looking();
  /** Rows that come: the number of the first, and of each the number of the one that it repeats, or -1. */
  let coming = { first: 0, repeated: new Int32Array() };
  /** Rows that are met next, and how many of them were. */
  let meeting = { rows: 0, met: 0 };
  let isFull = false;
  let forms: ReadonlySet<number> | undefined;
  const near = new Map<number, number>();
  const prompts = new Map<number, number>();
  const lineOf = (number: number | undefined) =>
    number === undefined ? undefined : lines.at(number);
  return {
    bridges,
    add(row) {
      const { line, group, plain, asked, answer, both } = row;
      const number = lines.length;
      const before = coming.repeated[number - coming.first];
      const repeated =
        before === undefined ? firstOf.note(both, number) : before < 0 ? undefined : before;
      // What says the same has been compared already.
      const alike =
        repeated !== undefined
          ? [repeated]
          : index.coming !== undefined && before !== undefined
            ? index.coming.add(number - coming.first, number, row)
            : index.add(number, row.likeness);
      const { cluster, others } = clusters.add(group, alike);
      const bridged = repeated === undefined ? undefined : bridges.get(repeated);
      if (others.length > 0 || bridged !== undefined) {
        const met = new Set([...others, ...(bridged ?? [])]);
        met.delete(cluster);
        if (met.size > 0) bridges.set(number, [...met]);
      }
      const first = asked === undefined ? undefined : firstAsked.note(asked, number);
      const contradicts = first !== undefined && answers.at(first) !== answer ? first : undefined;
      lines.push(line);
      answers.push(answer);
      plains.push(plain);
      return {
        ...{ number, cluster },
        repeats: lineOf(repeated),
        resembles: repeated === undefined ? lineOf(alike[0]) : undefined,
        contradicts: lineOf(contradicts),
      };
    },
    expect(rows, both) {
      if (index.coming === undefined) return;
      const first = lines.length;
      const repeated = new Int32Array(both.length);
      for (let row = 0; row < both.length; row++)
        repeated[row] = firstOf.note(both[row] as number, first + row) ?? -1;
      coming = { first, repeated };
      index.coming.expect(rows, (row) => (repeated[row] as number) < 0);
    },
    expectMet(rows) {
      if (index.coming === undefined) return;
      meeting = { rows: rows.starts.length, met: 0 };
      index.coming.expect(rows, undefined);
    },
    meet(row) {
      const { line, plain } = row;
      const alike =
        index.coming !== undefined && meeting.met < meeting.rows
          ? index.coming.find(meeting.met++, row)
          : index.find(row.likeness);
      for (const number of alike) if (!near.has(number)) near.set(number, line);
      if (!prompts.has(plain)) prompts.set(plain, line);
    },
    met() {
      const found = new Map<number, { line: number; how: 'prompts' | 'near' }>();
      for (const [number, line] of near) found.set(number, { line, how: 'near' });
      if (prompts.size === 0) return found;
      let number = 0;
      for (const plain of plains) {
        const line = prompts.get(plain);
        if (line !== undefined) found.set(number, { line, how: 'prompts' });
        number++;
      }
      return found;
    },
    forms: () => forms ?? index.forms(),
    isComplete: () => !isFull && !index.isFull(),
    close() {
      isFull ||= index.isFull();
      forms ??= index.forms();
      for (const each of [index, clusters, firstOf, firstAsked]) each.close();
      ({ index, clusters, firstOf, firstAsked } = looking());
    },
  };
}
