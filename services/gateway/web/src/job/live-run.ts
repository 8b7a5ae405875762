import type { EventObject } from '@lathe/contracts/http/fine-tuning';

/** Columns of figures by step: `steps[i]` is the step of every other column's `i`th value. */
export type Curve = { readonly steps: number[]; readonly values: Map<string, (number | null)[]> };

/** Something that happened at a step, marked on the curves. */
type Mark = { readonly step: number; readonly kind: 'checkpoint' | 'resumed' | 'lost' };

/** Answers to prompts at a step. */
type Samples = {
  readonly step: number;
  readonly isHeldOut: boolean;
  readonly answers: readonly Record<string, unknown>[];
};

/** A row that the model hardly learns: its line, and its loss where it was shown first and last. */
type SlowRow = { readonly line: number; readonly first_loss: number; readonly last_loss: number };

/** What is kept of a run's events while it is looked at. */
export type LiveRun = {
  /** What each reported step says: loss, learning rate, and what else the objective tells. */
  readonly training: Curve;
  /** What each scoring of the held-out rows says. */
  readonly scores: Curve;
  readonly marks: Mark[];
  readonly samples: Samples[];
  /** Rows that were hardly learnt, by line, each with the step after which that was told last. */
  readonly slow: Map<number, SlowRow & { readonly step: number }>;
  /** The step after which rows were told of last. */
  slowStep: number;
  /** Findings about rows that ask what others ask and answer otherwise. */
  readonly conflicts: EventObject[];
  /** Messages, the newest last. */
  readonly messages: EventObject[];
  /** Messages that were let go of because there are so many. */
  forgotten: number;
};

/** Points of a curve that are kept at most: with twice as many every second one goes, so that a long run stays small. */
export const mostPoints = 4000;
/** Messages that are kept. */
export const mostMessages = 2000;
/** Samples that are kept: with twice as many every second one goes. */
const mostSamples = 60;
/** Marks that are kept: with twice as many every second one goes. */
const mostMarks = 200;

/** A run of which nothing has been told yet. */
export function emptyRun(): LiveRun {
  return {
    training: { steps: [], values: new Map() },
    scores: { steps: [], values: new Map() },
    ...{
      marks: [],
      samples: [],
      slow: new Map(),
      slowStep: 0,
      conflicts: [],
      messages: [],
      forgotten: 0,
    },
  };
}

/** Of findings about rows that contradict each other, by task. */
const conflictRules: ReadonlySet<string> = new Set(['conflict', 'contradiction']);

/** Adds events to a run, oldest first. A run that was taken up again tells steps anew: they replace what was there. */
export function addEvents(run: LiveRun, events: readonly EventObject[]): void {
  for (const event of events) {
    const { step } = event.data;
    if (event.type === 'metrics' && typeof step === 'number') {
      const isScore = 'valid_loss' in event.data;
      addPoint(isScore ? run.scores : run.training, step, numbersIn(event.data));
      if (!isScore) continue;
    }
    if (Array.isArray(event.data.answers) && typeof step === 'number') addSamples(run, event, step);
    if ('seen_rows' in event.data && typeof step === 'number') {
      run.slowStep = step;
      // Rows of before stay: one that is known by heart by now is no less wrong.
      for (const row of event.data.rows as readonly SlowRow[])
        run.slow.set(row.line, { ...row, step });
    }
    if (conflictRules.has(String(event.data.rule))) run.conflicts.push(event);
    if ('fine_tuned_model_checkpoint' in event.data && typeof step === 'number')
      run.marks.push({ step, kind: 'checkpoint' });
    // A training tells its size where it begins; after the first step it goes on from a checkpoint.
    if ('trainable_parameters' in event.data && typeof step === 'number' && step > 0)
      run.marks.push({ step, kind: 'resumed' });
    if ('lost_workers' in event.data)
      run.marks.push({ step: run.training.steps.at(-1) ?? 0, kind: 'lost' });
    run.messages.push(event);
  }
  if (run.marks.length >= 2 * mostMarks) keepEverySecond(run.marks);
  const over = run.messages.length - mostMessages;
  if (over > mostMessages / 4) {
    run.messages.splice(0, over);
    run.forgotten += over;
  }
}

function addSamples(run: LiveRun, event: EventObject, step: number): void {
  const answers = event.data.answers as Record<string, unknown>[];
  run.samples.push({ step, isHeldOut: event.data.held_out === true, answers });
  if (run.samples.length >= 2 * mostSamples) keepEverySecond(run.samples);
}

function numbersIn(data: Readonly<Record<string, unknown>>): [string, number][] {
  return Object.entries(data).flatMap(([name, value]) =>
    typeof value === 'number' && name !== 'step' && name !== 'total_steps' ? [[name, value]] : [],
  );
}

function addPoint(curve: Curve, step: number, figures: readonly [string, number][]): void {
  const { steps, values } = curve;
  while (steps.length > 0 && (steps.at(-1) ?? 0) >= step) {
    steps.pop();
    for (const column of values.values()) column.pop();
  }
  for (const [name] of figures)
    if (!values.has(name)) values.set(name, new Array<null>(steps.length).fill(null));
  const told = new Map(figures);
  steps.push(step);
  for (const [name, column] of values) column.push(told.get(name) ?? null);
  if (steps.length < 2 * mostPoints) return;
  keepEverySecond(steps);
  for (const column of values.values()) keepEverySecond(column);
}

/** Keeps every second value, the newest among them. */
function keepEverySecond(column: unknown[]): void {
  let kept = 0;
  for (let i = (column.length + 1) % 2; i < column.length; i += 2) column[kept++] = column[i];
  column.length = kept;
}

/**
 * A curve without its jitter: the mean of all values so far, in which the older ones count less and less; 0 leaves it as it is,
 * 0.98 looks back about fifty points.
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  let sum = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return sum / mass;
  });
}
