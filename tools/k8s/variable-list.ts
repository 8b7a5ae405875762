/** Parts of the platform that read the configuration schema, by their component label. */
export type Component = 'gateway' | 'ingest' | 'trainer' | 'evaluator' | 'worker';

/** What the manifests do about one variable of the configuration schema. */
export type Treatment = {
  /** Components whose containers must set it. */
  readonly setBy?: readonly Component[];
  /** Components that some overlay may set it for. */
  readonly mayBeSetBy?: readonly Component[];
  /** Why everyone else is left to the default. */
  readonly reason?: string;
};

const all: readonly Component[] = ['gateway', 'ingest', 'trainer', 'evaluator', 'worker'];
const tuned = 'the default suits a cluster; patch the ConfigMap lathe-config to change it';
const onlyReader = 'nobody else reads it';

/**
 * Every variable of packages/platform/src/config.ts. `npm run check:k8s` fails when one is missing
 * here, so that a new setting is either put into the manifests or left out on purpose.
 */
export const treatments: Readonly<Record<string, Treatment>> = {
  LATHE_HOST: { setBy: all },
  LATHE_PORT: { setBy: ['gateway'], reason: onlyReader },
  LATHE_DATA: { setBy: all },
  LATHE_API_KEY: { setBy: ['gateway'], reason: onlyReader },
  LATHE_API_KEYS: { setBy: ['gateway'], reason: onlyReader },
  LATHE_METRICS_KEY: { setBy: ['gateway'], reason: onlyReader },
  LATHE_MODELS: {
    mayBeSetBy: ['ingest', 'evaluator', 'worker'],
    reason: 'the images hold the built-in model; components/models adds a folder',
  },
  LATHE_NATS_URL: { setBy: all },
  LATHE_ARTIFACTS: { setBy: all },
  LATHE_S3_ENDPOINT: { setBy: all },
  LATHE_S3_ACCESS_KEY: { setBy: all },
  LATHE_S3_SECRET_KEY: { setBy: all },
  LATHE_S3_REGION: { setBy: all },
  LATHE_S3_PART_SIZE: { mayBeSetBy: all, reason: tuned },
  LATHE_S3_TIMEOUT: { mayBeSetBy: all, reason: tuned },
  LATHE_S3_ATTEMPTS: { mayBeSetBy: all, reason: tuned },
  LATHE_LOG_LEVEL: { setBy: all },
  LATHE_LOG_FORMAT: { setBy: all },
  LATHE_RETENTION: { mayBeSetBy: all, reason: tuned },
  LATHE_UPLOAD_LIMIT: { mayBeSetBy: all, reason: tuned },
  LATHE_BODY_LIMIT: { mayBeSetBy: all, reason: tuned },
  LATHE_ACK_WAIT: { mayBeSetBy: all, reason: tuned },
  LATHE_MAX_DELIVERIES: { mayBeSetBy: all, reason: tuned },
  LATHE_DUPLICATE_WINDOW: { mayBeSetBy: all, reason: tuned },
  LATHE_NATS_REPLICAS: { setBy: all },
  LATHE_HEARTBEAT: { mayBeSetBy: all, reason: tuned },
  LATHE_WORKER_LEASE: { mayBeSetBy: all, reason: tuned },
  LATHE_MAX_WORKER_LOSSES: { mayBeSetBy: all, reason: tuned },
  LATHE_SWEEP: { mayBeSetBy: all, reason: tuned },
  LATHE_CANCEL_WAIT: { mayBeSetBy: all, reason: tuned },
  LATHE_SHUTDOWN_GRACE: { setBy: all },
  LATHE_INFERENCE_TIMEOUT: { mayBeSetBy: all, reason: tuned },
  LATHE_REQUEST_TIMEOUT: { mayBeSetBy: all, reason: tuned },
  LATHE_ENGINE_THREADS: { setBy: ['evaluator', 'worker'], reason: 'only these run the engine' },
  LATHE_EVALUATOR_CONTEXT: { mayBeSetBy: ['evaluator'], reason: tuned },
  LATHE_EVALUATOR_REQUESTS: { mayBeSetBy: ['evaluator'], reason: tuned },
  LATHE_EVALUATOR_PROJECT_REQUESTS: { mayBeSetBy: ['evaluator'], reason: tuned },
  LATHE_EVALUATOR_PROJECT_TOKENS: { mayBeSetBy: ['evaluator'], reason: tuned },
  LATHE_EVALUATOR_BATCH: { mayBeSetBy: ['evaluator'], reason: tuned },
  LATHE_EVALUATOR_SLOTS: {
    mayBeSetBy: ['evaluator'],
    reason: 'more replicas, not more slots, take more work',
  },
  LATHE_INGEST_SLOTS: {
    mayBeSetBy: ['ingest'],
    reason: 'more replicas, not more slots, take more work',
  },
  LATHE_WORKER_ID: { setBy: ['worker'], reason: onlyReader },
  LATHE_WORKER_ADDRESS: { setBy: ['worker'], reason: onlyReader },
  LATHE_WORKER_ANNOUNCE: { setBy: ['worker'], reason: onlyReader },
  LATHE_WORKER_SECRET: { setBy: ['trainer', 'worker'], reason: 'only these talk gRPC' },
  LATHE_WORKER_TLS_CA: { setBy: ['trainer', 'worker'], reason: 'only these talk gRPC' },
  LATHE_WORKER_TLS_CERT: { setBy: ['trainer', 'worker'], reason: 'only these talk gRPC' },
  LATHE_WORKER_TLS_KEY: { setBy: ['trainer', 'worker'], reason: 'only these talk gRPC' },
  LATHE_WORKER_SLOTS: { setBy: ['worker'], reason: onlyReader },
  LATHE_WORKER_MEMORY: { setBy: ['worker'], reason: onlyReader },
  LATHE_WORKER_DEVICE: { setBy: ['worker'], reason: onlyReader },
  LATHE_WORKER_IDLE_EXIT: {
    mayBeSetBy: ['worker'],
    reason: 'workers of a Deployment stay; those of a ScaledJob must set it',
  },
  LATHE_WORKERS: { reason: 'npm start only: a cluster starts workers as pods' },
  LATHE_HEALTH_PORT: {
    setBy: ['ingest', 'trainer', 'evaluator', 'worker'],
    reason: 'the gateway answers /healthz and /readyz on its own port',
  },
};
