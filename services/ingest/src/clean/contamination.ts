import { parseRow } from '../row-json.ts';
import type { Numbers } from '../row-numbers.ts';
import { createHeldOutTexts } from './held-out-texts.ts';
import { rowWords } from './look.ts';
import { createPhrases } from './phrases.ts';
import type { Relations } from './relations.ts';
import { shinglesOfWords } from './shingles.ts';

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
  /** Called between rows. */
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
  const keep = (json: Uint8Array): void => {
    const row = parseRow(json);
    const { asked, all } = rowWords(row);
    phrases.keep(asked, row.line);
    texts.keep(shinglesOfWords(all), row.line);
  };
  if (sides.validation !== null)
    for await (const [row] of indexed(sides.validation())) {
      await sides.breathe();
      keep(row);
    }
  else if (heldOut?.includes(1) === true)
    for await (const [row, index] of indexed(sides.training())) {
      await sides.breathe();
      if (heldOut[index] === 1) keep(row);
    }
  else return { contacts: new Map(), isComplete: true };
  await texts.settle(sides.breathe);
  const near = new Map<number, number>();
  for await (const [json, index] of indexed(sides.training())) {
    await sides.breathe();
    if (heldOut?.[index] === 1) continue;
    const number = sides.numbers.at(index) as number;
    const { asked, all } = rowWords(parseRow(json));
    phrases.look(asked, number);
    const line = texts.find(shinglesOfWords(all));
    if (line !== undefined) near.set(number, line);
  }
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

async function* indexed(
  rows: AsyncIterable<readonly Uint8Array[]>,
): AsyncGenerator<readonly [Uint8Array, number]> {
  let index = 0;
  for await (const some of rows) for (const row of some) yield [row, index++];
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
