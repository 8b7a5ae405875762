import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { groupNumbers, plainSurvey, type TaskWork, wrong } from './survey.ts';

type Related = Extract<CanonicalRow, { kind: 'related' }>;

/** Texts that lie close to each other or apart: each row a group of examples, with a number of its own. */
export const embedding: TaskWork = {
  survey(_, asked) {
    let areScored: boolean | undefined;
    const grouped = groupNumbers();
    return {
      ...plainSurvey(asked),
      add({ row, file }) {
        const isScored = (row as Related).score !== undefined;
        areScored ??= isScored;
        if (areScored === isScored) return [];
        const message = isScored
          ? 'the row has a score, and the first rows have none'
          : 'the row has no score, and the first rows have one';
        return [wrong({ file, line: row.line, path: 'score' }, 'mixed', message)];
      },
      complete: (_, examples) => grouped(examples),
    };
  },
  count: (examples) => examples.length,
};
