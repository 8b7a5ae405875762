import { hash as digestOf } from 'node:crypto';
import { createFirstPlaces } from '../first-places.ts';
import type { Numbers } from '../row-numbers.ts';

/** What the split needs to know of each row, by index. */
export type SplitRows = {
  /** Rows of one group stay on one side. */
  readonly groups: Numbers;
  /** Hash of each row's answer. */
  readonly answers: Numbers;
};

export type SplitOptions = {
  readonly seed: number;
  readonly share: number;
  /** Rows held out up to which the share is kept; from there on it falls. */
  readonly ample: number;
  /** Whether answers are labels, of which each is looked after by itself. */
  readonly areLabels: boolean;
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
 * A group is never parted, and how large it grows is not known where it begins: one that is large is held out whole, or not at all.
 */
export function chooseHeldOut(rows: SplitRows, options: SplitOptions): Uint8Array {
  const { share, ample, areLabels } = options;
  const total = rows.groups.length;
  const heldOut = new Uint8Array(total);
  if (share === 0) return heldOut;
  const full = ample / share;
  const few = Math.ceil(1 / share - 1e-9);
  const groups = groupsOf(rows);
  const isChosen = new Uint8Array(groups.count);
  for (const stratum of strataOf(rows, groups, areLabels)) {
    let isScored = false;
    // Groups that should have been held out so far, less those that were.
    let owed = 0;
    for (let at = 0; at < stratum.length; at++) {
      const group = stratum[at] as number;
      // As many groups stand before it in the file, and it.
      const place = group + 1;
      const wanted = share * Math.min(1, full / place);
      owed += wanted;
      if (at === 0 || place < few) continue;
      const isLastOfFew = at === few - 1 && !isScored;
      const isDue = isLastOfFew || (areLabels && owed >= 1 - 1e-9);
      const rank = (): number =>
        rankOf(options.seed, rows.groups.at(groups.firsts[group] as number));
      if (!isDue && ((areLabels && owed < 0) || rank() >= wanted)) continue;
      isScored = true;
      owed--;
      isChosen[group] = 1;
    }
  }
  for (let row = 0; row < total; row++)
    heldOut[row] = isChosen[groups.ofRow[row] as number] as number;
  return heldOut;
}

/** hash(seed, group) as a number from 0 to 1. */
function rankOf(seed: number, group: number | undefined): number {
  return hash(`${seed}:${group}`) / 2 ** 48;
}

/** Groups in the order of the file, by number; as numbers alone, since rows may be millions. */
type Groups = {
  readonly count: number;
  /** The group of each row. */
  readonly ofRow: Int32Array;
  /** The first row of each group. */
  readonly firsts: Int32Array;
};

function groupsOf({ groups }: SplitRows): Groups {
  const numbers = createFirstPlaces();
  const ofRow = new Int32Array(groups.length);
  const firsts = new Int32Array(groups.length);
  let count = 0;
  let row = 0;
  for (const key of groups) {
    let group = numbers.get(key);
    if (group === undefined) {
      group = count++;
      numbers.note(key, group);
      firsts[group] = row;
    }
    ofRow[row++] = group;
  }
  return { count, ofRow, firsts };
}

/** Groups by the answer of their first row when answers are labels, else all in one stratum; in the order of the file. */
function strataOf(
  { answers }: SplitRows,
  { count, firsts }: Groups,
  areLabels: boolean,
): Iterable<ArrayLike<number>> {
  if (!areLabels) return [Int32Array.from({ length: count }, (_, group) => group)];
  const strata = new Map<number, number[]>();
  for (let group = 0; group < count; group++) {
    const label = answers.at(firsts[group] as number) as number;
    const stratum = strata.get(label);
    if (stratum === undefined) strata.set(label, [group]);
    else stratum.push(group);
  }
  return strata.values();
}

/** The first row of each label all of whose rows are in one group, so that it cannot be both taught and scored. */
export function labelsOfOneGroup({ groups, answers }: SplitRows): number[] {
  const labels = new Map<
    number,
    { readonly row: number; readonly group: number; isOne: boolean }
  >();
  let next = 0;
  for (const label of answers) {
    const row = next++;
    const group = groups.at(row) as number;
    const known = labels.get(label);
    if (known === undefined) labels.set(label, { row, group, isOne: true });
    else if (known.group !== group) known.isOne = false;
  }
  return [...labels.values()].filter(({ isOne }) => isOne).map(({ row }) => row);
}

/** Groups of more than so many rows that are held out: the first row of each, and how many it has. */
export function largeHeldOut(
  groups: Numbers,
  heldOut: Uint8Array,
  most: number,
): { readonly row: number; readonly rows: number }[] {
  const sizes = new Map<number, { readonly row: number; rows: number }>();
  let row = 0;
  for (const group of groups) {
    const at = row++;
    if (heldOut[at] !== 1) continue;
    const known = sizes.get(group);
    if (known === undefined) sizes.set(group, { row: at, rows: 1 });
    else known.rows++;
  }
  return [...sizes.values()].filter(({ rows }) => rows > most);
}

/** 48 bits of SHA-256 of a text, or of its bytes, as a number. */
export function hash(text: string | Uint8Array): number {
  return Number.parseInt(digestOf('sha256', text, 'hex').slice(0, 12), 16);
}
