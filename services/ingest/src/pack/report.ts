import type { DatasetReport } from '@lathe/contracts/artifact/dataset';
import type { Findings } from '../check/findings.ts';
import { planWindows } from './pack.ts';

export type ReportFacts = {
  readonly read: number;
  readonly kept: number;
  readonly duplicates: number;
  /** Tokens of each kept row, and the supervised tokens of all. */
  readonly lengths: readonly number[];
  readonly supervised: number;
  /** Lengths of the rows that are trained on, for the packing plan. */
  readonly trained: readonly number[];
  readonly windowTokens: number;
  /** Rows of each label, where rows have labels. */
  readonly labels: DatasetReport['labels'];
  /** What each file was taken for. */
  readonly formats: DatasetReport['formats'];
  readonly insight: DatasetReport['insight'];
  readonly cleaning: DatasetReport['cleaning'];
};

/** The dataset report: what was read, how long rows are, how they pack, what is wrong. */
export function datasetReport(facts: ReportFacts, findings: Findings): DatasetReport {
  const sorted = Float64Array.from(facts.lengths).sort();
  const total = sorted.reduce((sum, length) => sum + length, 0);
  return {
    version: 1,
    rows: {
      read: facts.read,
      kept: facts.kept,
      rejected: facts.read - facts.kept,
      duplicates: facts.duplicates,
    },
    tokens: {
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
      max: sorted.at(-1) ?? 0,
      total,
      supervised: facts.supervised,
    },
    packing: planWindows(facts.trained, facts.windowTokens),
    ...(facts.labels && { labels: facts.labels }),
    ...(facts.formats && { formats: facts.formats }),
    ...(facts.cleaning && { cleaning: facts.cleaning }),
    reasons: [...findings.reasons()],
    ...(facts.insight && { insight: facts.insight }),
    findings: [...findings.listed],
    moreFindings: findings.more,
  };
}

/** Nearest-rank percentile of sorted numbers; 0 of none. */
function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
