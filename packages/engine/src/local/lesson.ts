import { virtualTokenCount } from '@lathe/recipe/adaptation';
import { type RecipeInput, resolveRecipe } from '@lathe/recipe/recipe';
import { type Architecture, type Task, taskArchitectures, taskSchema } from '@lathe/recipe/task';
import { type RowKind, taskRows, usualTask } from '@lathe/recipe/task-rows';
import type { Room } from '@lathe/tokenizer/encoded-row';
import type { Encoders } from './encoders.ts';
import type { Label, Row } from './row.ts';

/** What the rows of a file teach. */
export type Lesson = {
  /** With all that the rows say of it, once they are read. */
  readonly task: Task;
  readonly architecture: Architecture;
  /** What its rows may be. */
  readonly kinds: readonly RowKind[];
  /** How to read what is said of texts. */
  readonly problem: Problem;
  readonly room: Room;
};

type Problem = NonNullable<Extract<Task, { type: 'classification' }>['problem']>;

/** Rows that decide what labels are, and longest window that texts are cut into where the recipe names none. */
const sampleRows = 200;
const { maxTokens: usualTokens } = resolveRecipe();

/**
 * What a recipe teaches such a model, by what the first record may be where it names no task: as a job decides it.
 * Throws RangeError where the model cannot learn it.
 */
export function decideLesson(
  recipe: RecipeInput,
  kinds: readonly RowKind[],
  { architecture, maxPositions }: Encoders,
): Lesson {
  const task = recipe.preference
    ? taskSchema.parse({ type: 'preference' })
    : recipe.task === undefined
      ? usualOf(kinds, architecture)
      : taskSchema.parse(recipe.task);
  if (!taskArchitectures[task.type].includes(architecture))
    throw new RangeError(
      `the task ${task.type} is for a model that is ${taskArchitectures[task.type].join(' or ')}, and this one is ${architecture}`,
    );
  return {
    task,
    architecture,
    kinds: recipe.preference?.loss === 'kto' ? ['judged'] : taskRows[task.type].kinds,
    problem: ('problem' in task ? task.problem : undefined) ?? 'single-label',
    room: roomOf(recipe, maxPositions),
  };
}

function usualOf(kinds: readonly RowKind[], architecture: Architecture): Task {
  const [kind] = kinds;
  if (kind === undefined)
    throw new RangeError(`a record needs fields such as ${taskRows.generation.wanted}`);
  const usual = kinds
    .map((each) => usualTask[each][architecture])
    .find((type) => type !== undefined);
  if (usual !== undefined) return taskSchema.parse({ type: usual });
  throw new RangeError(
    `${kind} rows alone do not say what to teach a model that is ${architecture}; name a task in the recipe`,
  );
}

/** As a job has it: what the model takes beside virtual tokens, or less where the recipe says so. */
function roomOf({ adaptation, maxTokens: asked }: RecipeInput, maxPositions: number): Room {
  const most = maxPositions - virtualTokenCount(adaptation);
  if (most <= 1 || (asked ?? 0) > most)
    throw new RangeError(`the model takes at most ${most} tokens beside virtual ones`);
  return { maxTokens: asked ?? most, pieceTokens: asked ?? Math.min(most, usualTokens) };
}

/** The lesson with what labels are, which the first rows say where the recipe does not. */
export function withProblem(lesson: Lesson, rows: readonly Row[]): Lesson {
  const { task } = lesson;
  if (task.type === 'reward') return { ...lesson, problem: 'regression' };
  if (task.type === 'classification' && task.problem !== undefined) return lesson;
  return { ...lesson, problem: problemOf(rows.slice(0, sampleRows)) };
}

/**
 * What labels are: numbers where most are and one of them has a fraction or they are called a score, several where
 * one is a list, and else one of several; whole numbers are the names of classes.
 */
function problemOf(rows: readonly Row[]): Problem {
  const labelled = rows.filter((row) => row.kind === 'labelled');
  const labels = labelled.flatMap(({ label }): readonly Label[] => [label].flat());
  const numbers = labels.filter((label) => typeof label === 'number');
  const areNumbers = numbers.length > 0 && 2 * numbers.length >= labels.length;
  const areWhole = numbers.every((label) => Number.isInteger(label));
  const areScores = labelled.every(({ isScore }) => isScore);
  if (areNumbers && (areScores || !areWhole)) return 'regression';
  return labelled.some(({ label }) => Array.isArray(label)) ? 'multi-label' : 'single-label';
}
