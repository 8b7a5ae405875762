import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rowsAsJsonl } from '../../load/lib/data.ts';
import { jobsOfProject, seedOf, type Volume, workload } from '../../load/lib/workload.ts';
import { type LaneTask, laneResultSchema } from './engine-lane.ts';
import type { Pace } from './overhead.ts';

const lane = fileURLToPath(new URL('./engine-lane.ts', import.meta.url));

export type EngineRun = {
  readonly model: string;
  readonly volume: Volume;
  /** Trainings at a time, each in a process of its own. */
  readonly lanes: number;
  readonly threads: number;
  /** Folder for files of the run. */
  readonly folder: string;
  readonly signal: AbortSignal;
};

/**
 * Trains what the jobs of `volume` train with the engine alone. The seconds count from the first
 * process's start to the last one's end. Throws when a process fails or the signal aborts.
 */
export async function trainWithEngineAlone(run: EngineRun): Promise<Pace> {
  const trainings: LaneTask['trainings'] = [];
  for (let project = 0; project < run.volume.projects; project++) {
    const data = path.join(run.folder, `engine-${project}.jsonl`);
    await writeFile(data, rowsAsJsonl(project, 0, workload.trainingRows));
    for (let index = 0; index < jobsOfProject(run.volume, project); index++)
      trainings.push({ data, seed: seedOf(project, index) });
  }
  const begun = performance.now();
  const tokens = await Promise.all(
    Array.from({ length: run.lanes }, (_, at) =>
      runLane(
        run,
        trainings.filter((_training, index) => index % run.lanes === at),
      ),
    ),
  );
  return {
    tokens: tokens.reduce((sum, count) => sum + count, 0),
    seconds: (performance.now() - begun) / 1000,
  };
}

async function runLane(run: EngineRun, trainings: LaneTask['trainings']): Promise<number> {
  if (trainings.length === 0) return 0;
  run.signal.throwIfAborted();
  const child = fork(lane, [], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    signal: run.signal,
  });
  const { model, threads, folder } = run;
  const task: LaneTask = { model, threads, folder, trainings };
  let tokens: number | undefined;
  child.on('message', (raw) => {
    tokens = laneResultSchema.parse(raw).tokens;
  });
  child.send(task);
  const [code, signal] = await once(child, 'close');
  if (code !== 0 || tokens === undefined)
    throw new Error(`a process of the engine alone ended with ${signal ?? `exit code ${code}`}`);
  return tokens;
}
