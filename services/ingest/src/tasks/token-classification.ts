import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { tagsInOrder } from '@lathe/tokenizer/label-order';
import { spanTypes } from '../kinds/tag-scheme.ts';
import { createContradictions, createLabelBook } from './label-book.ts';
import type { TaskWork } from './survey.ts';

type Tagged = Extract<CanonicalRow, { kind: 'tagged' }>;

/** Tags of words: encoded rows have the number of a word at its first token, which becomes that of its tag. */
export const tokenClassification: TaskWork = {
  survey(lesson) {
    const book = createLabelBook('tags');
    const contradictions = createContradictions('tags');
    let known: readonly string[] | undefined = lesson.labels;
    let places: ReadonlyMap<string, number> | undefined;
    const labels = (): readonly string[] => {
      known ??= tagsInOrder(book.trained());
      return known;
    };
    return {
      add(row) {
        book.add((row.row as Tagged).tags, row);
        return contradictions(row);
      },
      // Tags that only complete the scheme may be absent.
      findings: () => [...book.missing(lesson.labels ?? [], 2), ...book.unseen(labels())],
      task: () => ({ type: 'token-classification', labels: [...labels()] }),
      complete(json, examples) {
        const { tags } = JSON.parse(json) as Tagged;
        places ??= new Map(labels().map((label, at) => [label, at]));
        const numbers = tags.map((tag) => places?.get(tag) ?? -1);
        return examples.map((example) => ({
          ...example,
          labels: (example.labels as Int32Array).map((word) => numbers[word] ?? -1),
        }));
      },
      labelsOf: (json) => spanTypes((JSON.parse(json) as Tagged).tags),
    };
  },
  count: (examples) =>
    examples.reduce((sum, { labels = [] }) => sum + labels.filter((each) => each >= 0).length, 0),
};
