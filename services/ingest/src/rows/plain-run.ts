import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { ComingRows, Likeness } from '../clean/near-index.ts';
import type { PersonalKind } from '../clean/personal-kinds.ts';
import type { SpooledRun } from '../read/spool.ts';
import { parseRow } from '../row-json.ts';

/** Hashes of a row, in the order of their facts. */
export const hashNames = ['both', 'prompt', 'plain', 'group', 'answer', 'asked'] as const;

/** Numbers that tell of a plain row: its own, how many tokens, bytes of JSON, shingles and bands it has, and its hashes. */
export const factsOfRow = 5 + hashNames.length;

/**
 * Rows that came one after another and of which there is nothing to say: each is of one example of tokens and targets alone. All are views
 * on the message that they came in.
 */
export type PlainRun = SpooledRun & {
  /** Facts of each row, end to end. */
  readonly facts: Float64Array;
  /** Shingles and then bands of each row, end to end. */
  readonly likeness: Uint32Array;
};

const noKinds: readonly PersonalKind[] = [];

/** The rows of a run one after another: what is read of it is that of the row which `next` came to, and good until it is called again. */
export class PlainRows {
  line = 0;
  both = 0;
  prompt = 0;
  plain = 0;
  group = 0;
  answer = 0;
  asked: number | undefined = undefined;
  readonly personal = noKinds;
  readonly hasControl = false;
  /** How many tokens it has. */
  tokens = 0;
  readonly #run: PlainRun;
  #next = 0;
  #tokensEnd = 0;
  #json = 0;
  #jsonEnd = 0;
  #shingles = 0;
  #bands = 0;
  #likenessEnd = 0;

  constructor(run: PlainRun) {
    this.#run = run;
  }

  /** Goes on to the next row; false where there is none. */
  next(): boolean {
    const { facts, lengths, jsonLengths } = this.#run;
    if (this.#next === lengths.length) return false;
    const at = this.#next * factsOfRow;
    this.line = facts[at] as number;
    this.both = facts[at + 5] as number;
    this.prompt = facts[at + 6] as number;
    this.plain = facts[at + 7] as number;
    this.group = facts[at + 8] as number;
    this.answer = facts[at + 9] as number;
    const asked = facts[at + 10] as number;
    this.asked = Number.isNaN(asked) ? undefined : asked;
    this.tokens = lengths[this.#next] as number;
    this.#tokensEnd += this.tokens;
    this.#json = this.#jsonEnd;
    this.#jsonEnd += jsonLengths[this.#next] as number;
    this.#shingles = this.#likenessEnd;
    this.#bands = this.#shingles + (facts[at + 3] as number);
    this.#likenessEnd = this.#bands + (facts[at + 4] as number);
    this.#next++;
    return true;
  }

  /** Views, which are made when they are asked for: most rows are not looked at for more than their hashes. */
  get likeness(): Likeness {
    const { likeness } = this.#run;
    return {
      shingles: likeness.subarray(this.#shingles, this.#bands),
      bands: likeness.subarray(this.#bands, this.#likenessEnd),
    };
  }

  /** The row itself, of which few are asked for. */
  readonly row = (): CanonicalRow =>
    parseRow(this.#run.json.subarray(this.#json, this.#jsonEnd - 1));

  /** A view on its tokens and targets. */
  example(): ShardExample {
    const from = this.#tokensEnd - this.tokens;
    return {
      tokens: this.#run.tokens.subarray(from, this.#tokensEnd),
      supervised: this.#run.supervised.subarray(from, this.#tokensEnd),
    };
  }
}

/** Where what each row is likened by stands among the numbers of its run. */
export function comingRowsOf({ facts, lengths, likeness }: PlainRun): ComingRows {
  const [starts, bandStarts] = [new Int32Array(lengths.length), new Int32Array(lengths.length)];
  let end = 0;
  for (let row = 0; row < starts.length; row++) {
    starts[row] = end;
    end += facts[row * factsOfRow + 3] as number;
    bandStarts[row] = end;
    end += facts[row * factsOfRow + 4] as number;
  }
  return { numbers: likeness, starts, bandStarts };
}

/** Of each row the hash of all that it says. */
export function bothOf({ facts, lengths }: PlainRun): Float64Array {
  const both = new Float64Array(lengths.length);
  for (let row = 0; row < both.length; row++) both[row] = facts[row * factsOfRow + 5] as number;
  return both;
}

/** What is left of a run without the rows of some places, as runs in their order. */
export function* without(run: SpooledRun, places: ReadonlySet<number>): Generator<SpooledRun> {
  const { lengths, jsonLengths } = run;
  let from = { row: 0, token: 0, byte: 0 };
  const upTo = { row: 0, token: 0, byte: 0 };
  const left = (): SpooledRun => ({
    lengths: lengths.subarray(from.row, upTo.row),
    tokens: run.tokens.subarray(from.token, upTo.token),
    supervised: run.supervised.subarray(from.token, upTo.token),
    jsonLengths: jsonLengths.subarray(from.row, upTo.row),
    json: run.json.subarray(from.byte, upTo.byte),
  });
  const pass = (): void => {
    upTo.token += lengths[upTo.row] as number;
    upTo.byte += jsonLengths[upTo.row] as number;
    upTo.row++;
  };
  while (upTo.row < lengths.length) {
    if (!places.has(upTo.row)) {
      pass();
      continue;
    }
    if (upTo.row > from.row) yield left();
    pass();
    from = { ...upTo };
  }
  if (upTo.row > from.row) yield left();
}
