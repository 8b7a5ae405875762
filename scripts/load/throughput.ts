import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createLogger } from '@lathe/platform/log';
import { connectNats } from '@lathe/platform/nats/connection';
import { z } from 'zod';
import type { Volume } from '../../load/lib/workload.ts';
import { workload } from '../../load/lib/workload.ts';
import { type CpuByPart, cpuBetween, cpuByPart, readProcesses } from './cpu.ts';
import { type EnginePace, trainWithEngineAlone } from './engine-alone.ts';
import { type LoadEnvironment, startEnvironment } from './environment.ts';
import { runK6 } from './k6.ts';
import type { Pace } from './overhead.ts';
import { readEvents } from './read-events.ts';
import { readLines } from './script-log.ts';
import { type TimedEvent, type Timeline, timelineOf } from './timeline.ts';

export type ThroughputOptions = {
  readonly volume: Volume;
  readonly workers: number;
  /** Time after which unfinished jobs count as lost. */
  readonly maxMinutes: number;
  readonly pollSeconds: number;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
};

/** Everything that a run measured. */
export type Measured = {
  readonly volume: Volume;
  readonly workers: number;
  readonly cores: number;
  readonly threads: number;
  readonly store: string;
  /** The engine alone before and after the platform: half of the trainings each. */
  readonly engine: readonly [before: EnginePace, after: EnginePace];
  readonly platform: Pace;
  readonly timelines: readonly Timeline[];
  /** Undefined where there is no /proc. */
  readonly cpu: CpuByPart | undefined;
  readonly thresholdsHold: boolean;
  /** Sentences of the audit about what was lost or duplicated. */
  readonly findings: readonly string[];
  readonly k6: K6Summary;
};

const metricSchema = z.object({
  type: z.string(),
  values: z.record(z.string(), z.number()),
  thresholds: z.record(z.string(), z.object({ ok: z.boolean() })).optional(),
});
const summarySchema = z.object({ metrics: z.record(z.string(), metricSchema) });
type K6Summary = z.infer<typeof summarySchema>;

/** What a run of the platform without the engine alone measured. */
export type PlatformRun = Awaited<ReturnType<typeof runJobs>>;

/** Runs the platform under k6 only. Its processor time compares two versions of the platform. */
export async function measurePlatform(options: ThroughputOptions): Promise<PlatformRun> {
  const { volume, workers } = options;
  const threads = threadsOf(workers);
  const sizes = { projects: volume.projects, workers, threads };
  await using environment = await startEnvironment(sizes);
  return await runJobs(environment, options);
}

/** Threads of each engine: the cores shared out among the workers. */
function threadsOf(workers: number): number {
  return Math.max(1, Math.floor(availableParallelism() / workers));
}

/**
 * Runs the engine alone, the platform under k6, and the engine alone again on this machine. Throws when
 * a part cannot start or fails as such; jobs that fail are part of the result.
 */
export async function measureThroughput(options: ThroughputOptions): Promise<Measured> {
  const { volume, workers, say, signal } = options;
  const cores = availableParallelism();
  const threads = threadsOf(workers);
  await using environment = await startEnvironment({
    projects: volume.projects,
    workers,
    threads,
  });
  const model = modelFolder(environment);
  const alone = async (when: string, jobs: number): Promise<EnginePace> => {
    say(`The engine alone, ${when} the platform. Trainings: ${jobs}, at a time: ${workers}`);
    const { folder } = environment;
    const pace = await trainWithEngineAlone({
      model,
      volume: { ...volume, jobs },
      lanes: workers,
      threads,
      folder,
      signal,
    });
    say(`  ${Math.round(pace.tokens / pace.seconds)} tokens/s`);
    return pace;
  };
  const before = await alone('before', Math.ceil(volume.jobs / 2));
  const { jobs, projects } = volume;
  say(`The platform. Jobs: ${jobs}, projects: ${projects}, workers: ${workers}`);
  const run = await runJobs(environment, options);
  const after = await alone('after', Math.floor(volume.jobs / 2));
  return {
    volume,
    workers,
    cores,
    threads,
    store: environment.store,
    engine: [before, after],
    ...run,
  };
}

function modelFolder({ config }: LoadEnvironment): string {
  return path.join(config.modelFolders[0] ?? '', workload.model);
}

async function runJobs(environment: LoadEnvironment, options: ThroughputOptions) {
  const { platform, keys, folder } = environment;
  const cpuBefore = readCpu();
  const k6 = await runK6({
    script: 'finetune-throughput',
    settings: {
      URL: platform.url,
      API_KEYS: keys.join(','),
      JOBS: String(options.volume.jobs),
      PROJECTS: String(options.volume.projects),
      POLL_SECONDS: String(options.pollSeconds),
      MAX_MINUTES: String(options.maxMinutes),
    },
    folder,
    signal: options.signal,
  });
  const cpuAfter = readCpu();
  const { submitted, findings } = readLines(k6.lines);
  const events = await eventsOf(platform.natsUrl);
  const timelines = submitted.flatMap((job) => timelineOf(job, events) ?? []);
  const tokens = events
    .filter(({ message }) => message.startsWith('Training finished'))
    .reduce((sum, { data }) => sum + z.number().parse(data.trained_tokens), 0);
  const begun = Math.min(...timelines.map((line) => line.submitted));
  const ended = Math.max(...timelines.map((line) => line.succeeded));
  return {
    platform: { tokens, seconds: (ended - begun) / 1000 },
    timelines,
    cpu: cpuBefore && cpuAfter && cpuBetween(cpuBefore, cpuAfter),
    thresholdsHold: k6.thresholdsHold,
    findings,
    k6: summarySchema.parse(k6.summary),
  };
}

async function eventsOf(url: string): Promise<TimedEvent[]> {
  const log = createLogger({ logLevel: 'warn', logFormat: 'auto' }, 'load');
  const nats = await connectNats({ url, name: 'lathe-load', log });
  try {
    return await readEvents(nats);
  } finally {
    await nats.close();
  }
}

function readCpu(): CpuByPart | undefined {
  const processes = readProcesses();
  return processes && cpuByPart(processes, process.pid);
}
