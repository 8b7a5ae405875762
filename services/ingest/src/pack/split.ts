import { createHash } from 'node:crypto';

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
  /** Most rows to hold out. */
  readonly most: number;
  /** Whether answers are labels, each of which keeps its share; by default where they are few. */
  readonly areLabels?: boolean | undefined;
};

/** At most so many different answers count as labels, each with so many rows on average. */
const labelsMost = 50;
const rowsPerLabel = 5;

/**
 * Which rows are held out: 1 for each of them. Whole groups in the order of hash(seed, group), the
 * same for the same rows; when answers are few labels, each label keeps its share. At least one row of
 * every label stays for training. May hold out fewer than asked, or none, when groups are large.
 */
export function chooseHeldOut(rows: SplitRows, options: SplitOptions): Uint8Array {
  const total = rows.groups.length;
  const heldOut = new Uint8Array(total);
  const target = Math.min(options.most, Math.floor(options.share * total + 1e-9));
  if (target === 0) return heldOut;
  const strata = stratify(rows, options.areLabels);
  const quotas = shareOut(
    target,
    strata.map((stratum) => stratum.rows),
  );
  for (const [index, stratum] of strata.entries()) {
    let left = quotas[index] ?? 0;
    const ranked = stratum.groups
      .map((group) => ({ ...group, rank: hash(`${options.seed}:${group.key}`) }))
      .sort((a, b) => a.rank - b.rank || a.key - b.key);
    for (const group of ranked) {
      if (group.rows.length > left) continue;
      for (const row of group.rows) heldOut[row] = 1;
      left -= group.rows.length;
      if (left === 0) break;
    }
  }
  return heldOut;
}

type Group = { readonly key: number; readonly rows: number[] };
type Stratum = { rows: number; readonly groups: Group[] };

/** Groups by the answer of their first row when answers are labels, else all in one stratum. */
function stratify({ groups, answers }: SplitRows, known: boolean | undefined): Stratum[] {
  const labels = new Set(answers);
  const areFew = labels.size <= labelsMost && labels.size * rowsPerLabel <= answers.length;
  const areLabels = known ?? areFew;
  const found = new Map<number, Group>();
  const strata = new Map<number, Stratum>();
  const stratumOf = new Map<number, Stratum>();
  for (const [row, key] of groups.entries()) {
    let group = found.get(key);
    if (group === undefined) {
      group = { key, rows: [] };
      found.set(key, group);
      const label = areLabels ? (answers[row] as number) : 0;
      const stratum = strata.get(label) ?? { rows: 0, groups: [] };
      strata.set(label, stratum);
      stratum.groups.push(group);
      stratumOf.set(key, stratum);
    }
    group.rows.push(row);
    const stratum = stratumOf.get(key);
    if (stratum !== undefined) stratum.rows++;
  }
  return [...strata].sort(([a], [b]) => a - b).map(([, stratum]) => stratum);
}

/** Divides `target` in proportion to the sizes, largest remainders first; each size keeps one. */
function shareOut(target: number, sizes: readonly number[]): number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => (target * size) / total);
  const quotas = exact.map((value, index) =>
    Math.min(Math.floor(value), (sizes[index] as number) - 1),
  );
  let left = target - quotas.reduce((sum, quota) => sum + quota, 0);
  const order = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of order) {
    if (left === 0) break;
    if ((quotas[index] as number) + 1 >= (sizes[index] as number)) continue;
    quotas[index] = (quotas[index] as number) + 1;
    left--;
  }
  return quotas;
}

/** 48 bits of SHA-256 as a number. */
export function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

/**
 * A prompt without what near-identical prompts differ in: case, accents' encoding, punctuation,
 * spaces and the digits of numbers.
 */
export function normalisedPrompt(prompt: string): string {
  const plain = prompt
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\p{N}+/gu, '0')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
  return plain === '' ? prompt : plain;
}
