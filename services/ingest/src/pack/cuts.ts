import type { ShardExample } from '@lathe/contracts/artifact/shard';

/** Lengths at which rows could be cut; at 0 all of them is lost. */
export const cutLengths = [0, ...Array.from({ length: 12 }, (_, power) => 2 ** (power + 6))];

/** Of a row what is taught between a length and the next, while it is counted. */
const between = new Int32Array(cutLengths.length);

/** What a row would lose at a length. */
export type Cut = { readonly tokens: number; readonly taught: number };

/** What a row would lose at each of `cutLengths` that it is longer than, the shortest first. */
export function cutsOf(examples: readonly ShardExample[]): Cut[] {
  const longest = examples.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  const reached = cutLengths.filter((at) => longest > at);
  const cuts = reached.map(() => ({ tokens: 0, taught: 0 }));
  for (const { supervised } of examples) {
    // From the longest cut on backwards, so that each flag is looked at once.
    let taught = 0;
    let end = supervised.length;
    for (let i = reached.length - 1; i >= 0; i--) {
      const from = reached[i] as number;
      const cut = cuts[i] as { tokens: number; taught: number };
      for (let at = from; at < end; at++) if (supervised[at] !== 0) taught++;
      end = Math.min(end, from);
      cut.tokens += Math.max(0, supervised.length - from);
      cut.taught += taught;
    }
  }
  return cuts;
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

  /** Adds a row of one sequence by the flags of its tokens; says how many of them are taught. */
  addFlags(flags: Uint8Array, from: number, to: number): number {
    let at = from;
    let reached = 0;
    for (; reached < cutLengths.length && to - from > (cutLengths[reached] as number); reached++) {
      const end = Math.min(to, from + (cutLengths[reached + 1] ?? to));
      let taught = 0;
      for (; at < end; at++) if (flags[at] !== 0) taught++;
      between[reached] = taught;
    }
    let taught = 0;
    for (let i = reached - 1; i >= 0; i--) {
      taught += between[i] as number;
      this.rows[i] = (this.rows[i] as number) + 1;
      this.tokens[i] = (this.tokens[i] as number) + to - from - (cutLengths[i] as number);
      this.taught[i] = (this.taught[i] as number) + taught;
    }
    return taught;
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
