import { createBreather } from '@lathe/platform/breather';
import type { Engine } from '../engine/engine.ts';
import type { ServedModel } from '../models/models.ts';
import { drawShots } from '../texts/few-shot.ts';
import { type AnsweredRow, type HeldOutRow, toQuestion } from '../texts/held-out.ts';
import { type Entrant, fewShotEntrant, type Task, type TaskPorts, tasksFor } from './contest.ts';
import { countNearHeldOut } from './near-shots.ts';
import { nearestRows } from './nearest-rows.ts';

/** Numbers of examples that are tried. */
const tried = [1, 3, 5, 8] as const;
/** Training rows that are set aside to try examples on, at most a quarter of all. */
const mostAside = 16;

export type ShotSettings = {
  readonly seed: number;
  /** How many examples a job asks for; undefined: what does best. */
  readonly asked: number | undefined;
  /** Most examples where none are asked for. */
  readonly most: number;
  /** At most so many different answers count as labels. */
  readonly labelsMost: number;
};

/** A way to choose the examples of a prompt, the one that is most like the question last. */
type Way = {
  readonly examples: 'random' | 'nearest';
  readonly count: number;
  of(row: AnsweredRow): readonly AnsweredRow[];
};

/**
 * The base model with the examples in its prompt that suit it best: some number of training rows drawn by chance, or the nearest
 * ones to each question by BM25. Every number and both ways are tried on training rows that are set aside, and the one
 * under which their answers are likeliest takes part, with as many of its examples as fit; null where none fits.
 */
export async function chosenFewShot(
  model: ServedModel,
  { rows, train }: { readonly rows: readonly HeldOutRow[]; readonly train: readonly AnsweredRow[] },
  { settings, engine, ...ports }: TaskPorts & { settings: ShotSettings; engine: Engine },
): Promise<Entrant | null> {
  const aside = train.slice(0, Math.min(mostAside, Math.floor(train.length / 4)));
  const ways = await waysOf(train.slice(aside.length), settings);
  const likely = await inOrder(model, { ways, aside }, { engine, ...ports });
  for (const way of likely) {
    const entrant = await entrantOf(model, { way, rows }, ports);
    if (entrant !== null) return { ...entrant, examples: way.examples };
  }
  return null;
}

async function waysOf(
  known: readonly AnsweredRow[],
  { seed, asked, most, labelsMost }: ShotSettings,
): Promise<Way[]> {
  if (known.length === 0) return [];
  const counts = asked === undefined ? countsUpTo(most) : [asked].filter((count) => count > 0);
  const nearest = nearestRows(known);
  const ways: Way[] = [];
  for (const count of counts) {
    // The largest shows each label at least once.
    const isFixed = asked !== undefined || count < most;
    const shots = await drawShots(streamed(known), { seed, count, isFixed, labelsMost });
    ways.push({ examples: 'random', count: shots.length, of: () => shots });
    const least = Math.min(count, known.length);
    ways.push({ examples: 'nearest', count: least, of: (row) => nearest(row, least) });
  }
  return ways;
}

function countsUpTo(most: number): number[] {
  const counts = tried.filter((count) => count < most);
  return most > 0 ? [...counts, most] : [];
}

/** The ways by how likely the model finds the answers of the rows set aside, the likeliest first; the largest first without any. */
async function inOrder(
  model: ServedModel,
  { ways, aside }: { readonly ways: readonly Way[]; readonly aside: readonly AnsweredRow[] },
  { engine, ...ports }: TaskPorts & { engine: Engine },
): Promise<readonly Way[]> {
  // Nothing is known of them: as many as there may be.
  if (aside.length === 0) return ways.toSorted((a, b) => b.count - a.count);
  const rows = aside.map((row): HeldOutRow => ({ ...toQuestion(row), row, examples: [] }));
  const fitting: { way: Way; tasks: readonly Task[] }[] = [];
  for (const way of ways) {
    const found = await everyRow(model, { way, rows, isWhole: true }, ports);
    if (found !== null) fitting.push({ way, tasks: found.tasks });
  }
  const examples = fitting.flatMap(({ tasks }) => tasks.flatMap((task) => task.examples));
  // Fewer of them may fit.
  if (examples.length === 0) return ways;
  const { logProbabilities } = await engine.score(model.engine, examples, ports.signal);
  let at = 0;
  return fitting
    .map(({ way, tasks }) => {
      let sum = 0;
      for (const _ of tasks.flatMap((task) => task.examples))
        sum += logProbabilities[at++] as number;
      return { way, sum };
    })
    .toSorted((a, b) => b.sum - a.sum)
    .map(({ way }) => way);
}

async function entrantOf(
  model: ServedModel,
  { way, rows }: { readonly way: Way; readonly rows: readonly HeldOutRow[] },
  ports: TaskPorts,
): Promise<Entrant | null> {
  const [first] = rows;
  if (first === undefined) return null;
  if (way.examples === 'random') {
    const shots = way.of(first.row);
    const entrant = await fewShotEntrant(model, rows, { ...ports, shots });
    const own = shots.slice(0, entrant?.shots ?? 0);
    const shown = rows.map(() => own);
    return entrant && { ...entrant, nearHeldOut: countNearHeldOut(rows, shown) };
  }
  const found = await everyRow(model, { way, rows, isWhole: false }, ports);
  if (found === null) return null;
  const nearHeldOut = countNearHeldOut(rows, found.shown);
  return { name: 'few-shot', model, shots: way.count, tasks: found.tasks, nearHeldOut };
}

/** Each row with examples of its own: all of them, or as many as fit, the nearest first. Null where a row has no room. */
async function everyRow(
  model: ServedModel,
  {
    way,
    rows,
    isWhole,
  }: { readonly way: Way; readonly rows: readonly HeldOutRow[]; readonly isWhole: boolean },
  ports: TaskPorts,
): Promise<{ readonly tasks: Task[]; readonly shown: (readonly AnsweredRow[])[] } | null> {
  const breathe = createBreather();
  const tasks: Task[] = [];
  const shown: (readonly AnsweredRow[])[] = [];
  for (const row of rows) {
    await breathe();
    const shots = way.of(row.row);
    const least = isWhole ? shots.length : 0;
    let task: Task | undefined;
    let own: readonly AnsweredRow[] = [];
    for (let count = shots.length; count >= least && task === undefined; count--) {
      own = shots.slice(shots.length - count);
      task = (await tasksFor(model, [row], { ...ports, shots: own }))?.[0];
    }
    if (task === undefined) return null;
    tasks.push(task);
    shown.push(own);
  }
  return { tasks, shown };
}

async function* streamed(rows: readonly AnsweredRow[]): AsyncGenerator<AnsweredRow> {
  yield* rows;
}
