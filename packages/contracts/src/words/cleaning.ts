import type { CleaningReport } from '../artifact/dataset.ts';

/**
 * What rows have in common with each other, and what stands in them that may not belong there: what a number of rows does, in
 * words that follow the number. What no row does is left out.
 * @example const [first] = cleaningCounts(cleaning); // ["repeat an earlier row", 12]
 */
export function cleaningCounts({
  duplicates,
  conflicts,
  contamination,
  personalData,
  redacted,
  controlStrings,
}: CleaningReport): readonly (readonly [words: string, rows: number])[] {
  const counts: readonly (readonly [words: string, rows: number])[] = [
    ['repeat an earlier row', duplicates.exact],
    ['nearly repeat an earlier row', duplicates.near],
    ['of these left out', duplicates.dropped],
    ['answer otherwise what an earlier row asks', conflicts],
    ['ask what a held-out row asks', contamination.prompts],
    ['nearly say what a held-out row says', contamination.near],
    ['share a long phrase with a held-out row', contamination.phrases],
    ['of these left out for what a held-out row says', contamination.dropped],
    ...personalData.map(({ kind, rows }) => [`hold personal data: ${kind}`, rows] as const),
    ['were redacted', redacted],
    ['write out what controls the model', controlStrings],
  ];
  return counts.filter(([, rows]) => rows > 0);
}
