import type { CanonicalRow, Finding } from '@lathe/contracts/artifact/dataset';
import { mapTexts } from './row-texts.ts';

/** Rows of a file whose language is looked at, and how much of each is. */
const mostRows = 100;
const mostLetters = 200;

/** Some rows of a file, the same ones whatever order it has: those with the lowest hashes. */
export type LanguageSample = {
  add(row: () => CanonicalRow, hash: number): void;
  texts(): readonly string[];
};

export function createLanguageSample(): LanguageSample {
  let kept: { readonly hash: number; readonly text: string }[] = [];
  let highest = Number.POSITIVE_INFINITY;
  const shrink = (): void => {
    kept = kept.toSorted((a, b) => a.hash - b.hash).slice(0, mostRows);
    if (kept.length === mostRows) highest = kept.at(-1)?.hash ?? highest;
  };
  return {
    add(row, hash) {
      if (hash >= highest) return;
      kept.push({ hash, text: beginningOf(row()) });
      if (kept.length >= 2 * mostRows) shrink();
    },
    texts() {
      shrink();
      return kept.map(({ text }) => text);
    },
  };
}

/** The beginning of what a row says. */
function beginningOf(row: CanonicalRow): string {
  const texts: string[] = [];
  let letters = 0;
  mapTexts(row, (text) => {
    if (letters < mostLetters) texts.push(text.slice(0, mostLetters - letters));
    letters += text.length;
    return text;
  });
  return texts.join(' ');
}

/** Rows of a file in each language, the most frequent first; those of which it cannot be told are in none. */
export type LanguageCounts = readonly { readonly language: string; readonly rows: number }[];

export function countLanguages(languages: readonly string[]): LanguageCounts {
  const counts = new Map<string, number>();
  for (const language of languages)
    if (language !== '') counts.set(language, (counts.get(language) ?? 0) + 1);
  return [...counts]
    .map(([language, rows]) => ({ language, rows }))
    .toSorted((a, b) => b.rows - a.rows || (a.language < b.language ? -1 : 1));
}

/** Fewer rows than this of a known language say nothing of a file. */
const fewRows = 5;

/** A warning where most rows of the held-out file are in another language than most that are trained on. */
export function otherLanguage(
  training: LanguageCounts,
  validation: LanguageCounts,
  file: Finding['file'],
): Finding | undefined {
  const [taught, scored] = [mainOf(training), mainOf(validation)];
  if (taught === undefined || scored === undefined || taught === scored) return undefined;
  const message = `Most of the validation rows are in the language ${scored}, and most of the training rows are in ${taught}, so that the score is not for what is taught`;
  return { file, line: 0, path: '', rule: 'language', message, level: 'warn' };
}

/** The language of more than half of the rows. */
function mainOf(counts: LanguageCounts): string | undefined {
  const known = counts.reduce((sum, { rows }) => sum + rows, 0);
  const [first] = counts;
  return first !== undefined && known >= fewRows && 2 * first.rows > known
    ? first.language
    : undefined;
}
