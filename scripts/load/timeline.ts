import { type Spread, spread } from './percentile.ts';

/** An event of a job with the time at which it was stored, in milliseconds. */
export type TimedEvent = {
  readonly jobId: string;
  readonly name: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly atMs: number;
};

/** A job from its submission to its success; times are milliseconds since 1970. */
export type Timeline = {
  readonly submission: string;
  readonly worker: string;
  readonly submitted: number;
  readonly validating: number;
  readonly queued: number;
  readonly started: number;
  readonly firstStep: number;
  readonly lastStep: number;
  readonly trained: number;
  readonly evaluating: number;
  readonly evaluated: number;
  readonly succeeded: number;
};

export type Submitted = {
  readonly submission: string;
  readonly jobId: string;
  readonly submittedMs: number;
};

/** The phases of a job, in order, each named by what happens in it. */
const phases = [
  ['submitted', 'validating', 'accepting, waiting for ingest'],
  ['validating', 'queued', 'ingest: validating, tokenizing, storing the dataset'],
  ['queued', 'started', 'waiting for a worker, starting the engine process'],
  ['started', 'firstStep', 'first step'],
  ['firstStep', 'lastStep', 'training'],
  ['lastStep', 'trained', 'held-out loss, exporting, uploading, registering the model'],
  ['trained', 'evaluating', 'waiting for the evaluator'],
  ['evaluating', 'evaluated', 'evaluation: base, few-shot and tuned model'],
  ['evaluated', 'succeeded', 'ending the job'],
] as const satisfies readonly (readonly [keyof Timeline, keyof Timeline, string])[];

/** The timeline of a job, or undefined when one of its milestones is missing: it did not succeed. */
export function timelineOf(job: Submitted, events: readonly TimedEvent[]): Timeline | undefined {
  const own = events.filter(({ jobId }) => jobId === job.jobId);
  const first = (name: string): number | undefined =>
    own.find((event) => event.name === name)?.atMs;
  const steps = own.filter(({ name }) => name === 'metrics');
  const trained = own.find(({ message }) => message.startsWith('Training finished'))?.atMs;
  const times = {
    validating: first('validating'),
    queued: first('queued'),
    started: first('started'),
    firstStep: steps[0]?.atMs,
    lastStep: steps.at(-1)?.atMs,
    trained,
    evaluating: first('evaluating'),
    evaluated: first('evaluated'),
    succeeded: first('succeeded'),
  };
  if (!isWhole(times)) return undefined;
  const worker = own.find(({ name }) => name === 'started')?.data.worker;
  return {
    ...times,
    submission: job.submission,
    submitted: job.submittedMs,
    worker: typeof worker === 'string' ? worker : '',
  };
}

function isWhole<Key extends string>(
  times: Record<Key, number | undefined>,
): times is Record<Key, number> {
  return Object.values(times).every((time) => time !== undefined);
}

/** How long each phase took, in seconds. */
export function phaseSpreads(
  timelines: readonly Timeline[],
): { readonly phase: string; readonly seconds: Spread }[] {
  return phases.map(([from, to, phase]) => ({
    phase,
    seconds: spread(timelines.map((line) => (line[to] - line[from]) / 1000)),
  }));
}

/** Where the time of a worker's slot goes, in seconds for one job. */
export type SlotSeconds = {
  /** From the first to the last step. */
  readonly training: number;
  /** From the last step of a job to the first step of the next one. */
  readonly between: number;
  /** Before the first step and after the last one of a run, with the last evaluation. */
  readonly edges: number;
};

/**
 * Shares out the time of `workers` slots, from the first submission to the last success, among the jobs.
 * The three parts together are workers × time / jobs. It holds for workers with one slot.
 */
export function slotSeconds(timelines: readonly Timeline[], workers: number): SlotSeconds {
  const sum = (of: (line: Timeline) => number): number =>
    timelines.reduce((total, line) => total + of(line), 0) / 1000;
  const begun = Math.min(...timelines.map((line) => line.submitted));
  const ended = Math.max(...timelines.map((line) => line.succeeded));
  const training = sum((line) => line.lastStep - line.firstStep);
  const between = turnarounds(timelines).reduce((total, seconds) => total + seconds, 0);
  const whole = (workers * (ended - begun)) / 1000;
  const jobs = timelines.length;
  return {
    training: training / jobs,
    between: between / jobs,
    edges: (whole - training - between) / jobs,
  };
}

/**
 * For how long a worker trains nothing between two jobs, in seconds: from the last step of one to the
 * first step of the next one on the same worker. It holds for workers with one slot.
 */
export function turnarounds(timelines: readonly Timeline[]): number[] {
  const found: number[] = [];
  for (const worker of new Set(timelines.map((line) => line.worker))) {
    const own = timelines
      .filter((line) => line.worker === worker)
      .toSorted((a, b) => a.firstStep - b.firstStep);
    for (const [index, line] of own.entries()) {
      const next = own[index + 1];
      if (next !== undefined) found.push((next.firstStep - line.lastStep) / 1000);
    }
  }
  return found;
}
