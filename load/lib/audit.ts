/** What a project knows at the end of a run: what it submitted, and what the platform made of it. */
export type History = {
  /** Each submission with the id that its create request was answered with. */
  readonly submissions: readonly { readonly name: string; readonly jobId: string }[];
  /** Every job of the project. */
  readonly jobs: readonly {
    readonly id: string;
    /** The submission that its metadata names. */
    readonly submission: string | null;
    readonly status: string;
    readonly model: string | null;
    /** How often the job told that it succeeded. */
    readonly successes: number;
  }[];
  /** Names of every model that the project can call. */
  readonly models: readonly string[];
};

/** One sentence for each finding; both empty when each submission led to exactly one result. */
export type Audit = { readonly lost: readonly string[]; readonly duplicated: readonly string[] };

/**
 * Compares what was submitted with what came of it. Lost: a submission whose job is gone, did not
 * succeed, or left no callable model. Duplicated: two jobs for a submission, a job for none, two
 * successes of a job, or a model name twice.
 */
export function audit({ submissions, jobs, models }: History): Audit {
  const lost: string[] = [];
  const duplicated: string[] = [];
  const callable = new Set(models);
  for (const { name, jobId } of submissions) {
    const job = jobs.find(({ id }) => id === jobId);
    if (job === undefined) lost.push(`${name}: its job ${jobId} is gone`);
    else if (job.status !== 'succeeded') lost.push(`${name}: its job ${jobId} is ${job.status}`);
    else if (job.successes === 0) lost.push(`${name}: its job ${jobId} did not tell its success`);
    else if (job.model === null || !callable.has(job.model))
      lost.push(`${name}: the model of its job ${jobId} cannot be called`);
  }
  const names = new Set(submissions.map(({ name }) => name));
  for (const { id, submission, successes } of jobs) {
    if (submission === null || !names.has(submission))
      duplicated.push(`${id}: nobody submitted it`);
    if (successes > 1) duplicated.push(`${id}: it succeeded ${successes} times`);
  }
  const madeFor = jobs.map(({ submission }) => submission).filter((name) => name !== null);
  for (const name of repeated(madeFor)) duplicated.push(`${name}: it has several jobs`);
  for (const id of repeated(submissions.map(({ jobId }) => jobId)))
    duplicated.push(`${id}: it answers several submissions`);
  const made = jobs.map(({ model }) => model).filter((model) => model !== null);
  for (const name of new Set([...repeated(made), ...repeated(models)]))
    duplicated.push(`${name}: the model exists twice`);
  return { lost, duplicated };
}

/** The values that occur more than once, each once. */
function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) twice.add(value);
    seen.add(value);
  }
  return [...twice];
}
