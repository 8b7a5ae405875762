import type { DatasetReport } from '@lathe/contracts/artifact/dataset';
import type { Findings } from '../check/findings.ts';
import { percentileOf } from './length-counts.ts';
import { planWindows } from './pack.ts';

export type ReportFacts = {
  readonly read: number;
  readonly kept: number;
  readonly duplicates: number;
  /** How many rows, or pieces of texts, are kept of each length in tokens, and the supervised tokens of all. */
  readonly lengths: ReadonlyMap<number, number>;
  readonly supervised: number;
  /** How many of the sequences that are trained on have each length, for the packing plan. */
  readonly trained: ReadonlyMap<number, number>;
  readonly windowTokens: number;
  /** Rows of each label, where rows have labels. */
  readonly labels: DatasetReport['labels'];
  /** What each file was taken for. */
  readonly formats: DatasetReport['formats'];
  readonly insight: DatasetReport['insight'];
  readonly cleaning: DatasetReport['cleaning'];
  /** Where it was learnt from the rows. */
  readonly tokenizer?: DatasetReport['tokenizer'];
};

/** The dataset report: what was read, how long rows are, how they pack, what is wrong. */
export function datasetReport(facts: ReportFacts, findings: Findings): DatasetReport {
  const sorted = [...facts.lengths].toSorted(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [length, count]) => sum + length * count, 0);
  const count = sorted.reduce((sum, [, times]) => sum + times, 0);
  const percentile = (share: number): number => percentileOf(sorted, count, share);
  return {
    version: 1,
    rows: {
      read: facts.read,
      kept: facts.kept,
      rejected: facts.read - facts.kept,
      duplicates: facts.duplicates,
    },
    tokens: {
      p50: percentile(0.5),
      p95: percentile(0.95),
      p99: percentile(0.99),
      max: sorted.at(-1)?.[0] ?? 0,
      total,
      supervised: facts.supervised,
    },
    packing: planWindows(facts.trained, facts.windowTokens),
    ...(facts.labels && { labels: facts.labels }),
    ...(facts.formats && { formats: facts.formats }),
    ...(facts.tokenizer && { tokenizer: facts.tokenizer }),
    ...(facts.cleaning && { cleaning: facts.cleaning }),
    reasons: [...findings.reasons()],
    ...(facts.insight && { insight: facts.insight }),
    findings: [...findings.listed],
    moreFindings: findings.more,
  };
}
