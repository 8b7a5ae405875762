import { hostname } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { byteSize, duration, wholeNumber } from './quantity.ts';

const repositoryModels = fileURLToPath(new URL('../../../models', import.meta.url));

/** An empty variable counts as unset. */
const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text === '' ? null : text));

function oneOf<const Values extends readonly [string, ...string[]]>(
  values: Values,
  fallback: Values[number],
) {
  return z
    .enum(values, {
      error: (issue) => `is "${String(issue.input)}", but must be one of ${values.join(', ')}`,
    })
    .prefault(fallback);
}

/** Every environment variable that Lathe reads, with its default: the one place where they are named. */
export const configSchema = z.object({
  LATHE_HOST: z.string().min(1).default('127.0.0.1').describe('address the gateway listens on'),
  LATHE_PORT: wholeNumber(0, 8080, 65_535).describe('port of the gateway; 0 takes a free one'),
  LATHE_DATA: z.string().min(1).default('.lathe').describe('folder of everything that is kept'),
  LATHE_API_KEY: optionalText.describe('bootstrap API key; made and stored when unset'),
  LATHE_API_KEYS: optionalText.describe(
    'further keys with their projects, "key=project,key=project"',
  ),
  LATHE_METRICS_KEY: optionalText.describe(
    "key of the gateway's /metrics; unset: for programs on this machine only",
  ),
  LATHE_MODELS: optionalText.describe('folders with base models, separated by ":"'),
  LATHE_NATS_URL: optionalText.describe('nats-server to use; npm start starts its own when unset'),
  LATHE_ARTIFACTS: optionalText.describe('artifact store, file:<folder> or s3://<bucket>/<prefix>'),
  LATHE_S3_ENDPOINT: optionalText.describe('S3 server, such as http://127.0.0.1:9000'),
  LATHE_S3_ACCESS_KEY: optionalText.describe('access key id for the S3 server'),
  LATHE_S3_SECRET_KEY: optionalText.describe('secret key for the S3 server'),
  LATHE_S3_REGION: z.string().min(1).default('us-east-1').describe('region of the bucket'),
  LATHE_S3_PART_SIZE: byteSize('8MiB').describe('bytes of one part of an upload, held in memory'),
  LATHE_S3_TIMEOUT: duration('30s').describe(
    'silence after which a request to the S3 server fails',
  ),
  LATHE_S3_ATTEMPTS: wholeNumber(1, 5).describe('tries of one request to the S3 server'),
  LATHE_LOG_LEVEL: oneOf(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
  ).describe('least severe level that is logged'),
  LATHE_LOG_FORMAT: oneOf(['auto', 'json', 'text'], 'auto').describe(
    'log lines as JSON or text; auto: text on a terminal',
  ),
  LATHE_RETENTION: duration('0').describe(
    'age at which finished jobs are erased with all that belongs to them, and events; 0: never',
  ),
  LATHE_UPLOAD_LIMIT: byteSize('512MB').describe('largest uploaded file'),
  LATHE_BODY_LIMIT: byteSize('4MiB').describe('largest JSON request body'),
  LATHE_ACK_WAIT: duration('30s').describe('silence after which work goes to another service'),
  LATHE_MAX_DELIVERIES: wholeNumber(1, 5).describe('attempts at one piece of work'),
  LATHE_DUPLICATE_WINDOW: duration('2m').describe('how long NATS remembers message ids'),
  LATHE_NATS_REPLICAS: wholeNumber(1, 1, 5).describe('copies of each stream in a NATS cluster'),
  LATHE_HEARTBEAT: duration('5s').describe('how often workers announce themselves'),
  LATHE_WORKER_LEASE: duration('20s').describe('silence after which a worker counts as lost'),
  LATHE_MAX_WORKER_LOSSES: wholeNumber(0, 3).describe(
    'lost workers without a newer checkpoint after which a job fails',
  ),
  LATHE_SWEEP: duration('30s').describe('how often jobs are looked for that nobody would move on'),
  LATHE_CANCEL_WAIT: duration('15s').describe('how long a worker may take to stop a job'),
  LATHE_SHUTDOWN_GRACE: duration('15s').describe('how long a service may take to stop'),
  LATHE_INFERENCE_TIMEOUT: duration('30s').describe('silence after which a chat request fails'),
  LATHE_REQUEST_TIMEOUT: duration('5s').describe(
    'how long a request to NATS may take, waiting for a lost connection included',
  ),
  LATHE_ENGINE_THREADS: wholeNumber(0, 0).describe('threads of one engine; 0: as many as cores'),
  LATHE_EVALUATOR_CONTEXT: wholeNumber(16, 4096).describe(
    'most tokens of one chat, prompt included',
  ),
  LATHE_EVALUATOR_REQUESTS: wholeNumber(1, 64).describe(
    'chats that one evaluator has open at a time, and as many embedding requests',
  ),
  LATHE_EVALUATOR_PROJECT_REQUESTS: wholeNumber(1, 32).describe(
    'how many of these one project may have; beyond them it is told to wait (429)',
  ),
  LATHE_EVALUATOR_PROJECT_TOKENS: wholeNumber(0, 0).describe(
    "tokens of a project's open requests, prompts and answers; 0: as many as they may have",
  ),
  LATHE_EVALUATOR_BATCH: wholeNumber(1, 16).describe(
    'answers that are decoded together; one project alone gets half of the places',
  ),
  LATHE_EVALUATOR_SLOTS: wholeNumber(1, 1).describe('jobs one evaluator scores at a time'),
  LATHE_INGEST_SLOTS: wholeNumber(1, 1).describe('jobs one ingest prepares at a time'),
  LATHE_WORKER_ID: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"')
    .default(`worker-${hostname().replaceAll(/[^A-Za-z0-9_-]/g, '-')}`.slice(0, 64))
    .describe('name of this worker'),
  LATHE_WORKER_ADDRESS: z
    .string()
    .regex(/^.+:\d{1,5}$/, 'must be host:port')
    .default('127.0.0.1:0')
    .describe('where the worker serves gRPC; port 0 takes a free one'),
  LATHE_WORKER_ANNOUNCE: optionalText.describe(
    'host:port at which the controller dials this worker; unset: where it listens',
  ),
  LATHE_WORKER_SECRET: optionalText.describe('secret that controller and workers share'),
  LATHE_WORKER_TLS_CA: optionalText.describe('file with the authority that signs worker traffic'),
  LATHE_WORKER_TLS_CERT: optionalText.describe('file with the certificate of this end'),
  LATHE_WORKER_TLS_KEY: optionalText.describe('file with the key of that certificate'),
  LATHE_WORKER_SLOTS: wholeNumber(1, 1).describe('jobs one worker trains at a time'),
  LATHE_WORKER_MEMORY: byteSize('0').describe('memory that the worker offers; 0: the machine has'),
  LATHE_WORKER_DEVICE: oneOf(['auto', 'cpu', 'webgpu', 'cuda'], 'auto').describe(
    'device that the worker trains on',
  ),
  LATHE_WORKER_IDLE_EXIT: duration('0').describe(
    'idle time after which a worker ends itself, for workers started on demand; 0: never',
  ),
  LATHE_WORKERS: wholeNumber(0, 1).describe('workers that npm start runs on this machine'),
  LATHE_HEALTH_PORT: wholeNumber(0, 0, 65_535).describe(
    'port of /healthz, /readyz and /metrics for services without HTTP; 0: none',
  ),
});

export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration as services use it: absolute folders, sizes in bytes, times in milliseconds. */
export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the configuration from environment variables; unset ones get their defaults and relative
 * folders start from `workingFolder`. Throws an Error of one sentence that names the variable at fault.
 */
export function readConfig(env: Environment, workingFolder: string = process.cwd()) {
  const parsed = configSchema.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`The environment variable ${String(issue?.path[0])} ${issue?.message}.`);
  }
  const known = parsed.data;
  checkS3(known);
  const dataFolder = resolve(workingFolder, known.LATHE_DATA);
  return {
    host: known.LATHE_HOST,
    port: known.LATHE_PORT,
    dataFolder,
    apiKey: known.LATHE_API_KEY,
    apiKeys: known.LATHE_API_KEYS,
    metricsKey: known.LATHE_METRICS_KEY,
    modelFolders: (known.LATHE_MODELS ?? repositoryModels)
      .split(':')
      .filter((folder) => folder !== '')
      .map((folder) => resolve(workingFolder, folder)),
    natsUrl: known.LATHE_NATS_URL,
    artifacts: artifactsUrl(known.LATHE_ARTIFACTS, dataFolder, workingFolder),
    s3Endpoint: known.LATHE_S3_ENDPOINT,
    s3AccessKey: known.LATHE_S3_ACCESS_KEY,
    s3SecretKey: known.LATHE_S3_SECRET_KEY,
    s3Region: known.LATHE_S3_REGION,
    s3PartBytes: known.LATHE_S3_PART_SIZE,
    s3TimeoutMs: known.LATHE_S3_TIMEOUT,
    s3Attempts: known.LATHE_S3_ATTEMPTS,
    logLevel: known.LATHE_LOG_LEVEL,
    logFormat: known.LATHE_LOG_FORMAT,
    retentionMs: known.LATHE_RETENTION,
    uploadLimitBytes: known.LATHE_UPLOAD_LIMIT,
    bodyLimitBytes: known.LATHE_BODY_LIMIT,
    ackWaitMs: known.LATHE_ACK_WAIT,
    maxDeliveries: known.LATHE_MAX_DELIVERIES,
    duplicateWindowMs: known.LATHE_DUPLICATE_WINDOW,
    /** Copies of each stream: the name under which `ensureStreams` takes it. */
    replicas: known.LATHE_NATS_REPLICAS,
    heartbeatMs: known.LATHE_HEARTBEAT,
    workerLeaseMs: known.LATHE_WORKER_LEASE,
    maxWorkerLosses: known.LATHE_MAX_WORKER_LOSSES,
    sweepMs: known.LATHE_SWEEP,
    cancelWaitMs: known.LATHE_CANCEL_WAIT,
    shutdownGraceMs: known.LATHE_SHUTDOWN_GRACE,
    inferenceTimeoutMs: known.LATHE_INFERENCE_TIMEOUT,
    requestTimeoutMs: known.LATHE_REQUEST_TIMEOUT,
    engineThreads: known.LATHE_ENGINE_THREADS,
    evaluatorContextTokens: known.LATHE_EVALUATOR_CONTEXT,
    evaluatorRequests: known.LATHE_EVALUATOR_REQUESTS,
    evaluatorProjectRequests: known.LATHE_EVALUATOR_PROJECT_REQUESTS,
    evaluatorProjectTokens: known.LATHE_EVALUATOR_PROJECT_TOKENS,
    evaluatorBatch: known.LATHE_EVALUATOR_BATCH,
    evaluatorSlots: known.LATHE_EVALUATOR_SLOTS,
    ingestSlots: known.LATHE_INGEST_SLOTS,
    workerId: known.LATHE_WORKER_ID,
    workerAddress: known.LATHE_WORKER_ADDRESS,
    workerAnnounce: known.LATHE_WORKER_ANNOUNCE,
    workerSecret: known.LATHE_WORKER_SECRET,
    workerTlsCa: known.LATHE_WORKER_TLS_CA,
    workerTlsCert: known.LATHE_WORKER_TLS_CERT,
    workerTlsKey: known.LATHE_WORKER_TLS_KEY,
    workerSlots: known.LATHE_WORKER_SLOTS,
    workerMemoryBytes: known.LATHE_WORKER_MEMORY,
    workerDevice: known.LATHE_WORKER_DEVICE,
    workerIdleExitMs: known.LATHE_WORKER_IDLE_EXIT,
    workers: known.LATHE_WORKERS,
    healthPort: known.LATHE_HEALTH_PORT === 0 ? null : known.LATHE_HEALTH_PORT,
  };
}

/** `file:` with an absolute folder, which by default lies in the data folder, or `s3://<bucket>/<prefix>`. */
function artifactsUrl(value: string | null, dataFolder: string, workingFolder: string): string {
  if (value === null) return `file:${join(dataFolder, 'artifacts')}`;
  if (value.startsWith('s3:')) {
    if (s3Address.test(value)) return value.replace(/\/+$/, '');
    throw new Error(
      `The environment variable LATHE_ARTIFACTS is "${value}", but must be like s3://bucket or s3://bucket/folder.`,
    );
  }
  if (!value.startsWith('file:'))
    throw new Error(
      `The environment variable LATHE_ARTIFACTS is "${value}", but must begin with file: or s3://.`,
    );
  const folder = value.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  if (folder === '')
    throw new Error('The environment variable LATHE_ARTIFACTS names no folder after file:.');
  return `file:${isAbsolute(folder) ? folder : resolve(workingFolder, folder)}`;
}

/** A bucket by S3's rules, and a folder of the characters that artifact keys have. */
const s3Address =
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)*\/?$/;
/** S3 takes no smaller part but the last. */
const leastPartBytes = 5 * 2 ** 20;

/** Throws one sentence when an S3 store is configured without what it needs. */
function checkS3(known: z.infer<typeof configSchema>): void {
  if (known.LATHE_ARTIFACTS?.startsWith('s3:') !== true) return;
  for (const name of ['LATHE_S3_ENDPOINT', 'LATHE_S3_ACCESS_KEY', 'LATHE_S3_SECRET_KEY'] as const)
    if (known[name] === null)
      throw new Error(`The environment variable ${name} is missing: LATHE_ARTIFACTS names S3.`);
  const endpoint = URL.parse(known.LATHE_S3_ENDPOINT ?? '');
  if (endpoint !== null && endpoint.username + endpoint.password !== '')
    throw new Error(
      'The environment variable LATHE_S3_ENDPOINT holds a user name: keys belong in LATHE_S3_ACCESS_KEY and LATHE_S3_SECRET_KEY.',
    );
  if (endpoint === null || !/^https?:$/.test(endpoint.protocol) || endpoint.pathname !== '/')
    throw new Error(
      `The environment variable LATHE_S3_ENDPOINT is "${known.LATHE_S3_ENDPOINT}", but must be like http://host:9000.`,
    );
  const isLocal = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(endpoint.hostname);
  if (known.LATHE_S3_ACCESS_KEY === 'minioadmin' && !isLocal)
    throw new Error(
      "The environment variable LATHE_S3_ACCESS_KEY is MinIO's well-known default: give the server a key of its own.",
    );
  if (known.LATHE_S3_PART_SIZE < leastPartBytes)
    throw new Error(
      `The environment variable LATHE_S3_PART_SIZE is ${known.LATHE_S3_PART_SIZE}, but must be at least 5MiB.`,
    );
}

/** The environment from which `readConfig` reads this very configuration: for a child process. */
export function environmentOf(config: Config): Record<string, string> {
  return {
    LATHE_HOST: config.host,
    LATHE_PORT: String(config.port),
    LATHE_DATA: config.dataFolder,
    LATHE_API_KEY: config.apiKey ?? '',
    LATHE_API_KEYS: config.apiKeys ?? '',
    LATHE_METRICS_KEY: config.metricsKey ?? '',
    LATHE_MODELS: config.modelFolders.join(':'),
    LATHE_NATS_URL: config.natsUrl ?? '',
    LATHE_ARTIFACTS: config.artifacts,
    LATHE_S3_ENDPOINT: config.s3Endpoint ?? '',
    LATHE_S3_ACCESS_KEY: config.s3AccessKey ?? '',
    LATHE_S3_SECRET_KEY: config.s3SecretKey ?? '',
    LATHE_S3_REGION: config.s3Region,
    LATHE_S3_PART_SIZE: String(config.s3PartBytes),
    LATHE_S3_TIMEOUT: String(config.s3TimeoutMs),
    LATHE_S3_ATTEMPTS: String(config.s3Attempts),
    LATHE_LOG_LEVEL: config.logLevel,
    LATHE_LOG_FORMAT: config.logFormat,
    LATHE_RETENTION: String(config.retentionMs),
    LATHE_UPLOAD_LIMIT: String(config.uploadLimitBytes),
    LATHE_BODY_LIMIT: String(config.bodyLimitBytes),
    LATHE_ACK_WAIT: String(config.ackWaitMs),
    LATHE_MAX_DELIVERIES: String(config.maxDeliveries),
    LATHE_DUPLICATE_WINDOW: String(config.duplicateWindowMs),
    LATHE_NATS_REPLICAS: String(config.replicas),
    LATHE_HEARTBEAT: String(config.heartbeatMs),
    LATHE_WORKER_LEASE: String(config.workerLeaseMs),
    LATHE_MAX_WORKER_LOSSES: String(config.maxWorkerLosses),
    LATHE_SWEEP: String(config.sweepMs),
    LATHE_CANCEL_WAIT: String(config.cancelWaitMs),
    LATHE_SHUTDOWN_GRACE: String(config.shutdownGraceMs),
    LATHE_INFERENCE_TIMEOUT: String(config.inferenceTimeoutMs),
    LATHE_REQUEST_TIMEOUT: String(config.requestTimeoutMs),
    LATHE_ENGINE_THREADS: String(config.engineThreads),
    LATHE_EVALUATOR_CONTEXT: String(config.evaluatorContextTokens),
    LATHE_EVALUATOR_REQUESTS: String(config.evaluatorRequests),
    LATHE_EVALUATOR_PROJECT_REQUESTS: String(config.evaluatorProjectRequests),
    LATHE_EVALUATOR_PROJECT_TOKENS: String(config.evaluatorProjectTokens),
    LATHE_EVALUATOR_BATCH: String(config.evaluatorBatch),
    LATHE_EVALUATOR_SLOTS: String(config.evaluatorSlots),
    LATHE_INGEST_SLOTS: String(config.ingestSlots),
    LATHE_WORKER_ID: config.workerId,
    LATHE_WORKER_ADDRESS: config.workerAddress,
    LATHE_WORKER_ANNOUNCE: config.workerAnnounce ?? '',
    LATHE_WORKER_SECRET: config.workerSecret ?? '',
    LATHE_WORKER_TLS_CA: config.workerTlsCa ?? '',
    LATHE_WORKER_TLS_CERT: config.workerTlsCert ?? '',
    LATHE_WORKER_TLS_KEY: config.workerTlsKey ?? '',
    LATHE_WORKER_SLOTS: String(config.workerSlots),
    LATHE_WORKER_MEMORY: String(config.workerMemoryBytes),
    LATHE_WORKER_DEVICE: config.workerDevice,
    LATHE_WORKER_IDLE_EXIT: String(config.workerIdleExitMs),
    LATHE_WORKERS: String(config.workers),
    LATHE_HEALTH_PORT: String(config.healthPort ?? 0),
  } satisfies Record<keyof z.infer<typeof configSchema>, string>;
}

/** Variables that look like ours but are not: most likely misspelt, so the log should name them. */
export function unknownVariables(env: Environment): string[] {
  return Object.keys(env).filter(
    (name) =>
      name.startsWith('LATHE_') && !name.startsWith('LATHE_TEST_') && !(name in configSchema.shape),
  );
}
