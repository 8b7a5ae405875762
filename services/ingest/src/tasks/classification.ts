import type { CanonicalRow, Finding } from '@lathe/contracts/artifact/dataset';
import type { ShardExample } from '@lathe/contracts/artifact/shard';
import { foundLabels, type Labels, labelsOf, outputNames } from '@lathe/tokenizer/targets';
import type { Lesson } from '../lesson/lesson.ts';
import { parseRow } from '../row-json.ts';
import { createContradictions, createLabelBook } from './label-book.ts';
import { type Survey, type SurveyedRow, type TaskWork, wrong } from './survey.ts';

type Labelled = Extract<CanonicalRow, { kind: 'labelled' }>;
type Classes = { readonly problem: 'single-label' | 'multi-label'; readonly path: string };

/** Labels of texts: the target of an example is the place of its label, a 0 or 1 for each, or the numbers. */
export const classification: TaskWork = {
  survey(lesson) {
    const { problem = 'single-label' } = lesson;
    const type = 'classification';
    if (problem === 'regression')
      return numberSurvey(lesson, (labels) => ({ type, problem, labels }));
    return classSurvey(lesson, { problem, path: problem === 'multi-label' ? 'labels' : 'label' });
  },
  count: (examples) => examples.length,
};

function classSurvey(lesson: Lesson, { problem, path }: Classes): Survey {
  const book = createLabelBook(path);
  const contradictions = createContradictions(path);
  let known = lesson.labels && labelsOf(lesson.labels);
  const labels = (): Labels => {
    known ??= foundLabels('texts', book.trained());
    return known;
  };
  return {
    add(row) {
      book.add(namesOf(row.row as Labelled), row);
      return contradictions(row);
    },
    findings() {
      const missing = book.missing(labels().names, problem === 'single-label' ? 2 : 1);
      // Whoever names the labels means them.
      const placeholders = lesson.labels === undefined ? book.placeholders() : [];
      return [...missing, ...placeholders, ...book.alike(), ...book.unseen(labels().names)];
    },
    task: () => ({ type: 'classification', problem, labels: [...labels().names] }),
    complete(json, examples) {
      const found = namesOf(parseRow(json) as Labelled);
      const target = labels().classTarget(found, problem);
      return examples.map((example): ShardExample => ({ ...example, target }));
    },
    labelsOf: (json) => namesOf(parseRow(json) as Labelled),
  };
}

function namesOf({ label }: Labelled): string[] {
  return Array.isArray(label) ? (label as string[]) : [label];
}

/** Of numbers: as many as the first row has, or as the task has names for. */
export function numberSurvey(
  { labels }: Lesson,
  task: (labels: string[]) => ReturnType<Survey['task']>,
): Survey {
  let outputs = labels?.length;
  const check = ({ row, file }: SurveyedRow): Finding[] => {
    const found = (row as Labelled).label.length;
    outputs ??= found;
    if (found === outputs) return [];
    const message = `the row has ${found} numbers, and others have ${outputs}`;
    return [wrong({ file, line: row.line, path: 'label' }, 'length', message)];
  };
  return {
    add: check,
    findings: () => [],
    task: () => task([...(labels ?? outputNames(outputs ?? 1))]),
    complete(json, examples) {
      const target = Float32Array.from((parseRow(json) as Labelled).label as number[]);
      return examples.map((example): ShardExample => ({ ...example, target }));
    },
  };
}
