import type { Numbers } from '../row-numbers.ts';
import { createHeldOutTexts } from './held-out-texts.ts';
import { createPhrases } from './phrases.ts';
import type { Relations } from './relations.ts';
import type { RowFinders } from './row-finders.ts';
import { askedAt, findWordsOf, type RowWords, type WordColumns, wordsOfRows } from './row-words.ts';

/** How a training row says what a held-out one does, which stands on that line. */
export type Contact = { readonly how: 'prompts' | 'near' | 'phrases'; readonly line: number };

export type Sides = {
  /** Rows of the training file as canonical JSON in UTF-8, some at a time, with the number of each and whether it is held out. */
  readonly training: () => AsyncIterable<readonly Uint8Array[]>;
  readonly numbers: Numbers;
  readonly clusters: Numbers;
  readonly lines: Numbers;
  readonly heldOut: Uint8Array | null;
  /** Rows of the validation file. */
  readonly validation: (() => AsyncIterable<readonly Uint8Array[]>) | null;
  readonly relations: Pick<Relations, 'met' | 'bridges' | 'forms'>;
  /** What looks at many rows at once, where there is such a way. */
  readonly finders?: RowFinders | undefined;
  /** Called between some rows and the next. */
  readonly breathe: () => Promise<void>;
};

/** Phrases that so many rows share say that they are made alike, not that they are the same. */
const mostAlike = 0.2;
/** So few say nothing of how the others are made. */
const fewAlike = 2;

/** Training rows by their numbers, and whether every one was compared with all that is scored. */
type Contacts = { readonly contacts: ReadonlyMap<number, Contact>; readonly isComplete: boolean };

/**
 * Rows of the training file, by number, that a row which is scored says too: asks the same, is a near duplicate, or shares a phrase of
 * 13 words (8 of a short text) that few rows have.
 */
export async function findContacts(sides: Sides): Promise<Contacts> {
  const { heldOut, relations, finders } = sides;
  const phrases = createPhrases();
  const texts = createHeldOutTexts(relations.forms(), { findNear: finders?.near });
  const keepOne = ({ asked, shingles, line }: RowWords): void => {
    phrases.keep(asked, line);
    texts.keep(shingles, line);
  };
  const keep = ({ rows }: SomeRows): void => wordsOfRows(rows, finders?.words).forEach(keepOne);
  const { breathe } = sides;
  if (sides.validation !== null)
    await forSomeRows({ chunks: sides.validation(), isWanted: () => true, breathe }, keep);
  else if (heldOut?.includes(1) === true)
    await forSomeRows(
      { chunks: sides.training(), isWanted: (index) => heldOut[index] === 1, breathe },
      keep,
    );
  else return { contacts: new Map(), isComplete: true };
  await texts.settle(sides.breathe);
  const near = new Map<number, number>();
  const lookAt = ({ rows, indexes }: SomeRows): void => {
    const { columns, others } = findWordsOf(rows, finders?.words);
    const lines = columns === undefined ? [] : texts.findAll(columns);
    for (const [at, index] of indexes.entries()) {
      const number = sides.numbers.at(index) as number;
      const other = others.get(at);
      phrases.look(other?.asked ?? askedAt(columns as WordColumns, at), number);
      const line = other === undefined ? lines[at] : texts.find(other.shingles);
      if (line !== undefined) near.set(number, line);
    }
  };
  await forSomeRows(
    { chunks: sides.training(), isWanted: (index) => heldOut?.[index] !== 1, breathe },
    lookAt,
  );
  const shared = phrases.found();
  const trained = trainedRows(sides);
  const contacts = new Map<number, Contact>();
  if (shared.size <= Math.max(fewAlike, mostAlike * trained))
    for (const [number, line] of shared) contacts.set(number, { how: 'phrases', line });
  for (const [number, line] of near) contacts.set(number, { how: 'near', line });
  for (const [number, contact] of relations.met()) contacts.set(number, contact);
  for (const [number, line] of crossing(sides)) contacts.set(number, { how: 'near', line });
  return { contacts, isComplete: texts.isComplete() };
}

/** How many rows are trained on; pieces of a text have one number, and stand one after another. */
function trainedRows({ numbers, heldOut }: Pick<Sides, 'numbers' | 'heldOut'>): number {
  let count = 0;
  let last = -1;
  let index = 0;
  for (const number of numbers) {
    if (heldOut?.[index++] === 1 || number === last) continue;
    count++;
    last = number;
  }
  return count;
}

/** Rows that are looked at at a time, which is a matter of milliseconds. */
const mostRows = 256;

/** Rows with the index of each. */
type SomeRows = { readonly rows: readonly Uint8Array[]; readonly indexes: readonly number[] };

type WantedRows = Pick<Sides, 'breathe'> & {
  readonly chunks: AsyncIterable<readonly Uint8Array[]>;
  readonly isWanted: (index: number) => boolean;
};

/** Goes through those rows that are wanted, some at a time. */
async function forSomeRows(
  { chunks, isWanted, breathe }: WantedRows,
  take: (some: SomeRows) => void,
): Promise<void> {
  let first = 0;
  for await (const rows of chunks) {
    const wanted: number[] = [];
    for (let at = 0; at < rows.length; at++) if (isWanted(first + at)) wanted.push(at);
    for (let from = 0; from < wanted.length; from += mostRows) {
      await breathe();
      const some = wanted.slice(from, from + mostRows);
      const start = first;
      take({
        rows: some.map((at) => rows[at] as Uint8Array),
        indexes: some.map((at) => start + at),
      });
    }
    first += rows.length;
  }
}

/** Rows that are alike to rows of the other side, with the line of the first row of that cluster. */
function crossing({ numbers, clusters, lines, heldOut, relations }: Sides): Map<number, number> {
  const found = new Map<number, number>();
  if (heldOut === null) return found;
  // Few clusters are met by rows of others.
  const met = new Set([...relations.bridges.values()].flat());
  const firstOf = new Map<number, number>();
  if (met.size === 0) return found;
  let index = 0;
  for (const cluster of clusters) {
    if (met.has(cluster) && !firstOf.has(cluster)) firstOf.set(cluster, index);
    index++;
  }
  index = 0;
  for (const number of numbers) {
    for (const other of relations.bridges.get(number) ?? []) {
      const first = firstOf.get(other);
      if (first !== undefined && heldOut[first] !== heldOut[index])
        found.set(number, lines.at(first) as number);
    }
    index++;
  }
  return found;
}
