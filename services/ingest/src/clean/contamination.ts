import { otherForm } from '@lathe/row-reader/row-look';
import type { JsonLines } from '../read/spool.ts';
import type { Numbers } from '../row-numbers.ts';
import { createHeldOutTexts } from './held-out-texts.ts';
import { createPhrases } from './phrases.ts';
import type { Relations } from './relations.ts';
import type { RowFinders } from './row-finders.ts';
import { type RowWords, type StoredRows, wordsOfRow, wordsOfRows } from './row-words.ts';

/** How a training row says what a held-out one does, which stands on that line. */
export type Contact = { readonly how: 'prompts' | 'near' | 'phrases'; readonly line: number };

export type Sides = {
  /** Rows of the training file, some at a time, with the number of each and whether it is held out. */
  readonly training: () => AsyncIterable<JsonLines>;
  readonly numbers: Numbers;
  readonly clusters: Numbers;
  readonly lines: Numbers;
  readonly heldOut: Uint8Array | null;
  /** Rows of the validation file. */
  readonly validation: (() => AsyncIterable<JsonLines>) | null;
  readonly relations: Pick<Relations, 'met' | 'bridges' | 'forms'>;
  /** What looks at many rows at once, where there is such a way. */
  readonly finders?: Pick<RowFinders, 'words' | 'look'> | undefined;
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
  const texts = createHeldOutTexts(relations.forms());
  const keep = ({ rows }: SomeRows): void => {
    for (const { asked, shingles, line } of wordsOfRows(rows, finders?.words)) {
      phrases.keep(asked, line);
      texts.keep(shingles, line);
    }
  };
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
  const note = (number: number, line: number | undefined): void => {
    if (line !== undefined) near.set(number, line);
  };
  const lookAtOne = ({ asked, shingles }: RowWords, number: number): void => {
    phrases.look(asked, number);
    note(number, texts.find(shingles));
  };
  const lookAt = async ({ rows, indexes }: SomeRows): Promise<void> => {
    const numberAt = (at: number) => sides.numbers.at(indexes[at] as number) as number;
    const kept = texts.kept(indexes.length);
    if (kept === undefined || finders === undefined) {
      for (const [at, words] of wordsOfRows(rows, finders?.words).entries())
        lookAtOne(words, numberAt(at));
      return;
    }
    for (let from = 0; from < indexes.length; ) {
      await breathe();
      const look = { phrases: phrases.kept(), texts: kept, from, most: mostWork };
      const seen = finders.look(rows, look);
      let next = 0;
      for (; from < seen.next; from++) {
        const number = numberAt(from);
        const text = seen.near[from] as number;
        if (text === otherForm) lookAtOne(wordsOfRow(rows, from), number);
        else if (text >= 0) note(number, texts.lineOf(text));
        for (; next < (seen.phraseEnds[from] as number); next += 2)
          phrases.meet(seen.phrases[next] as number, seen.phrases[next + 1] as number, number);
      }
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

/** Rows that are looked at at a time, and how many bytes and numbers in a row, which are a matter of milliseconds. */
const mostRows = 256;
const mostWork = 4 * 2 ** 20;

/** Rows with the index of each. */
type SomeRows = { readonly rows: StoredRows; readonly indexes: Int32Array };

type WantedRows = Pick<Sides, 'breathe'> & {
  readonly chunks: AsyncIterable<JsonLines>;
  readonly isWanted: (index: number) => boolean;
};

/** Goes through those rows that are wanted, some at a time. */
async function forSomeRows(
  { chunks, isWanted, breathe }: WantedRows,
  take: (some: SomeRows) => void | Promise<void>,
): Promise<void> {
  let first = 0;
  for await (const { lines, lineEnds } of chunks) {
    for (let next = 0; next < lineEnds.length; ) {
      await breathe();
      const column = () => new Int32Array(mostRows);
      const [starts, ends, indexes] = [column(), column(), column()];
      let count = 0;
      for (; count < mostRows && next < lineEnds.length; next++) {
        if (!isWanted(first + next)) continue;
        starts[count] = lineEnds[next - 1] ?? 0;
        ends[count] = (lineEnds[next] as number) - 1;
        indexes[count++] = first + next;
      }
      const some = (all: Int32Array) => all.subarray(0, count);
      const rows = { bytes: lines, starts: some(starts), ends: some(ends) };
      await take({ rows, indexes: some(indexes) });
    }
    first += lineEnds.length;
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
