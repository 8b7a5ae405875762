import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withKeptMemory } from '@lathe/engine/allocator';
import { rowsAsJsonl } from '../../load/lib/data.ts';
import { jobsOfProject, seedOf, type Volume, workload } from '../../load/lib/workload.ts';
import { type LaneResult, type LaneTask, laneResultSchema } from './lane-message.ts';
import type { Pace } from './overhead.ts';

const lane = fileURLToPath(new URL('./engine-lane.ts', import.meta.url));

/** The engine alone at work. */
export type EnginePace = Pace & {
  readonly trainings: number;
  /** Of all processes together, from the first to the last step of each training. */
  readonly trainingSeconds: number;
  readonly cpuSeconds: number;
};

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
export async function trainWithEngineAlone(run: EngineRun): Promise<EnginePace> {
  const trainings: LaneTask['trainings'] = [];
  for (let project = 0; project < run.volume.projects; project++) {
    const data = path.join(run.folder, `engine-${project}.jsonl`);
    await writeFile(data, rowsAsJsonl(project, 0, workload.trainingRows));
    for (let index = 0; index < jobsOfProject(run.volume, project); index++)
      trainings.push({ data, seed: seedOf(project, index) });
  }
  const begun = performance.now();
  const results = await Promise.all(
    Array.from({ length: run.lanes }, (_, at) =>
      runLane(
        run,
        trainings.filter((_training, index) => index % run.lanes === at),
      ),
    ),
  );
  const sum = (of: (result: LaneResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    tokens: sum((result) => result.tokens),
    trainingSeconds: sum((result) => result.trainingSeconds),
    cpuSeconds: sum((result) => result.cpuSeconds),
    trainings: trainings.length,
    seconds: (performance.now() - begun) / 1000,
  };
}

async function runLane(run: EngineRun, trainings: LaneTask['trainings']): Promise<LaneResult> {
  if (trainings.length === 0) return { tokens: 0, trainingSeconds: 0, cpuSeconds: 0 };
  run.signal.throwIfAborted();
  const child = fork(lane, [], {
    execArgv: [],
    env: withKeptMemory(process.env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    signal: run.signal,
  });
  const { model, threads, folder } = run;
  const task: LaneTask = { model, threads, folder, trainings };
  let result: LaneResult | undefined;
  child.on('message', (raw) => {
    result = laneResultSchema.parse(raw);
  });
  child.send(task);
  const [code, signal] = await once(child, 'close');
  if (code !== 0 || result === undefined)
    throw new Error(`a process of the engine alone ended with ${signal ?? `exit code ${code}`}`);
  return result;
}
