import type { QueuePlace } from '@lathe/contracts/http/queue';
import type { ProjectQueue } from '@lathe/contracts/http/worker';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { choosePlace, couldHold, type JobNeed, nothingPlaced } from '@lathe/platform/pool/place';
import type { JobBrief } from './job-briefs.ts';
import { kindOf, pacesOf } from './job-pace.ts';

/** The pool as it was at a moment. */
export type Moment = {
  /** Every job of every project. */
  readonly jobs: readonly JobBrief[];
  /** Workers that have announced themselves lately. */
  readonly workers: readonly WorkerRecord[];
  readonly nowMs: number;
};

type Waiting = JobBrief & { readonly need: JobNeed };

/**
 * The jobs that wait for a worker, in the order in which they are likely to get one: each place goes to the project with
 * the fewest running jobs, within a project to the oldest job, as the controllers do it. A job whose files are still read has its
 * place already, since its age counts.
 */
export function lineOf({ jobs, workers }: Moment): Waiting[] {
  const running = new Map<string, number>();
  for (const { runs } of workers)
    for (const { project } of runs) running.set(project, (running.get(project) ?? 0) + 1);
  const waiting = jobs.filter(waitsForWorker).toSorted(byAge);
  const turns = waiting.map((job) => {
    const turn = running.get(job.project) ?? 0;
    running.set(job.project, turn + 1);
    return { job, turn };
  });
  return turns.toSorted((a, b) => a.turn - b.turn || byAge(a.job, b.job)).map(({ job }) => job);
}

function byAge(a: JobBrief, b: JobBrief): number {
  return a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1);
}

function waitsForWorker(job: JobBrief): job is Waiting {
  if (job.need === null) return false;
  return job.state === 'validating_files' || (job.state === 'queued' && job.stage === 'train');
}

/** What each project has in the pool, the asking one first, and others without their names. */
export function projectQueues(moment: Moment, asking: string): ProjectQueue[] {
  const queues = new Map<string, ProjectQueue>();
  const of = (project: string): ProjectQueue => {
    const name = project === asking ? project : null;
    const known = queues.get(project) ?? { project: name, running: 0, waiting: 0, position: null };
    queues.set(project, known);
    return known;
  };
  of(asking);
  for (const [at, { project }] of lineOf(moment).entries()) {
    const queue = of(project);
    queue.waiting++;
    queue.position ??= at + 1;
  }
  for (const { runs } of moment.workers) for (const { project } of runs) of(project).running++;
  return [...queues.values()];
}

/** Where jobs stand, by their ids: all that wait, are paused, or have their files read. */
export function queuePlaces(moment: Moment): Map<string, QueuePlace> {
  const line = lineOf(moment);
  const starts = startsOf(line, moment);
  const seconds = (ms: number | undefined): number | null =>
    ms === undefined ? null : Math.ceil(ms / 1000);
  const newestOfOthers = new Map<string, number>();
  const places = new Map<string, QueuePlace>();
  for (const [at, job] of line.entries()) {
    const { startMs, endMs } = starts[at] ?? {};
    const isPassed = [...newestOfOthers].some(
      ([project, createdMs]) => project !== job.project && createdMs > job.createdMs,
    );
    places.set(job.id, {
      position: at + 1,
      reason: reasonOf(job, { ahead: at, isPassed, workers: moment.workers }),
      estimated_start: seconds(startMs),
      estimated_finish: seconds(endMs),
    });
    newestOfOthers.set(job.project, Math.max(newestOfOthers.get(job.project) ?? 0, job.createdMs));
  }
  for (const { id, state, stage } of moment.jobs) {
    const reason = otherReason({ state, stage });
    if (reason === undefined) continue;
    places.set(id, { position: null, reason, estimated_start: null, estimated_finish: null });
  }
  return places;
}

function otherReason({ state, stage }: Pick<JobBrief, 'state' | 'stage'>): string | undefined {
  if (state === 'paused') return 'The job is paused. It goes on when it is resumed.';
  if (state === 'queued' && stage === 'evaluate')
    return 'The trained model waits for an evaluator to compare it.';
  return undefined;
}

function reasonOf(
  { state, need }: Waiting,
  about: { ahead: number; isPassed: boolean; workers: readonly WorkerRecord[] },
): string {
  if (state === 'validating_files')
    return 'The dataset is being prepared: files are read and checked before the job can start.';
  const place = choosePlace(about.workers, need, nothingPlaced);
  const { ahead } = about;
  const share = about.isPassed
    ? ' Each place goes to the project with the fewest running jobs, so that newer jobs of others are before it.'
    : '';
  if (place.kind === 'wait') return `${place.reason}${share}`;
  if (ahead === 0) return 'A worker has room for the job. It starts at once.';
  return `A worker has room, and ${ahead === 1 ? 'another job is' : `${ahead} other jobs are`} before this one.${share}`;
}

type Forecast = { readonly startMs?: number; readonly endMs?: number };

/** When each job of the line would start and end, as far as the ends of all before it can be told. */
function startsOf(line: readonly Waiting[], { jobs, workers, nowMs }: Moment): readonly Forecast[] {
  const durationOf = durations(jobs);
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const endOf = (jobId: string): number | undefined => {
    const job = byId.get(jobId);
    if (job === undefined) return undefined;
    const { estimatedFinish, startedAt } = job;
    if (estimatedFinish !== null) return estimatedFinish * 1000;
    const duration = durationOf(job);
    return startedAt === null || duration === undefined ? undefined : startedAt * 1000 + duration;
  };
  const slots = workers
    .filter(({ draining }) => !draining)
    .flatMap((worker) => [
      ...worker.runs.map(({ jobId }) => ({ worker, freeMs: endOf(jobId) })),
      ...Array.from({ length: Math.max(0, worker.freeSlots) }, () => ({
        worker,
        freeMs: nowMs as number | undefined,
      })),
    ]);
  return line.map((job) => {
    const { memoryBytes = 0 } = job.need;
    const [slot] = slots
      .filter(
        ({ worker, freeMs }) =>
          freeMs !== undefined && couldHold(worker, { ...job.need, memoryBytes }),
      )
      .toSorted((a, b) => (a.freeMs ?? 0) - (b.freeMs ?? 0));
    if (slot?.freeMs === undefined) return {};
    const startMs = Math.max(nowMs, slot.freeMs);
    const duration = durationOf(job);
    slot.freeMs = duration === undefined ? undefined : startMs + duration;
    return { startMs, ...(slot.freeMs !== undefined && { endMs: slot.freeMs }) };
  });
}

/** How long a job takes, in milliseconds, by the pace of its project's jobs of the same kind; undefined where nobody can tell. */
function durations(jobs: readonly JobBrief[]): (job: JobBrief) => number | undefined {
  const byProject = Map.groupBy(jobs, ({ project }) => project);
  const known = new Map<string, number | undefined>();
  const paceOf = (job: JobBrief): number | undefined => {
    const key = `${job.project} ${kindOf(job)}`;
    if (!known.has(key)) {
      const paces = pacesOf(byProject.get(job.project) ?? [], job).toSorted((a, b) => a - b);
      known.set(key, paces[Math.floor(paces.length / 2)]);
    }
    return known.get(key);
  };
  return (job) => {
    const pace = paceOf(job);
    const { plannedTokens: tokens } = job;
    return pace === undefined || tokens === null ? undefined : 1000 * pace * tokens;
  };
}
