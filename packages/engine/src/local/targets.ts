import type { Task } from '@lathe/recipe/task';
import type { RowExample } from '@lathe/tokenizer/encoded-row';
import { isKnown, nameOfLabel } from '@lathe/tokenizer/known-labels';
import { scoreScale } from '@lathe/tokenizer/score-scale';
import { foundLabels, type Labels, labelsOf, outputNames } from '@lathe/tokenizer/targets';
import { badTarget } from '../objectives/example.ts';
import type { TaskRow } from '../objectives/task-row.ts';
import type { Lesson } from './lesson.ts';
import type { Row, RowOf } from './row.ts';

/** What all rows of the training file say of a lesson together. */
export type Targets = {
  /** With its labels. */
  readonly task: Task;
  /** Throws RangeError for a label that the task does not have. */
  check(row: Row): void;
  /** The examples of a row with what depends on the others; `at`: its place in the file. */
  complete(row: Row, examples: readonly RowExample[], at: number): readonly TaskRow[];
};

/** The labels of a task from the recipe, or in order as the rows of the training file have them. */
export function targetsOf({ task, problem }: Lesson, rows: readonly Row[]): Targets {
  const given = 'labels' in task ? task.labels : undefined;
  switch (task.type) {
    case 'classification': {
      if (problem === 'regression') {
        const first = rows.find((row) => row.kind === 'labelled');
        const outputs = [first?.label].flat().length;
        const labels = [...(given ?? outputNames(outputs))];
        return {
          task: { type: 'classification', problem, labels },
          ...numberTargets(labels.length),
        };
      }
      const found = rows.flatMap((row) => (row.kind === 'labelled' ? namesOf(row, given) : []));
      const labels = given ? labelsOf(given) : foundLabels('texts', [...new Set(found)]);
      return {
        task: { type: 'classification', problem, labels: [...labels.names] },
        check(row) {
          const { label } = row as RowOf<'labelled'>;
          if (Array.isArray(label) !== (problem === 'multi-label'))
            throw new RangeError(
              problem === 'multi-label'
                ? 'the label must be a list of labels, as others are'
                : 'the label must be one label, and not a list',
            );
          requireKnown(namesOf(row as RowOf<'labelled'>, given), labels);
        },
        complete(row, examples) {
          const names = namesOf(row as RowOf<'labelled'>, given);
          const target = labels.classTarget(names, problem);
          return examples.map((example) => ({ ...example, target }));
        },
      };
    }
    case 'token-classification': {
      const found = rows.flatMap((row) => (row.kind === 'tagged' ? tagsOf(row, given) : []));
      const labels = given ? labelsOf(given) : foundLabels('tags', [...new Set(found)]);
      return {
        task: { type: 'token-classification', labels: [...labels.names] },
        check: (row) => requireKnown(tagsOf(row as RowOf<'tagged'>, given), labels),
        complete: (row, examples, at) =>
          inGroup(examples, at).map((example) => ({
            ...example,
            labels: labels.tokenLabels(
              example.labels as Int32Array,
              tagsOf(row as RowOf<'tagged'>, given),
            ),
          })),
      };
    }
    case 'embedding': {
      const scores = rows.flatMap((row) => scoreOf(row) ?? []);
      const lowest = scores.reduce((least, score) => Math.min(least, score), Infinity);
      const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
      const { ends, isPlain, closeness } = scoreScale([lowest, highest]);
      return {
        task,
        check(row) {
          const score = scoreOf(row);
          if ((score === undefined) !== (scoreOf(rows[0]) === undefined))
            throw new RangeError('either all rows have a score or none has one');
          if (score !== undefined && !(score >= ends[0] && score <= ends[1]))
            throw new RangeError(
              `score is ${score}, and those of the training file are from ${ends[0]} to ${ends[1]}`,
            );
        },
        complete(row, examples, at) {
          const score = scoreOf(row);
          if (score === undefined || isPlain) return inGroup(examples, at);
          const target = Float32Array.of(closeness(score));
          return inGroup(examples, at).map((example) => ({ ...example, target }));
        },
      };
    }
    case 'question-answering':
      return {
        ...{ task, check: () => undefined },
        complete: (_, examples, at) => inGroup(examples, at),
      };
    case 'reward':
      if (rows[0]?.kind === 'labelled') return { task, ...numberTargets(1) };
      return { task, check: () => undefined, complete: (_, examples) => examples };
    default:
      return {
        ...{ task, check: () => undefined },
        complete: (row, examples) =>
          row.kind === 'judged' && !row.label ? examples.map(asBad) : examples,
      };
  }
}

/** Targets that are numbers, so many of each row. */
function numberTargets(outputs: number): Omit<Targets, 'task'> {
  return {
    check(row) {
      const found = numbersOf(row as RowOf<'labelled'>).length;
      if (found !== outputs)
        throw new RangeError(`the row has ${found} numbers, and others have ${outputs}`);
    },
    complete(row, examples) {
      const target = Float32Array.from(numbersOf(row as RowOf<'labelled'>));
      return examples.map((example) => ({ ...example, target }));
    },
  };
}

function numbersOf({ label }: RowOf<'labelled'>): number[] {
  return [label].flat().map((each) => {
    if (typeof each === 'number') return each;
    throw new RangeError(`a label is ${JSON.stringify(each)}, and must be a number`);
  });
}

function namesOf({ label }: RowOf<'labelled'>, labels: readonly string[] | undefined): string[] {
  return [...new Set([label].flat().map((each) => nameOfLabel(each, labels)))];
}

function tagsOf({ tags }: RowOf<'tagged'>, labels: readonly string[] | undefined): string[] {
  return tags.map((tag) => (typeof tag === 'number' ? (labels?.[tag] ?? String(tag)) : tag));
}

function requireKnown(found: readonly string[], { names }: Labels): void {
  const unknown = found.find((name) => !isKnown(name, names));
  if (unknown === undefined) return;
  throw new RangeError(
    `${JSON.stringify(unknown)} is none of the ${names.length} labels of the task`,
  );
}

function scoreOf(row: Row | undefined): number | undefined {
  return row?.kind === 'related' ? row.score : undefined;
}

function inGroup(examples: readonly RowExample[], at: number): TaskRow[] {
  return examples.map((example) => ({ ...example, group: Int32Array.of(at) }));
}

function asBad(example: RowExample): RowExample {
  return { ...example, supervised: example.supervised.map((flag) => flag * badTarget) };
}
