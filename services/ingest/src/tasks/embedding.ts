import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { plainSurvey, type TaskWork, wrong } from './survey.ts';

type Related = Extract<CanonicalRow, { kind: 'related' }>;

/** Texts that lie close to each other or apart: each row a group of examples, with a number of its own. */
export const embedding: TaskWork = {
  survey(_, asked) {
    let areScored: boolean | undefined;
    let groups = 0;
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
      complete(_, examples) {
        const group = Int32Array.of(groups++);
        return examples.map((example) => ({ ...example, group }));
      },
    };
  },
  count: (examples) => examples.length,
};
