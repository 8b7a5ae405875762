import type { Insight } from '@lathe/contracts/artifact/insight';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import type { LinesRun, SpooledRow } from '../read/spool.ts';
import { parseRow } from '../row-json.ts';
import type { Numbers } from '../row-numbers.ts';
import { type CutSums, cutLengths, cutsOf, CutSums as Sums } from './cuts.ts';
import { type EncodingModel, encodingOf, type MeasureTexts } from './encoding.ts';
import { createLengthCounts } from './length-counts.ts';
import { type CountTokens, roleLengths } from './role-lengths.ts';
import { createRowSample } from './row-sample.ts';
import { type Decode, type KeptRow, showRows, whichToShow } from './shown-rows.ts';

/** What is known of the training rows before their sequences are looked at again. */
export type InsightFacts = {
  /** Longest sequence that is taken. */
  readonly limit: number;
  /** Tokens of each training row. */
  readonly lengths: Numbers;
  /** What the rows that are cut or left out for their length would lose beyond what is kept of them. */
  readonly tooLong: CutSums;
  readonly policies: Insight['tooLong'];
  /** As they stand in the file: the first row that is cut for its length, and the first that is left out. */
  readonly cutRows: readonly KeptRow[];
};

/** What is asked of the model's tokenizer. */
type Tokens = {
  readonly show: Decode;
  readonly counts: CountTokens;
  readonly measure: MeasureTexts;
};

/** Looks at the rows of a data set one after another, the training file's first, in memory that does not grow with them. */
export function createInsight(facts: InsightFacts) {
  const { limit, lengths, tooLong, policies, cutRows } = facts;
  const sequences = createLengthCounts();
  const taught = createLengthCounts();
  const asked = createLengthCounts();
  const sample = createRowSample();
  const cuts = new Sums();
  cuts.addAll(tooLong);
  const wanted = whichToShow(lengths);
  const kept: KeptRow[] = [...cutRows];
  let index = 0;
  /** Of the row that `looksAtNext` came to. */
  let isDrawn = false;
  let which: KeptRow['which'] | undefined;
  const looksAtNext = (): boolean => {
    isDrawn = sample.draws();
    which = wanted.get(index++);
    return isDrawn || which !== undefined;
  };
  const look = ({ json, examples }: SpooledRow): void => {
    if (isDrawn) sample.add(json);
    if (which !== undefined)
      kept.push({ which, line: parseRow(json).line, examples: examples.map(copyOf) });
  };
  return {
    add({ json, examples }: SpooledRow): void {
      for (const { supervised } of examples) {
        let count = 0;
        for (let at = 0; at < supervised.length; at++) if (supervised[at] !== 0) count++;
        sequences.add(supervised.length);
        taught.add(count);
        asked.add(supervised.length - count);
      }
      cuts.add(cutsOf(examples));
      if (looksAtNext()) look({ json, examples });
    },
    /** The same of rows of one sequence each. */
    addRun(run: LinesRun): void {
      const { supervised, lines, lineEnds } = run;
      let from = 0;
      for (let row = 0; row < lineEnds.length; row++) {
        const to = from + (run.lengths[row] as number);
        const count = cuts.addFlags(supervised, from, to);
        sequences.add(to - from);
        taught.add(count);
        asked.add(to - from - count);
        if (looksAtNext()) {
          const json = lines.subarray(lineEnds[row - 1] ?? 0, (lineEnds[row] as number) - 1);
          const tokens = run.tokens.subarray(from, to);
          look({ json, examples: [{ tokens, supervised: supervised.subarray(from, to) }] });
        }
        from = to;
      }
    },
    async finish({ show, counts, measure }: Tokens, model: EncodingModel): Promise<Insight> {
      const written = taught.lengths();
      const rows = sample.rows();
      const said = await roleLengths(rows, counts);
      return {
        encoding: await encodingOf(model, rows, measure),
        limit,
        sequences: sequences.lengths(),
        ...(written.total > 0 && { taught: written, asked: asked.lengths() }),
        ...(said && { roles: said }),
        offered: { tokens: cuts.tokens[0] ?? 0, taught: cuts.taught[0] ?? 0 },
        truncation: truncationOf(cuts, limit),
        ...(policies && { tooLong: policies }),
        shown: await showRows(kept, show),
      };
    },
  };
}

/** Of a row that is kept, whose own numbers are good for a while only. */
function copyOf(example: ShardExample): ShardExample {
  const columns = Object.entries(example).map(([name, column]) => [name, column?.slice()]);
  return Object.fromEntries(columns) as ShardExample;
}

/** At each length up to the first at which nothing is lost, and at the limit. */
function truncationOf({ rows, tokens, taught }: CutSums, limit: number): Insight['truncation'] {
  const all = cutLengths.map((at, i) => ({
    at,
    rows: rows[i] ?? 0,
    tokens: tokens[i] ?? 0,
    taught: taught[i] ?? 0,
  }));
  const end = all.findIndex((each) => each.rows === 0);
  return all.slice(1, end === -1 ? all.length : end + 1).filter(({ at }) => at <= 8 * limit);
}
