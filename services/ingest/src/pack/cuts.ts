import type { ShardExample } from '@lathe/contracts/artifact/shard';

/** Lengths at which rows could be cut; at 0 all of them is lost. */
export const cutLengths = [0, ...Array.from({ length: 12 }, (_, power) => 2 ** (power + 6))];

/** What a row would lose at a length. */
export type Cut = { readonly tokens: number; readonly taught: number };

/** What a row would lose at each of `cutLengths` that it is longer than, the shortest first. */
export function cutsOf(examples: readonly ShardExample[]): Cut[] {
  const longest = examples.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  const reached = cutLengths.filter((at) => longest > at);
  return reached.map((at) => {
    let tokens = 0;
    let taught = 0;
    for (const { supervised } of examples) {
      tokens += Math.max(0, supervised.length - at);
      for (let i = at; i < supervised.length; i++) if (supervised[i] !== 0) taught++;
    }
    return { tokens, taught };
  });
}

/** Adds up what rows would lose. */
export class CutSums {
  readonly rows = cutLengths.map(() => 0);
  readonly tokens = cutLengths.map(() => 0);
  readonly taught = cutLengths.map(() => 0);

  add(cuts: readonly Cut[]): void {
    for (const [i, { tokens, taught }] of cuts.entries()) {
      this.rows[i] = (this.rows[i] ?? 0) + 1;
      this.tokens[i] = (this.tokens[i] ?? 0) + tokens;
      this.taught[i] = (this.taught[i] ?? 0) + taught;
    }
  }

  /** Takes away what `add` added of a row. */
  remove(cuts: readonly Cut[]): void {
    for (const [i, { tokens, taught }] of cuts.entries()) {
      this.rows[i] = (this.rows[i] ?? 0) - 1;
      this.tokens[i] = (this.tokens[i] ?? 0) - tokens;
      this.taught[i] = (this.taught[i] ?? 0) - taught;
    }
  }

  addAll(others: CutSums): void {
    for (const name of ['rows', 'tokens', 'taught'] as const)
      for (const [i, count] of others[name].entries()) this[name][i] = (this[name][i] ?? 0) + count;
  }
}
