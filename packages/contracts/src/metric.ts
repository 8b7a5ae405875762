/** One metric: what it counts or measures, and the labels that tell its series apart. */
export type MetricDeclaration = {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  readonly buckets?: readonly number[];
};

/** Seconds from a millisecond to half a minute. */
const latency = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;
/** Seconds from a hundredth to ten minutes. */
const work = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] as const;

/**
 * Every metric that a service exposes at /metrics; a name that is not here cannot be used. No label has a
 * value for each job, file or user: series must not grow with use.
 * @example metrics.lathe_http_requests_total.labels; // ['method', 'route', 'status']
 */
export const metrics = {
  lathe_http_requests_total: {
    type: 'counter',
    help: 'HTTP requests that were answered.',
    labels: ['method', 'route', 'status'],
  },
  lathe_http_request_seconds: {
    type: 'histogram',
    help: 'Time from a request to the end of its answer.',
    labels: ['method', 'route'],
    buckets: latency,
  },
  lathe_nats_request_seconds: {
    type: 'histogram',
    help: 'Time of a request to nats-server, waiting for a lost connection included.',
    labels: ['outcome'],
    buckets: latency,
  },
  lathe_nats_disconnects_total: {
    type: 'counter',
    help: 'Times that the connection to nats-server was lost.',
    labels: [],
  },
  lathe_artifact_seconds: {
    type: 'histogram',
    help: 'Time of an operation of the artifact store, reading to the end included.',
    labels: ['operation', 'outcome'],
    buckets: work,
  },
  lathe_artifact_bytes_total: {
    type: 'counter',
    help: 'Bytes written to (put) and read from (get) the artifact store.',
    labels: ['operation'],
  },
  lathe_queue_messages: {
    type: 'gauge',
    help: 'Jobs on the queue of a stage: not handed out yet (waiting), or handed out and not done (held).',
    labels: ['stage', 'state'],
  },
  lathe_queue_oldest_seconds: {
    type: 'gauge',
    help: 'Age of the oldest message on the queue of all stages; 0 when it is empty.',
    labels: [],
  },
  lathe_jobs: {
    type: 'gauge',
    help: 'Fine-tuning jobs by state.',
    labels: ['state'],
  },
  lathe_workers: {
    type: 'gauge',
    help: 'Training workers that are alive.',
    labels: [],
  },
  lathe_worker_slots: {
    type: 'gauge',
    help: 'Slots of the workers that are alive, free and taken.',
    labels: ['state'],
  },
  lathe_training_step_seconds: {
    type: 'histogram',
    help: 'Time of one optimizer step.',
    labels: [],
    buckets: work,
  },
  lathe_training_tokens_total: {
    type: 'counter',
    help: 'Tokens trained on, padding not counted; its rate is the tokens per second.',
    labels: [],
  },
  lathe_training_runs: {
    type: 'gauge',
    help: 'Runs that this worker trains now.',
    labels: [],
  },
  lathe_evaluation_seconds: {
    type: 'histogram',
    help: 'Time of the evaluation of one job.',
    labels: ['outcome'],
    buckets: work,
  },
  lathe_inference_first_piece_seconds: {
    type: 'histogram',
    help: 'Time from a request for inference to the first piece of its answer.',
    labels: ['kind'],
    buckets: latency,
  },
  lathe_prompt_tokens_total: {
    type: 'counter',
    help: 'Tokens of prompts that were answered: read, or known from the prefix cache.',
    labels: ['source'],
  },
  lathe_prefix_cache_bytes: {
    type: 'gauge',
    help: 'Memory of the keys and values that are kept of prompts.',
    labels: [],
  },
  lathe_inference_requests_total: {
    type: 'counter',
    help: 'Chat, embedding, prediction and grading requests that an evaluator has dealt with.',
    labels: ['kind', 'outcome'],
  },
} as const satisfies Record<string, MetricDeclaration>;

export type MetricName = keyof typeof metrics;
/** The labels that a metric must be given. */
export type MetricLabels<Name extends MetricName> = Readonly<
  Record<(typeof metrics)[Name]['labels'][number], string>
>;
