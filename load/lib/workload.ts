/**
 * What one job of `finetune-throughput` trains on. k6 sends it, and the engine alone trains the
 * same in Node, so this file imports nothing.
 */
export const workload = {
  model: 'lathe-tiny',
  /** Rows of a project's training file, and of its validation file. */
  trainingRows: 96,
  validationRows: 8,
  epochs: 36,
  batchSize: 8,
  /** Steps between checkpoints: two of them and the final model in 432 steps. */
  checkpointEvery: 144,
  learningRate: 1e-3,
  rank: 8,
  alpha: 16,
  /** Examples in the prompts of the few-shot contestant. */
  fewShotExamples: 2,
} as const;

/** How many jobs of how many projects a run submits. */
export type Volume = { readonly jobs: number; readonly projects: number };

/** Number of jobs that a project submits: the first ones take what cannot be shared out evenly. */
export function jobsOfProject({ jobs, projects }: Volume, project: number): number {
  return Math.floor(jobs / projects) + (project < jobs % projects ? 1 : 0);
}

/** Name of a submission: it travels as metadata of its job, so that a second job for it shows. */
export function submissionName(project: number, index: number): string {
  return `p${project}-${index}`;
}

/** Seed of a job's training: another one for each submission. */
export function seedOf(project: number, index: number): number {
  return 1000 * (project + 1) + index;
}
