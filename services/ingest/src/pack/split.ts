import { hash as digestOf } from 'node:crypto';
import { asciiWords } from '../ascii-text.ts';

/** What the split needs to know of each row, by index. */
export type SplitRows = {
  /** Rows of one group stay on one side. */
  readonly groups: readonly number[];
  /** Hash of each row's answer. */
  readonly answers: readonly number[];
};

export type SplitOptions = {
  readonly seed: number;
  readonly share: number;
  /** Rows held out up to which the share is kept; from there on it falls. */
  readonly ample: number;
  /** Whether answers are labels, of which each is looked after by itself. */
  readonly areLabels: boolean;
};

type Group = {
  readonly key: number;
  /** hash(seed, group) as a number from 0 to 1. */
  readonly rank: number;
  /** How many groups stand before it in the file. */
  readonly place: number;
  /** By index. */
  readonly rows: number[];
};

/**
 * Which rows are held out: 1 for each of them. A group is held out when hash(seed, group) is below the share, whatever else is in
 * the file, so that rows that are added move none of before. What depends on others looks at those before it alone:
 *
 * - the first group of every label stays for training, and so do the first of the file, of which the share is less than one;
 * - the first groups of a label of which the share is one are not all trained on: where no other is, the last of them is held out;
 * - each label keeps its quota: where fewer of its groups are held out than their share by one, the next is, whatever its hash, and where
 *   more are than their share none is, so that of n groups of a label n · share are held out, give or take one;
 * - after so many groups that the share of them is `ample`, it falls as 1 / place of the group: each doubling of a file adds about
 *   as many held-out rows as the one before.
 *
 * A group with more than twice the rows that are to be held out stays for training.
 */
export function chooseHeldOut(rows: SplitRows, options: SplitOptions): Uint8Array {
  const { share, ample, areLabels } = options;
  const total = rows.groups.length;
  const heldOut = new Uint8Array(total);
  if (share === 0) return heldOut;
  const largest = Math.max(1, 2 * share * total);
  const full = ample / share;
  const few = Math.ceil(1 / share - 1e-9);
  for (const stratum of strataOf(rows, options).values()) {
    let isScored = false;
    // Groups that should have been held out so far, less those that were.
    let owed = 0;
    for (const [at, { rank, place, rows: own }] of stratum.entries()) {
      const wanted = share * Math.min(1, full / place);
      owed += wanted;
      if (at === 0 || place < few) continue;
      const isLastOfFew = at === few - 1 && !isScored;
      const isDue = isLastOfFew || (areLabels && owed >= 1 - 1e-9);
      if (!isDue && (rank >= wanted || (areLabels && owed < 0))) continue;
      isScored = true;
      owed--;
      if (own.length <= largest) for (const row of own) heldOut[row] = 1;
    }
  }
  return heldOut;
}

/** Groups by the answer of their first row when answers are labels, else all in one stratum; in the order of the file. */
function strataOf(
  { groups, answers }: SplitRows,
  { seed, areLabels }: SplitOptions,
): Map<number, Group[]> {
  const found = new Map<number, Group>();
  const strata = new Map<number, Group[]>();
  for (const [row, key] of groups.entries()) {
    const known = found.get(key);
    if (known !== undefined) {
      known.rows.push(row);
      continue;
    }
    const rank = hash(`${seed}:${key}`) / 2 ** 48;
    const group = { key, rank, place: found.size + 1, rows: [row] };
    found.set(key, group);
    const label = areLabels ? (answers[row] as number) : 0;
    const stratum = strata.get(label);
    if (stratum === undefined) strata.set(label, [group]);
    else stratum.push(group);
  }
  return strata;
}

/** The first row of each label all of whose rows are in one group, so that it cannot be both taught and scored. */
export function labelsOfOneGroup({ groups, answers }: SplitRows): number[] {
  const labels = new Map<
    number,
    { readonly row: number; readonly group: number; isOne: boolean }
  >();
  for (const [row, label] of answers.entries()) {
    const group = groups[row] as number;
    const known = labels.get(label);
    if (known === undefined) labels.set(label, { row, group, isOne: true });
    else if (known.group !== group) known.isOne = false;
  }
  return [...labels.values()].filter(({ isOne }) => isOne).map(({ row }) => row);
}

/** 48 bits of SHA-256 as a number. */
export function hash(text: string): number {
  return Number.parseInt(digestOf('sha256', text, 'hex').slice(0, 12), 16);
}

/**
 * A prompt without what near-identical prompts differ in: case, accents' encoding, punctuation,
 * spaces and the digits of numbers.
 */
export function normalisedPrompt(prompt: string): string {
  const plain = asciiWords(prompt) ?? plainWords(prompt);
  return plain === '' ? prompt : plain;
}

function plainWords(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\p{N}+/gu, '0')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}
