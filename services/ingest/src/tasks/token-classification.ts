import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { foundLabels, type Labels, labelsOf } from '@lathe/tokenizer/targets';
import { spanTypes } from '../kinds/tag-scheme.ts';
import { parseRow } from '../row-json.ts';
import { createContradictions, createLabelBook } from './label-book.ts';
import { groupNumbers, type TaskWork } from './survey.ts';

type Tagged = Extract<CanonicalRow, { kind: 'tagged' }>;

/** Tags of words: encoded rows have the number of a word at its first token, which becomes that of its tag. */
export const tokenClassification: TaskWork = {
  survey(lesson) {
    const book = createLabelBook('tags');
    const contradictions = createContradictions('tags');
    const grouped = groupNumbers();
    let known = lesson.labels && labelsOf(lesson.labels);
    const labels = (): Labels => {
      known ??= foundLabels('tags', book.trained());
      return known;
    };
    return {
      add(row) {
        book.add((row.row as Tagged).tags, row);
        return contradictions(row);
      },
      // Tags that only complete the scheme may be absent.
      findings: () => [
        ...book.missing(lesson.labels ?? [], 2),
        ...book.alike(),
        ...book.unseen(labels().names),
      ],
      task: () => ({ type: 'token-classification', labels: [...labels().names] }),
      complete(json, examples) {
        const { tags } = parseRow(json) as Tagged;
        return grouped(examples).map((example) => ({
          ...example,
          labels: labels().tokenLabels(example.labels as Int32Array, tags),
        }));
      },
      labelsOf: (json) => spanTypes((parseRow(json) as Tagged).tags),
    };
  },
  count: (examples) =>
    examples.reduce((sum, { labels = [] }) => sum + labels.filter((each) => each >= 0).length, 0),
};
