import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { checkRecipe, type Recipe, type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { type RowKind, taskRows } from '@lathe/recipe/task-rows';
import { z } from 'zod';
import type { TaskRow } from '../objectives/task-row.ts';
import { encodeRow } from './encode-row.ts';
import type { Encoders } from './encoders.ts';
import { refuseForeign, requireJsonLines } from './file-form.ts';
import { decideLesson, type Lesson, withProblem } from './lesson.ts';
import { judgeLong, type LocalPolicy, requireUncut } from './long-rows.ts';
import type { RecordForm } from './record-form.ts';
import type { Row } from './row.ts';
import { type Targets, targetsOf } from './targets.ts';
import { taskRecords } from './task-records.ts';
import { writtenRecords } from './written-records.ts';

/** A file in tokens, as a job makes it of the same rows. */
export type Dataset = {
  readonly rows: readonly TaskRow[];
  readonly lesson: Lesson;
  readonly targets: Targets;
  /** What the rows are taught otherwise than they stand there. */
  readonly notes: readonly string[];
};

/** A record may look like several kinds, of which the likeliest stands first. */
const forms: readonly RecordForm[] = [...writtenRecords, ...taskRecords];

type ReadOptions = {
  readonly recipe?: RecipeInput;
  readonly training?: Dataset | undefined;
  /** What is done about rows that are too long; by default as in a job. */
  readonly tooLong?: LocalPolicy | undefined;
};

/**
 * Reads a JSONL file of rows of any task (docs/rows.md) for a recipe; `training`: the file that says what all labels
 * are, where this one is held out. Blank lines are skipped. Throws RangeError that names the file and line of a
 * record that cannot be used.
 * @example const { rows } = await readDataset('train.jsonl', await loadEncoders('models/lathe-tiny'));
 */
export async function readDataset(
  file: string,
  encoders: Encoders,
  { recipe = {}, training, tooLong }: ReadOptions = {},
): Promise<Dataset> {
  await requireJsonLines(file);
  const records: { readonly number: number; readonly record: unknown }[] = [];
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  const at = <Result>(number: number, act: () => Result): Result => {
    try {
      return act();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RangeError(`${file}, line ${number}: ${reason}`, { cause });
    }
  };
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    records.push({ number, record: at(number, () => JSON.parse(line) as unknown) });
  }
  const [first] = records;
  if (first === undefined) throw new RangeError(`${file} holds no examples`);
  const decided =
    training?.lesson ??
    at(first.number, () => decideLesson(recipe, kindsOf(first.record), encoders));
  const read = records.map((one) => ({
    number: one.number,
    row: at(one.number, () => rowOf(one.record, decided)),
  }));
  const all = read.map(({ row }) => row);
  const lesson = training?.lesson ?? withProblem(decided, all);
  const notes: string[] = [];
  const long: string[] = [];
  const { maxTokens } = lesson.room;
  const kept = read.flatMap(({ number: line, row }) => {
    at(line, () => requireUncut(tooLong, row.kind));
    const { examples, notes: own } = at(line, () => encodeRow(row, lesson, encoders));
    const longest = examples.reduce((most, one) => Math.max(most, one.tokens.length), 0);
    if (longest <= maxTokens) {
      for (const { message } of own) notes.push(`${file}, line ${line}: ${message}`);
      return [{ line, row, examples }];
    }
    long.push(`${file}, line ${line}: the row has ${longest} tokens; at most ${maxTokens} fit`);
    return [];
  });
  judgeLong(long, { policy: tooLong, rows: read.length });
  notes.push(...long.map((note) => `${note}; it was left out`));
  const keptRows = kept.map(({ row }) => row);
  const targets = training?.targets ?? targetsOf(lesson, keptRows);
  const rows = kept.flatMap(({ line, row, examples }, index) =>
    at(line, () => {
      targets.check(row);
      return targets.complete(row, examples, index);
    }),
  );
  return { rows, lesson, targets, notes };
}

/** A recipe with all that its rows say: the task with its labels, and room for the longest of them. */
export function recipeOf(
  recipe: RecipeInput,
  training: Dataset,
  heldOut: readonly TaskRow[],
): Recipe {
  const { task } = training.targets;
  const isWritten = task.type === 'generation' || task.type === 'preference';
  const longest = [...training.rows, ...heldOut].reduce(
    (most, { tokens }) => Math.max(most, tokens.length),
    resolveRecipe().maxTokens,
  );
  const known: RecipeInput = {
    ...recipe,
    ...(!isWritten && { task }),
    maxTokens: recipe.maxTokens ?? longest,
  };
  return resolveRecipe(checkRecipe(known));
}

const fieldsSchema = z.record(z.string(), z.unknown());

/** The kinds of row that a record looks like, by its fields. */
function kindsOf(record: unknown): RowKind[] {
  const fields = fieldsSchema.safeParse(record).data ?? {};
  const kinds = forms.flatMap(({ kind, has }) => (has(fields) ? [kind] : []));
  // A job has the system say that.
  if (kinds.length === 0 || (fields.system ?? '') !== '') refuseForeign(fields);
  return kinds;
}

/** The row that a record is. Throws RangeError naming the field at fault. */
function rowOf(record: unknown, { task, kinds }: Lesson): Row {
  const fields = fieldsSchema.safeParse(record).data ?? {};
  const form = forms.find(({ kind, has }) => kinds.includes(kind) && has(fields));
  if (form === undefined)
    throw new RangeError(`a record of the task ${task.type} needs ${taskRows[task.type].wanted}`);
  const parsed = form.schema.safeParse(record);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RangeError([...(issue?.path ?? []), issue?.message].join(': '));
}
