import type { Detection } from '@lathe/contracts/artifact/detection';
import { LatheError } from '@lathe/contracts/error';
import type { DataOptions } from '@lathe/contracts/http/data';
import type { JobRecord } from '@lathe/contracts/job/record';
import { itemFieldsOf } from '@lathe/graders/item-fields';
import { fromHttp } from '@lathe/recipe/http-form';
import {
  type Architecture,
  hasOwnHead,
  type Task,
  taskArchitectures,
  taskSchema,
} from '@lathe/recipe/task';
import { taskRows, usualTask } from '@lathe/recipe/task-rows';
import type { FileKind, Lesson, Problem, Reading, TaskType } from './lesson.ts';
import { wantedFile } from './task-rows.ts';

/** Whom the lesson is for. */
export type Learner = {
  /** Its name for errors. */
  readonly name: string;
  readonly architecture: Architecture;
  /** What the tuned model that the job goes on from was taught; absent: to chat or to go on with a text. */
  readonly task?: Task | undefined;
  readonly hasTemplate: boolean;
};

/** What the first lines of a file are. */
export type Shape = {
  readonly kind: FileKind;
  /** Number of the first such line. */
  readonly line: number;
  /** What the labels of labelled rows look like. */
  readonly problem?: Problem | undefined;
  /** Whether all of these chats end with a question, which nobody answers. */
  readonly areAsked?: boolean | undefined;
  /** How they are read, and what else they could have been. */
  readonly reading?: Reading | undefined;
  readonly detection?: Detection | undefined;
};

/** What a job says of its lesson, and for whom it is. */
export type Wish = {
  readonly method: JobRecord['method'];
  /** Whether rows may say the method where it is absent. */
  readonly isMethodOpen?: boolean | undefined;
  /** Of the method dpo. */
  readonly loss: PreferenceLoss | undefined;
  /** Of the method reinforcement: fields of the rows that its grader looks at. */
  readonly itemFields?: readonly string[] | undefined;
  readonly task: Task | undefined;
  /** How its files are read. */
  readonly data?: DataOptions | undefined;
  /** Whether nothing but a new head is to train. */
  readonly isHeadOnly: boolean;
  readonly learner: Learner;
};
type PreferenceLoss = NonNullable<NonNullable<JobRecord['options']['preference']>['loss']>;

const taskTypes = Object.keys(taskArchitectures) as TaskType[];

/** Who takes rows that a job of another method was given. */
const takers: Partial<Readonly<Record<FileKind, string>>> = {
  preference: 'They are for the method dpo, with any loss but kto.',
  judged: 'They are for the method dpo with the loss kto.',
};

/** What a job says of its lesson; of a tuned model's own task it goes on with what it leaves open, such as the labels. */
export function wishOf(
  { method, options, grader }: Pick<JobRecord, 'method' | 'options' | 'grader'>,
  learner: Learner,
): Wish {
  const { preference, task: form, adaptation } = options;
  const task = form === undefined ? undefined : taskSchema.parse(fromHttp(form));
  const before = learner.task?.type === task?.type ? learner.task : undefined;
  const goesOn = task === undefined ? undefined : taskSchema.parse({ ...before, ...task });
  const isHeadOnly = adaptation?.type === 'head';
  const { data } = options;
  const itemFields = grader && itemFieldsOf(grader);
  return { method, loss: preference?.loss, itemFields, learner, task: goesOn, data, isHeadOnly };
}

/**
 * What rows of that shape teach. Throws `invalid_file_format` where they cannot teach what the job asks for,
 * `unsupported_model` where the model cannot be taught it, and `invalid_value` where a head is to train that it has not.
 */
export function decideLesson(shape: Shape, wish: Wish, param: string): Lesson {
  const taught = taughtBy(shape, wish, param);
  const reading = readingOf(shape.reading, taught.labels);
  const lesson = { ...taught, reading: reading && { ...reading, ...allKept(taught) } };
  if (wish.isHeadOnly && !hasOwnHead(lesson.task))
    throw new LatheError(
      'invalid_value',
      `Line ${shape.line}: the file has ${shape.kind} rows, which teach '${wish.learner.name}' the task ${lesson.task}, and that has no head of its own to train alone.`,
      { param: 'lathe.adaptation.type' },
    );
  return lesson;
}

/** All that stands in the line of a prompt may be what its grader looks at. */
export function allKept({ rows }: Pick<Lesson, 'rows'>): Partial<Reading> {
  return rows === 'prompt' ? { unused: [], keepsAll: true } : {};
}

/** Tags stay as they are written where the labels of the task are written so. */
function readingOf(
  reading: Reading | undefined,
  labels: readonly string[] | undefined,
): Reading | undefined {
  if (reading?.scheme === undefined || labels === undefined) return reading;
  const isIob2 = labels.some((label) => label.startsWith('B-'));
  const isOther = labels.some((label) => /^[ESLUM]-/.test(label));
  return isIob2 && !isOther ? reading : { ...reading, scheme: undefined };
}

function taughtBy(shape: Shape, wish: Wish, param: string): Lesson {
  const { learner } = wish;
  if (wish.method === 'dpo') {
    requireLearner('preference', learner);
    return preferenceLesson(shape, wish.loss === 'kto', param);
  }
  if (wish.method === 'reinforcement') {
    requireLearner('generation', learner);
    return promptLesson(shape, wish, param);
  }
  const asked = wish.task ?? learner.task;
  const mayBeAsked = wish.isMethodOpen === true && asked === undefined;
  if (mayBeAsked && shape.areAsked === true && learner.architecture === 'decoder')
    return promptLesson(shape, wish, param);
  if (mayBeAsked && takers[shape.kind] !== undefined && learner.architecture === 'decoder')
    return preferenceLesson(shape, shape.kind === 'judged', param);
  if (asked === undefined) return lessonOf(usualOf(shape, learner, param), shape, learner);
  requireLearner(asked.type, learner);
  const { kinds, wanted } = taskRows[asked.type];
  if (kinds.includes(shape.kind) && asked.type !== 'preference')
    return lessonOf(asked, shape, learner);
  throw new LatheError(
    'invalid_file_format',
    `Line ${shape.line}: the file has ${shape.kind} rows, and the task ${asked.type} wants lines of ${wanted}.`,
    { param },
  );
}

/** The task of a lesson with its settings, where the job or the model that it goes on from says any; labels come later. */
export function settingsOf({ task }: Lesson, wish: Wish): Task {
  const asked = [wish.task, wish.learner.task].find((each) => each?.type === task);
  return asked ?? defaultTask(task);
}

/** Every setting of a task has a default, or may be absent. */
function defaultTask(type: TaskType): Task {
  return taskSchema.parse({ type });
}

function preferenceLesson({ kind }: Shape, isKto: boolean, param: string): Lesson {
  if (kind === (isKto ? 'judged' : 'preference'))
    return { task: 'preference', architecture: 'decoder', rows: kind };
  const taker = takers[kind] ?? 'They are for the method supervised.';
  const wanted = isKto
    ? 'The loss kto wants lines of {"input": {"messages": […]}, "output": [{"role": "assistant", "content": "…"}], "label": true or false}.'
    : `The method dpo wants lines of ${taskRows.preference.wanted}.`;
  throw new LatheError('invalid_file_format', `The file has ${kind} rows. ${taker} ${wanted}`, {
    param,
  });
}

/** Chats that end with what is asked. */
function promptLesson({ kind, line }: Shape, { itemFields }: Wish, param: string): Lesson {
  if (kind === 'chat')
    return { task: 'generation', architecture: 'decoder', rows: 'prompt', itemFields };
  throw new LatheError(
    'invalid_file_format',
    `Line ${line}: the file has ${kind} rows. The method reinforcement wants lines of {"messages": [… the last from the user], …}, with the fields that the grader looks at beside "messages".`,
    { param },
  );
}

/** Throws `unsupported_model` for a model that no job can teach that. */
function requireLearner(task: Task['type'], { name, architecture }: Learner): void {
  if (taskArchitectures[task].includes(architecture)) return;
  const wanted = taskArchitectures[task]
    .map((each) => `an ${each}`.replace('an d', 'a d'))
    .join(' or ');
  throw new LatheError(
    'unsupported_model',
    `The task ${task} wants ${wanted} as the base model, and '${name}' is ${architecture === 'encoder' ? 'an encoder' : 'a decoder'}.`,
    { param: 'model' },
  );
}

function usualOf({ kind, line }: Shape, { name, architecture }: Learner, param: string): Task {
  const task = usualTask[kind][architecture];
  if (task !== undefined) return defaultTask(task);
  const taker = takers[kind];
  if (taker !== undefined && architecture === 'decoder')
    throw new LatheError(
      'invalid_file_format',
      `The file has ${kind} rows. ${taker} ${wantedFile}`,
      { param },
    );
  const advice =
    architecture === 'decoder'
      ? decoderAdvice(kind)
      : `an encoder writes nothing; it learns from lines such as ${taskRows.classification.wanted}`;
  throw new LatheError(
    'unsupported_model',
    `Line ${line}: the file has ${kind} rows, which cannot teach '${name}': ${advice}.`,
    { param: 'model' },
  );
}

/** What may be done with rows of which no decoder learns unasked. */
function decoderAdvice(kind: FileKind): string {
  const asked = taskTypes.find(
    (type) => taskRows[type].kinds.includes(kind) && taskArchitectures[type].includes('decoder'),
  );
  if (asked === undefined) return 'they are for an encoder';
  return `they are for an encoder, or for the task ${asked}, which 'lathe.task' must name`;
}

function lessonOf(task: Task, shape: Shape, learner: Learner): Lesson {
  const { kind: rows } = shape;
  const { architecture, hasTemplate } = learner;
  const lesson = { task: task.type, architecture, rows };
  if (rows === 'labelled' && task.type === 'generation')
    return { ...lesson, problem: shape.problem, answers: hasTemplate ? 'chat' : 'completion' };
  if (rows === 'labelled' && task.type === 'reward') return { ...lesson, problem: 'regression' };
  if (task.type === 'token-classification') return { ...lesson, labels: task.labels };
  if (task.type !== 'classification') return lesson;
  return { ...lesson, problem: task.problem ?? shape.problem, labels: task.labels };
}
