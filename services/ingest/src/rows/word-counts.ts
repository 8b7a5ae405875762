import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import { createWordCutter, learnTokenizer } from '@lathe/tokenizer/learn-tokenizer';
import { VocabularySizeError } from '@lathe/tokenizer/vocabulary-error';
import { withoutPersonalData } from '../clean/personal-row.ts';
import { mapTexts } from '../clean/row-texts.ts';
import type { Lesson } from '../lesson/lesson.ts';
import type { Line } from '../read/lines.ts';
import { readRow } from './read-lines.ts';
import type { RowTask, TextLimits } from './row-task.ts';

/** Words with how often they stand there. */
export type WordCounts = ReadonlyMap<string, number>;

type Cutter = ReturnType<typeof createWordCutter>;

/** How often words stand in the rows of some lines; a line that is wrong has none, and is told of when rows are read. */
export function countWords(
  lines: readonly Line[],
  cut: Cutter,
  { lesson, limits }: { readonly lesson: Lesson; readonly limits: TextLimits },
): WordCounts {
  const counts = new Map<string, number>();
  const add = (text: string): void => {
    for (const word of cut(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  };
  for (const line of lines) {
    const { row } = readRow(line, lesson, limits);
    if (row === undefined) continue;
    // Looking for personal data takes longer than all else, and matters here only where it does not stay.
    const isRedacted = limits.personal?.mode === 'redact';
    addTexts(isRedacted ? withoutPersonalData(row, limits.personal).row : row, add);
  }
  return counts;
}

/** All texts of a row, and what a template makes a text of. */
function addTexts(row: CanonicalRow, add: (text: string) => void): void {
  mapTexts(row, (text) => {
    add(text);
    return text;
  });
  if ('tools' in row && row.tools !== undefined) add(JSON.stringify(row.tools));
  if (row.kind !== 'chat') return;
  for (const { tool_calls: calls = [] } of row.messages)
    for (const call of calls) add(call.function.name);
}

/** The cutters of the latest jobs. */
export function keepCutters(most = 4) {
  const cutters = new Map<string, Cutter>();
  return {
    of({ session, plan }: Extract<RowTask, { kind: 'words' }>): Cutter {
      const cutter = cutters.get(session) ?? createWordCutter(plan);
      cutters.delete(session);
      cutters.set(session, cutter);
      for (const oldest of cutters.keys()) if (cutters.size > most) cutters.delete(oldest);
      return cutter;
    },
  };
}

/** A tokenizer.json of words. Throws `invalid_value` for a vocabulary that they do not give. */
export function learnt({ plan, counts, size }: Extract<RowTask, { kind: 'learn' }>) {
  try {
    return learnTokenizer(plan, counts, size);
  } catch (error) {
    if (!(error instanceof VocabularySizeError)) throw error;
    const message = `${error.message.slice(0, 1).toUpperCase()}${error.message.slice(1)}.`;
    throw new LatheError('invalid_value', message, {
      param: 'lathe.adaptation.tokenizer.vocabulary_size',
      cause: error,
    });
  }
}
