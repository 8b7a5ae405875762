import { hostname } from 'node:os';
import { byteSize, duration, wholeNumber } from './quantity.ts';
import {
  type Component,
  oneOf,
  optionalText,
  secretText,
  text,
  type Variable,
  variablesFor,
} from './variable.ts';

const all: readonly Component[] = ['gateway', 'ingest', 'trainer', 'evaluator', 'worker'];
const tunedReason = 'the default suits a cluster; patch the ConfigMap lathe-config to change it';
const slotsReason = 'more replicas, not more slots, take more work';

const everywhere = variablesFor({ setBy: all });
const tuned = variablesFor({ mayBeSetBy: all, reason: tunedReason });
const gateway = variablesFor({ setBy: ['gateway'], reason: 'nobody else reads it' });
const batching = variablesFor({ mayBeSetBy: ['gateway'], reason: tunedReason });
const worker = variablesFor({ setBy: ['worker'], reason: 'nobody else reads it' });
const evaluator = variablesFor({ mayBeSetBy: ['evaluator'], reason: tunedReason });
const evaluatorSlots = variablesFor({ mayBeSetBy: ['evaluator'], reason: slotsReason });
const ingestTuned = variablesFor({ mayBeSetBy: ['ingest'], reason: tunedReason });
const ingestSlots = variablesFor({ mayBeSetBy: ['ingest'], reason: slotsReason });
const modelServers = variablesFor({
  mayBeSetBy: ['gateway', 'ingest', 'evaluator'],
  reason: 'no other server is asked by default',
});
const modelServerKeys = variablesFor({
  mayBeSetBy: ['ingest', 'evaluator'],
  reason: 'only these ask such servers; a Secret holds the keys',
});
const askingServers = variablesFor({ mayBeSetBy: ['ingest', 'evaluator'], reason: tunedReason });
const grading = variablesFor({
  mayBeSetBy: ['gateway', 'evaluator'],
  reason: 'no program in Python is run by default',
});
const engine = variablesFor({
  setBy: ['evaluator', 'worker'],
  reason: 'only these run the engine',
});
const engineTuned = variablesFor({ mayBeSetBy: ['evaluator', 'worker'], reason: tunedReason });
const training = variablesFor({ mayBeSetBy: ['worker'], reason: tunedReason });
const grpc = variablesFor({ setBy: ['trainer', 'worker'], reason: 'only these talk gRPC' });
const models = variablesFor({
  mayBeSetBy: ['ingest', 'evaluator', 'worker'],
  reason: 'the images hold the built-in model; components/models adds a folder',
});
const idleExit = variablesFor({
  mayBeSetBy: ['worker'],
  reason: 'workers of a Deployment stay; those of a ScaledJob must set it',
});
const oneMachine = variablesFor({
  reason: 'npm start only: a cluster starts workers as pods',
});
const health = variablesFor({
  setBy: ['ingest', 'trainer', 'evaluator', 'worker'],
  reason: 'the gateway answers /healthz and /readyz on its own port',
});

const ownName = `worker-${hostname().replaceAll(/[^A-Za-z0-9_-]/g, '-')}`;

const workerIdForm = [
  /^[A-Za-z0-9_-]{1,64}$/,
  'must be 1 to 64 letters, digits, "-" or "_"',
] as const;

/**
 * Every environment variable that Lathe reads, under its name in the configuration: the one place where they are
 * named. Reading, writing, docs/settings.md and what `npm run check:k8s` expects of the manifests come from it.
 * @example variables.port.name; // LATHE_PORT
 */
// biome-ignore format: a table, one row a variable
export const variables = {
  host: everywhere('LATHE_HOST', text('127.0.0.1')).means('address the gateway listens on'),
  port: gateway('LATHE_PORT', wholeNumber(0, 8080, 65_535)).means('port of the gateway; 0 takes a free one'),
  dataFolder: everywhere('LATHE_DATA', text('.lathe')).means('folder of everything that is kept'),
  apiKey: gateway('LATHE_API_KEY', secretText).means('bootstrap API key; made and stored when unset'),
  apiKeys: gateway('LATHE_API_KEYS', secretText).means('further keys with their projects, "key=project,key=project"'),
  metricsKey: gateway('LATHE_METRICS_KEY', secretText)
    .means("key of the gateway's /metrics; unset: for programs on this machine only"),
  modelFolders: models('LATHE_MODELS', optionalText).means('folders with base models, separated by ":"'),
  natsUrl: everywhere('LATHE_NATS_URL', secretText).means('nats-server to use; npm start starts its own when unset'),
  artifacts: everywhere('LATHE_ARTIFACTS', optionalText)
    .means('artifact store, file:<folder> or s3://<bucket>/<prefix>'),
  s3Endpoint: everywhere('LATHE_S3_ENDPOINT', optionalText).means('S3 server, such as http://127.0.0.1:9000'),
  s3AccessKey: everywhere('LATHE_S3_ACCESS_KEY', secretText).means('access key id for the S3 server'),
  s3SecretKey: everywhere('LATHE_S3_SECRET_KEY', secretText).means('secret key for the S3 server'),
  s3Region: everywhere('LATHE_S3_REGION', text('us-east-1')).means('region of the bucket'),
  s3PartBytes: tuned('LATHE_S3_PART_SIZE', byteSize('8MiB')).means('bytes of one part of an upload, held in memory'),
  s3TimeoutMs: tuned('LATHE_S3_TIMEOUT', duration('30s')).means('silence after which a request to the S3 server fails'),
  s3Attempts: tuned('LATHE_S3_ATTEMPTS', wholeNumber(1, 5)).means('tries of one request to the S3 server'),
  logLevel: everywhere('LATHE_LOG_LEVEL', oneOf('info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']))
    .means('least severe level that is logged'),
  logFormat: everywhere('LATHE_LOG_FORMAT', oneOf('auto', ['auto', 'json', 'text']))
    .means('log lines as JSON or text; auto: text on a terminal'),
  retentionMs: tuned('LATHE_RETENTION', duration('0'))
    .means('age at which finished jobs and runs of evals are erased with all that belongs to them, and events; 0: never'),
  uploadLimitBytes: tuned('LATHE_UPLOAD_LIMIT', byteSize('512MB')).means('largest uploaded file'),
  bodyLimitBytes: tuned('LATHE_BODY_LIMIT', byteSize('4MiB')).means('largest JSON request body'),
  ackWaitMs: tuned('LATHE_ACK_WAIT', duration('30s')).means('silence after which work goes to another service'),
  maxDeliveries: tuned('LATHE_MAX_DELIVERIES', wholeNumber(1, 5)).means('attempts at one piece of work'),
  duplicateWindowMs: tuned('LATHE_DUPLICATE_WINDOW', duration('2m')).means('how long NATS remembers message ids'),
  replicas: everywhere('LATHE_NATS_REPLICAS', wholeNumber(1, 1, 5)).means('copies of each stream in a NATS cluster'),
  heartbeatMs: tuned('LATHE_HEARTBEAT', duration('5s')).means('how often workers announce themselves'),
  workerLeaseMs: tuned('LATHE_WORKER_LEASE', duration('20s')).means('silence after which a worker counts as lost'),
  maxWorkerLosses: tuned('LATHE_MAX_WORKER_LOSSES', wholeNumber(0, 3))
    .means('lost workers without a newer checkpoint after which a job fails'),
  sweepMs: tuned('LATHE_SWEEP', duration('30s')).means('how often jobs are looked for that nobody would move on'),
  cancelWaitMs: tuned('LATHE_CANCEL_WAIT', duration('15s')).means('how long a worker may take to stop a job'),
  shutdownGraceMs: everywhere('LATHE_SHUTDOWN_GRACE', duration('15s')).means('how long a service may take to stop'),
  inferenceTimeoutMs: tuned('LATHE_INFERENCE_TIMEOUT', duration('30s'))
    .means('silence after which a chat request fails'),
  requestTimeoutMs: tuned('LATHE_REQUEST_TIMEOUT', duration('5s'))
    .means('how long a request to NATS may take, waiting for a lost connection included'),
  engineThreads: engine('LATHE_ENGINE_THREADS', wholeNumber(0, 0)).means('threads of one engine; 0: as many as cores'),
  engineBinding: engineTuned('LATHE_ENGINE_BINDING', oneOf('auto', ['auto', 'c-api', 'node']))
    .means('how ONNX Runtime is called on the CPU and for CUDA: by its C API, or by its package for Node, which is taken too where the former does not load; auto: by its C API where LATHE_KERNELS asks for kernels, and on CUDA, where a run then stays on the GPU'),
  engineKernels: training('LATHE_KERNELS', oneOf('auto', ['auto', 'avx512', 'avx2', 'neon', 'plain', 'off']))
    .means("whose products of matrices training on the CPU uses: Lathe's own kernels by the widest instructions of the processor (auto) or by those named, or ONNX Runtime's (off), which are taken too where the kernels do not load; only LATHE_ENGINE_BINDING=node cannot load them"),
  enginePadding: training('LATHE_PADDED_WIDTHS', oneOf('auto', ['auto', 'on', 'off']))
    .means("whether training on the CPU by ONNX Runtime's products pads widths that are multiples of 1024 with 16 zeros, for rows that do not push each other out of the processor's first cache; auto: where that has at most 8 ways, as Linux tells; Lathe's kernels (LATHE_KERNELS) need none"),
  evaluatorKernels: evaluator('LATHE_EVALUATOR_KERNELS', oneOf('off', ['auto', 'avx512', 'avx2', 'neon', 'plain', 'off']))
    .means("whose products of matrices evaluators use on the CPU, as LATHE_KERNELS says of training: Lathe's decode a few answers at a time of a large model faster, and read prompts and decode single answers slower"),
  evaluatorContextTokens: evaluator('LATHE_EVALUATOR_CONTEXT', wholeNumber(16, 4096))
    .means('most tokens of one chat, prompt included'),
  evaluatorRequests: evaluator('LATHE_EVALUATOR_REQUESTS', wholeNumber(1, 64))
    .means('chats that one evaluator has open at a time, and as many embedding requests'),
  evaluatorProjectRequests: evaluator('LATHE_EVALUATOR_PROJECT_REQUESTS', wholeNumber(1, 32))
    .means('how many of these one project may have; beyond them it is told to wait (429)'),
  evaluatorProjectTokens: evaluator('LATHE_EVALUATOR_PROJECT_TOKENS', wholeNumber(0, 0))
    .means("tokens of a project's open requests, prompts and answers; 0: as many as they may have"),
  evaluatorModelBytes: evaluator('LATHE_EVALUATOR_MODEL_MEMORY', byteSize('0'))
    .means('memory of models and adapters that an evaluator keeps ready; those in use stay; 0: half of what the machine has'),
  evaluatorPrefixBytes: evaluator('LATHE_EVALUATOR_PREFIX_MEMORY', byteSize('512MiB'))
    .means('of what models leave of that memory, how much keeps what prompts have left in the cache, so that the next prompt that begins like one is read from there on; 0: nothing is kept'),
  evaluatorBatch: evaluator('LATHE_EVALUATOR_BATCH', wholeNumber(1, 16))
    .means('answers that are decoded together; one project alone gets half of the places'),
  evaluatorSlots: evaluatorSlots('LATHE_EVALUATOR_SLOTS', wholeNumber(1, 1))
    .means('jobs one evaluator scores at a time'),
  ingestSlots: ingestSlots('LATHE_INGEST_SLOTS', wholeNumber(1, 1)).means('jobs one ingest prepares at a time'),
  rowReader: ingestTuned('LATHE_ROW_READER', oneOf('auto', ['auto', 'off']))
    .means('how ingest reads rows of chats, and of prompts with completions, that are plain, and tables: in C where set-up built that (auto), or in JavaScript (off); datasets are the same'),
  dataWorkOpen: tuned('LATHE_DATA_WORK_OPEN', wholeNumber(1, 8))
    .means('inspections and other data work of one project that are not over; beyond them it is told to wait (429)'),
  dataWorkKept: tuned('LATHE_DATA_WORK_KEPT', wholeNumber(1, 200))
    .means('data work of one project that is over and kept; the oldest of it goes first'),
  dataWorkKeepMs: tuned('LATHE_DATA_WORK_KEEP', duration('7d')).means('age at which data work that is over is erased; 0: never'),
  inspectWaitMs: tuned('LATHE_INSPECT_WAIT', duration('5s'))
    .means('how long a request to inspect a file waits for the report before it answers 202'),
  aliasesKept: tuned('LATHE_ALIASES_KEPT', wholeNumber(1, 1000)).means('aliases that one project may have'),
  keysKept: batching('LATHE_KEYS_KEPT', wholeNumber(1, 100)).means('keys that one project may have beside those of settings'),
  evalsKept: tuned('LATHE_EVALS_KEPT', wholeNumber(1, 1000)).means('evals that one project may have'),
  evalRunsOpen: tuned('LATHE_EVAL_RUNS_OPEN', wholeNumber(1, 8))
    .means('runs of evals of one project that are not over; beyond them it is told to wait (429)'),
  evalRunsKept: tuned('LATHE_EVAL_RUNS_KEPT', wholeNumber(1, 1000))
    .means('runs of evals of one project that are over and kept; the oldest goes first'),
  evalRows: tuned('LATHE_EVAL_ROWS', wholeNumber(1, 10_000)).means('most rows of one run of an eval'),
  evalRowBytes: tuned('LATHE_EVAL_ROW_BYTES', byteSize('256KiB')).means('largest row of a run of an eval, in bytes of JSON'),
  evalRunSlots: evaluatorSlots('LATHE_EVAL_RUN_SLOTS', wholeNumber(1, 2)).means('runs of evals one evaluator works on at a time'),
  exportsKept: tuned('LATHE_EXPORTS_KEPT', wholeNumber(1, 100))
    .means('exports of models that one project may have; the oldest goes first'),
  exportLimitBytes: evaluator('LATHE_EXPORT_LIMIT', byteSize('64GiB')).means('largest export of a model'),
  exportMs: evaluator('LATHE_EXPORT_TIME', duration('2h')).means('how long the export of a model may take'),
  batchesOpen: batching('LATHE_BATCHES_OPEN', wholeNumber(1, 8))
    .means('batches of one project that are not over; beyond them it is told to wait (429)'),
  batchesKept: batching('LATHE_BATCHES_KEPT', wholeNumber(1, 1000))
    .means('batches of one project that are over and kept; the oldest goes first'),
  batchLines: batching('LATHE_BATCH_LINES', wholeNumber(1, 50_000)).means('most lines of one batch'),
  storedCompletionsKept: batching('LATHE_STORED_COMPLETIONS_KEPT', wholeNumber(1, 10_000))
    .means('stored completions of one project that are kept; the oldest go first'),
  storedCompletionsKeepMs: batching('LATHE_STORED_COMPLETIONS_KEEP', duration('30d'))
    .means('age at which stored completions are erased; 0: never'),
  usageWriteMs: tuned('LATHE_USAGE_WRITE', duration('1m'))
    .means('how often a gateway stores the tokens that it answered with; what was counted since is lost when it is killed'),
  usageKeepMs: tuned('LATHE_USAGE_KEEP', duration('400d')).means('age at which counts of answered tokens are erased; 0: never'),
  batchSlots: batching('LATHE_BATCH_SLOTS', wholeNumber(1, 2)).means('batches one gateway works on at a time'),
  batchLineSlots: batching('LATHE_BATCH_LINE_SLOTS', wholeNumber(1, 4))
    .means('lines of one batch that are asked at a time'),
  modelServers: modelServers('LATHE_MODEL_SERVERS', optionalText)
    .means('base URLs, separated by ",", of OpenAI-compatible servers that jobs may compare with and data sets be written with, such as https://host/v1; unset: none'),
  modelServerKeys: modelServerKeys('LATHE_MODEL_SERVER_KEYS', secretText)
    .means('keys of those that want one, "url=key,url=key"'),
  modelServerTimeoutMs: askingServers('LATHE_MODEL_SERVER_TIMEOUT', duration('5m')).means('longest time of one question to such a server'),
  modelServerAttempts: askingServers('LATHE_MODEL_SERVER_ATTEMPTS', wholeNumber(1, 4))
    .means('tries of one question to such a server, with growing pauses between'),
  pythonSandbox: grading('LATHE_PYTHON_SANDBOX', optionalText)
    .means('command of a Python interpreter that is kept from files, network and too much memory, in which python graders run, such as docker run --rm -i --init --network none --memory 512m python:3.12-slim python3; unset: they are refused'),
  pythonSandboxMs: grading('LATHE_PYTHON_SANDBOX_TIMEOUT', duration('30s'))
    .means('longest time of one python grader, the start of its sandbox included'),
  workerId: worker('LATHE_WORKER_ID', text(ownName.slice(0, 64), workerIdForm)).means('name of this worker'),
  workerAddress: worker('LATHE_WORKER_ADDRESS', text('127.0.0.1:0', [/^.+:\d{1,5}$/, 'must be host:port']))
    .means('where the worker serves gRPC; port 0 takes a free one'),
  workerAnnounce: worker('LATHE_WORKER_ANNOUNCE', optionalText)
    .means('host:port at which the controller dials this worker; unset: where it listens'),
  workerSecret: grpc('LATHE_WORKER_SECRET', secretText).means('secret that controller and workers share'),
  workerTlsCa: grpc('LATHE_WORKER_TLS_CA', optionalText).means('file with the authority that signs worker traffic'),
  workerTlsCert: grpc('LATHE_WORKER_TLS_CERT', optionalText).means('file with the certificate of this end'),
  workerTlsKey: grpc('LATHE_WORKER_TLS_KEY', optionalText).means('file with the key of that certificate'),
  workerSlots: worker('LATHE_WORKER_SLOTS', wholeNumber(1, 1)).means('jobs one worker trains at a time'),
  workerMemoryBytes: worker('LATHE_WORKER_MEMORY', byteSize('0'))
    .means('memory that the worker offers; 0: the machine has'),
  workerDevice: worker('LATHE_WORKER_DEVICE', oneOf('auto', ['auto', 'cpu', 'webgpu', 'cuda']))
    .means('device that the worker trains on'),
  workerIdleExitMs: idleExit('LATHE_WORKER_IDLE_EXIT', duration('0'))
    .means('idle time after which a worker ends itself, for workers started on demand; 0: never'),
  workers: oneMachine('LATHE_WORKERS', wholeNumber(0, 1)).means('workers that npm start runs on this machine'),
  healthPort: health('LATHE_HEALTH_PORT', wholeNumber(0, 0, 65_535))
    .means('port of /healthz, /readyz and /metrics for services without HTTP; 0: none'),
} satisfies Record<string, Variable>;

/** What clients read beside their key: the platform has no use for it. */
export const clientVariables: readonly string[] = ['LATHE_URL'];
