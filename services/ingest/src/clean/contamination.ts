import type { Numbers } from '../row-numbers.ts';
import { createHeldOutTexts } from './held-out-texts.ts';
import { createPhrases } from './phrases.ts';
import type { Relations } from './relations.ts';
import { type RowWords, type WordFinder, wordsOfRows } from './row-words.ts';

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
  /** Finds the words of many rows at once, where there is such a way. */
  readonly findWords?: WordFinder | undefined;
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
  const { heldOut, relations } = sides;
  const phrases = createPhrases();
  const texts = createHeldOutTexts(relations.forms());
  const look = { findWords: sides.findWords, breathe: sides.breathe };
  const keep = ({ asked, shingles, line }: RowWords): void => {
    phrases.keep(asked, line);
    texts.keep(shingles, line);
  };
  if (sides.validation !== null) await forEachRow(sides.validation(), () => true, keep, look);
  else if (heldOut?.includes(1) === true)
    await forEachRow(sides.training(), (index) => heldOut[index] === 1, keep, look);
  else return { contacts: new Map(), isComplete: true };
  await texts.settle(sides.breathe);
  const near = new Map<number, number>();
  const lookAt = ({ asked, shingles }: RowWords, index: number): void => {
    const number = sides.numbers.at(index) as number;
    phrases.look(asked, number);
    const line = texts.find(shingles);
    if (line !== undefined) near.set(number, line);
  };
  await forEachRow(sides.training(), (index) => heldOut?.[index] !== 1, lookAt, look);
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

/** Rows whose words are found at a time, which is a matter of milliseconds. */
const mostRows = 256;

type Look = Pick<Sides, 'findWords' | 'breathe'>;

/** Goes through the words of those rows that are wanted, by their index. */
async function forEachRow(
  chunks: AsyncIterable<readonly Uint8Array[]>,
  isWanted: (index: number) => boolean,
  take: (row: RowWords, index: number) => void,
  { findWords, breathe }: Look,
): Promise<void> {
  let first = 0;
  for await (const rows of chunks) {
    const wanted: number[] = [];
    for (let at = 0; at < rows.length; at++) if (isWanted(first + at)) wanted.push(at);
    for (let from = 0; from < wanted.length; from += mostRows) {
      await breathe();
      const some = wanted.slice(from, from + mostRows);
      const words = wordsOfRows(
        some.map((at) => rows[at] as Uint8Array),
        findWords,
      );
      for (const [place, row] of words.entries()) take(row, first + (some[place] as number));
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
