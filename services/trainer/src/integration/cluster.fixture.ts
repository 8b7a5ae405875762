import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatasetManifest, DatasetPart } from '@lathe/contracts/artifact/dataset';
import { datasetPrefix, startPrefix } from '@lathe/contracts/artifact/key';
import { encodeShard, type ShardExample } from '@lathe/contracts/artifact/shard';
import type { Adaptation } from '@lathe/contracts/http/adaptation';
import type { LatheOptions } from '@lathe/contracts/http/fine-tuning';
import type { Grader } from '@lathe/contracts/http/grader';
import type { ResolvedPreference } from '@lathe/contracts/http/preference';
import { newId } from '@lathe/contracts/id';
import type { JobRecord, JobStart } from '@lathe/contracts/job/record';
import type { WorkerRecord } from '@lathe/contracts/record/worker';
import { recordKey } from '@lathe/contracts/subject';
import { copyModel } from '@lathe/platform/artifacts/copy';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { type Config, environmentOf, readConfig } from '@lathe/platform/config';
import { changeJob } from '@lathe/platform/jobs';
import { publishWork } from '@lathe/platform/nats/work';
import type { Task } from '@lathe/recipe/task';
import { jobRecord } from '@lathe/testkit/job-record';
import { patienceMs } from '@lathe/testkit/patience';
import { openStores } from '@lathe/testkit/stores';
import { type ControllerSettings, controllerSettings } from '../controller/settings.ts';
import { readManifest } from '../manifest.ts';
import { start } from '../start.ts';
import type { SlowEngineHabits } from './slow-engine-math.fixture.ts';

const usualProject = 'default';
const controllerMain = fileURLToPath(new URL('../main.ts', import.meta.url));
const slowWorker = fileURLToPath(new URL('./worker-main.fixture.ts', import.meta.url));

export type ClusterOptions = {
  readonly natsUrl: string;
  /** An empty folder for data and models. */
  readonly folder: string;
  readonly environment?: Record<string, string>;
};
export type JobOptions = {
  /** Examples of the training and held-out parts. */
  readonly train?: readonly ShardExample[];
  readonly heldOut?: readonly ShardExample[];
  readonly model?: string;
  readonly project?: string;
  readonly adaptation?: Adaptation;
  /** The examples are pairs of answers, the better one first; or judged ones. */
  readonly preference?: ResolvedPreference;
  /** The examples are prompts, each an item of the grader with its place. */
  readonly reinforcement?: NonNullable<JobRecord['settings']>['reinforcement'];
  readonly grader?: Grader;
  readonly batchSize?: number;
  /** What the examples teach; absent: generation, or preference where there is one. */
  readonly task?: Task;
  readonly options?: LatheOptions;
  readonly epochs?: number;
  readonly learningRate?: number;
  /** The tuned model that it goes on from; the job gets its copy of it. */
  readonly start?: JobStart;
};
export type WorkerProcess = ChildProcess & { readonly exited: Promise<void> };
export type Cluster = Awaited<ReturnType<typeof openCluster>>;

/** Controller, workers and jobs on a real nats-server, with short times, for the tests. */
export async function openCluster({ natsUrl, folder, environment = {} }: ClusterOptions) {
  const config: Config = readConfig(
    {
      LATHE_DATA: join(folder, 'data'),
      LATHE_MODELS: join(folder, 'models'),
      LATHE_NATS_URL: natsUrl,
      LATHE_LOG_LEVEL: process.env.LATHE_LOG_LEVEL ?? 'silent',
      LATHE_ACK_WAIT: '3s',
      LATHE_HEARTBEAT: '300ms',
      LATHE_WORKER_LEASE: '3s',
      LATHE_SHUTDOWN_GRACE: '5s',
      ...environment,
    },
    folder,
  );
  await mkdir(join(folder, 'models', 'tiny'), { recursive: true });
  await writeFile(join(folder, 'models', 'tiny', 'config.json'), '{}');
  const { workers, ...stores } = await openStores(config);
  const { nats, jobs, artifacts } = stores;
  const processes = new Set<ChildProcess>();
  const projects = new Map<string, string>();
  const projectOf = (id: string): string => projects.get(id) ?? usualProject;
  const stops: (() => Promise<void>)[] = [() => nats.close()];

  const job = (id: string) => stores.job(id, projectOf(id));
  return {
    config,
    /** Folder with one base model, `tiny`, that only the slow engine takes. */
    ownModels: join(folder, 'models'),
    ...stores,
    job,
    /** The controller in this process. */
    async startController(overrides: Partial<ControllerSettings> = {}) {
      const handle = await start(config, {
        ...controllerSettings(config),
        noticeMs: 200,
        progressMs: 50,
        ...overrides,
      });
      stops.push(() => handle.stop());
      return handle;
    },
    /** The controller in a process of its own, that can be killed. */
    startControllerProcess(): WorkerProcess {
      const child = fork(controllerMain, [], {
        execArgv: [],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: { ...process.env, ...environmentOf(config) },
      });
      processes.add(child);
      return Object.assign(child, { exited: exitOf(child) });
    },
    /** A worker in a process of its own, with the slow engine unless another main is named. */
    startWorker(
      id: string,
      habits: SlowEngineHabits = {},
      { main = slowWorker, env = {} as Record<string, string> } = {},
    ): WorkerProcess {
      const child = fork(main, [], {
        execArgv: [],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        env: {
          ...process.env,
          ...environmentOf({ ...config, workerId: id }),
          LATHE_TEST_ENGINE: JSON.stringify({ markFolder: folder, ...habits }),
          ...env,
        },
      });
      processes.add(child);
      return Object.assign(child, { exited: exitOf(child) });
    },
    /** From now on no step of a slow engine takes long. */
    /** Ends the waiting of engines that hold. */
    letGo: () => writeFile(join(folder, 'go'), ''),
    quicken: () => writeFile(join(folder, 'quick'), ''),
    /** The worker's announcement, once it is there. */
    async worker(id: string): Promise<WorkerRecord> {
      for (const signal = AbortSignal.timeout(patienceMs); ; signal.throwIfAborted()) {
        const stored = await workers.get(id);
        if (stored !== null) return stored.value;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    /** A job as ingest hands it over: record, dataset, message. */
    async createJob(options: JobOptions = {}): Promise<string> {
      const record = await queuedRecord(artifacts, options);
      projects.set(record.id, record.project);
      await jobs.create(recordKey(record.project, record.id), record);
      await publishWork(nats, 'train', messageOf(record, 0));
      return record.id;
    },
    publishTrain: (id: string, epoch: number) =>
      publishWork(nats, 'train', messageOf({ id, project: projectOf(id) }, epoch)),
    wish: (id: string, desired: JobRecord['desired']) =>
      changeJob(jobs, projectOf(id), id, (record) => ({ ...record, desired })),
    /** Waits until the job is as wanted. Throws with its record and events when that takes too long. */
    async waitFor(id: string, wanted: (record: JobRecord) => boolean, timeoutMs = patienceMs) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const record = await job(id);
        if (wanted(record)) return record;
        if (performance.now() > deadline) {
          const events = (await this.events(id)).map(({ name, message }) => `${name}: ${message}`);
          throw new Error(`the job stayed ${JSON.stringify(record)}\n${events.join('\n')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    events: (id: string) => stores.events(id, projectOf(id)),
    async [Symbol.asyncDispose]() {
      for (const child of processes) child.kill('SIGKILL');
      for (const stop of stops.reverse()) await stop();
    },
  };
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

function messageOf({ id, project }: Pick<JobRecord, 'id' | 'project'>, epoch: number) {
  return { version: 1 as const, project, jobId: id, epoch, requestId: 'req_test' };
}

/** Four-token examples that differ from each other. */
export function smallExamples(count: number): ShardExample[] {
  return Array.from({ length: count }, (_, index) => ({
    tokens: Int32Array.of(1, 2 + (index % 5), 3, 4),
    supervised: Uint8Array.of(0, 0, 1, 1),
  }));
}

async function queuedRecord(artifacts: ArtifactStore, options: JobOptions): Promise<JobRecord> {
  const id = newId('job');
  const { model = 'tiny', adaptation = { type: 'lora' }, project = usualProject } = options;
  const { preference, reinforcement, task, grader } = options;
  const arePrompts = reinforcement !== undefined;
  const start =
    options.start && (await ownStart(artifacts, options.start, startPrefix(project, id)));
  const prefix = datasetPrefix(project, id, newId('attempt'));
  const train = await storePart(artifacts, `${prefix}/train`, {
    examples: options.train ?? smallExamples(40),
    arePrompts,
  });
  const heldOut = await storePart(artifacts, `${prefix}/held`, {
    examples: options.heldOut ?? smallExamples(4),
    arePrompts,
  });
  const manifest: DatasetManifest = {
    version: 1,
    jobId: id,
    kind: reinforcement ? 'prompt' : kindOf(preference),
    baseModel: model,
    tokenizerSha256: '0'.repeat(64),
    templateSha256: null,
    ...(task && { task }),
    heldOutSource: 'split',
    train,
    heldOut,
    report: train.canonical,
  };
  const datasetKey = `${prefix}/manifest.json`;
  await artifacts.put(datasetKey, Buffer.from(JSON.stringify(manifest)));
  return jobRecord({
    id,
    project,
    createdAt: Math.floor(Date.now() / 1000),
    createdMs: Date.now(),
    requestId: 'req_test',
    state: 'queued',
    stage: 'train',
    model,
    ...(start && { start }),
    suffix: 'test',
    seed: 7,
    options: options.options ?? {},
    ...(grader && { method: 'reinforcement', grader }),
    settings: {
      epochs: options.epochs ?? 2,
      batchSize: options.batchSize ?? 4,
      learningRateMultiplier: 1,
      learningRate: options.learningRate ?? 1e-3,
      adaptation,
      ...(preference && { preference }),
      ...(reinforcement && { reinforcement }),
      ...(task && { task }),
    },
    datasetKey,
  });
}

async function ownStart(
  artifacts: ArtifactStore,
  start: JobStart,
  prefix: string,
): Promise<JobStart> {
  const manifest = await readManifest(artifacts, start.manifestKey);
  await copyModel(artifacts, manifest, { prefix, progress: () => {} });
  return { ...start, manifestKey: `${prefix}/manifest.json` };
}

function kindOf(preference: ResolvedPreference | undefined): DatasetManifest['kind'] {
  if (preference === undefined) return 'chat';
  return preference.loss === 'kto' ? 'judged' : 'preference';
}

async function storePart(
  artifacts: ArtifactStore,
  prefix: string,
  { examples, arePrompts }: { examples: readonly ShardExample[]; arePrompts: boolean },
): Promise<DatasetPart> {
  const bytes = encodeShard(examples);
  const key = `${prefix}-0.shard`;
  await artifacts.put(key, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const ref = { key, bytes: bytes.length, sha256 };
  const rows = examples.map((_, index) =>
    JSON.stringify({
      line: 2 * index + 1,
      ...(arePrompts
        ? { kind: 'prompt', messages: [{ role: 'user', content: 'a' }], item: { place: index } }
        : { kind: 'completion', prompt: 'a', completion: 'b' }),
    }),
  );
  const canonicalKey = `${prefix}.jsonl`;
  const canonical = {
    key: canonicalKey,
    ...(await artifacts.put(canonicalKey, Buffer.from(`${rows.join('\n')}\n`))),
  };
  const tokens = examples.reduce((sum, example) => sum + example.tokens.length, 0);
  return {
    rows: examples.length,
    tokens,
    supervisedTokens: 2 * examples.length,
    longest: Math.max(0, ...examples.map((example) => example.tokens.length)),
    shards: [ref],
    canonical,
  };
}
