import { join } from 'node:path';
import type { SlotFetch } from '@lathe/row-reader/slot-fetch';
import { createFirstPlaces } from '../first-places.ts';
import { createRowNumbers } from '../row-numbers.ts';
import { createClusters } from './clusters.ts';
import { createNearIndex, type Likeness } from './near-index.ts';

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
  /** Tells which rows are added or met next, by their bands, as `expect` of band-table.ts. */
  expect(bands: Uint32Array, starts: Int32Array): void;
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
export function createRelations(folder: string, fetchSlots?: SlotFetch): Relations {
  const numbers = (name: string) => createRowNumbers(join(folder, `related-${name}`));
  const bridges = new Map<number, readonly number[]>();
  const lines = numbers('lines');
  const answers = numbers('answers');
  const plains = numbers('plains');
  const looking = () => ({
    index: createNearIndex(join(folder, 'related-shingles'), { fetchSlots }),
    clusters: createClusters(numbers('clusters')),
    firstOf: createFirstPlaces(),
    firstAsked: createFirstPlaces(),
  });
  let { index, clusters, firstOf, firstAsked } = looking();
  let isFull = false;
  let forms: ReadonlySet<number> | undefined;
  const near = new Map<number, number>();
  const prompts = new Map<number, number>();
  const lineOf = (number: number | undefined) =>
    number === undefined ? undefined : lines.at(number);
  return {
    bridges,
    add({ line, group, plain, asked, answer, both, likeness }) {
      const number = lines.length;
      const repeated = firstOf.note(both, number);
      // What says the same has been compared already.
      const alike = repeated === undefined ? index.add(number, likeness) : [repeated];
      const { cluster, others } = clusters.add(group, alike);
      const bridged = repeated === undefined ? undefined : bridges.get(repeated);
      if (others.length > 0 || bridged !== undefined) {
        const met = new Set([...others, ...(bridged ?? [])]);
        met.delete(cluster);
        if (met.size > 0) bridges.set(number, [...met]);
      }
      const before = asked === undefined ? undefined : firstAsked.note(asked, number);
      const contradicts =
        before !== undefined && answers.at(before) !== answer ? before : undefined;
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
    expect: (bands, starts) => index.expect(bands, starts),
    meet({ line, plain, likeness }) {
      for (const number of index.find(likeness)) if (!near.has(number)) near.set(number, line);
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
