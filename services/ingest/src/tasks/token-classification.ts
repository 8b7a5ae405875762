import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { schemeTag, spanTypes } from '../kinds/tag-scheme.ts';
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

/**
 * Tags in the order of their scores: `O`, then each type's, `B-` before `I-`. Where spans begin with `B-` every type has both, for
 * rows to come may go on with what these only begin.
 */
export function tagsInOrder(tags: readonly string[]): string[] {
  const all = new Set(tags);
  const parts = tags.map(schemeTag);
  const isIob = parts.every((part) => part === undefined || 'BI'.includes(part.place));
  if (isIob && parts.some((part) => part?.place === 'B'))
    for (const part of parts)
      if (part !== undefined) {
        all.add(`B-${part.type}`);
        all.add(`I-${part.type}`);
      }
  const key = (tag: string): string => {
    const part = schemeTag(tag);
    return part === undefined ? tag : `${part.type}\u0000${'BIESLU'.indexOf(part.place)}`;
  };
  return [...all].sort((a, b) => {
    if (a === 'O' || b === 'O') return a === 'O' ? -1 : 1;
    return key(a) < key(b) ? -1 : 1;
  });
}
