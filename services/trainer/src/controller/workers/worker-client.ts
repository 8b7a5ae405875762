import { type ClientReadableStream, type Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { logContext } from '@lathe/platform/log-context';
import {
  type EstimateRequest,
  type EstimateResponse,
  type StartJobRequest,
  type WatchJobResponse,
  WorkerServiceClient,
} from '../../generated/lathe/worker/v1/worker.ts';
import { clientOptions, deadlines } from '../../grpc-settings.ts';
import { callMetadata, dialOptions } from '../../security/grpc-credentials.ts';
import type { WorkerSecurity } from '../../security/worker-security.ts';

/** Which run a call is about. */
export type RunName = { readonly jobId: string; readonly epoch: number };

/** How a call to a worker failed. */
export type WorkerProblem =
  /** It cannot take the job now; another one may. */
  | 'busy'
  /** It does not hold the run. */
  | 'unknown'
  /** Nobody listens there. */
  | 'refused'
  /** It could not be reached, or not in time. */
  | 'unreachable'
  /** It answered with an error of another kind. */
  | 'failed';

export class WorkerError extends Error {
  readonly problem: WorkerProblem;

  constructor(problem: WorkerProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WorkerError';
    this.problem = problem;
  }
}

/** What a run would need, in bytes. */
export type RunNeeds = EstimateResponse;

/** A connection to one worker. Every method throws WorkerError. */
export type WorkerClient = {
  /** What such a run would need; 0 bytes of memory: the run will say why it cannot be told. */
  estimate(request: EstimateRequest): Promise<RunNeeds>;
  start(request: StartJobRequest): Promise<{ already: boolean }>;
  /** The run's messages after a sequence. Ends with the run, or throws when the stream breaks. */
  watch(
    run: RunName,
    afterSequence: number,
    options: { readonly openMs: number; readonly onOpen: () => void; readonly signal: AbortSignal },
  ): AsyncGenerator<WatchJobResponse>;
  pause(run: RunName, requestId: string): Promise<{ over: boolean }>;
  resume(run: RunName, requestId: string): Promise<{ over: boolean }>;
  cancel(run: RunName, requestId: string): Promise<{ over: boolean }>;
  close(): void;
};

/**
 * Dials a worker (`host:port`); the connection is made by the first call. Throws when calls would give the secret away.
 */
export function dialWorker(address: string, security: WorkerSecurity): WorkerClient {
  const { credentials, options: tlsOptions } = dialOptions(address, security);
  const client = new WorkerServiceClient(address, credentials, { ...clientOptions, ...tlsOptions });
  const metadata = (): Metadata => callMetadata(security, logContext().requestId);
  const unary = <Response>(
    deadlineMs: number,
    call: (
      options: { deadline: number },
      reply: (error: ServiceError | null, response: Response) => void,
    ) => unknown,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      call({ deadline: Date.now() + deadlineMs }, (error, response) =>
        error === null ? resolve(response) : reject(workerError(error)),
      );
    });
  const named = (run: RunName, requestId: string) => ({ ...run, requestId });
  const control = deadlines.control;
  return {
    estimate: (request) =>
      unary(deadlines.estimate, (options, reply) =>
        client.estimate(request, metadata(), options, reply),
      ),
    start: (request) =>
      unary(deadlines.start, (options, reply) =>
        client.startJob(request, metadata(), options, reply),
      ),
    pause: (run, id) =>
      unary(control, (options, reply) =>
        client.pauseJob(named(run, id), metadata(), options, reply),
      ),
    resume: (run, id) =>
      unary(control, (options, reply) =>
        client.resumeJob(named(run, id), metadata(), options, reply),
      ),
    cancel: (run, id) =>
      unary(control, (options, reply) =>
        client.cancelJob(named(run, id), metadata(), options, reply),
      ),
    watch: (run, afterSequence, options) =>
      watch(() => client.watchJob({ ...run, afterSequence }, metadata()), options),
    close: () => client.close(),
  };
}

async function* watch(
  open: () => ClientReadableStream<WatchJobResponse>,
  { openMs, onOpen, signal }: Parameters<WorkerClient['watch']>[2],
): AsyncGenerator<WatchJobResponse> {
  const stream = open();
  const stop = (): void => stream.cancel();
  // The worker sends its headers at once: their absence means that nobody is there.
  const timer = setTimeout(stop, openMs);
  stream.once('metadata', () => {
    clearTimeout(timer);
    onOpen();
  });
  // The loop below sees the error; one that comes after it was left must not end the process.
  stream.on('error', () => undefined);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const message of stream) yield message as WatchJobResponse;
  } catch (error) {
    throw workerError(error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    stream.cancel();
  }
}

/** The one place where a gRPC status gets its meaning for the controller. */
function workerError(error: unknown): WorkerError {
  const { code, details } = error as Partial<ServiceError>;
  const text = details === undefined || details === '' ? String(error) : details;
  return new WorkerError(problemOf(code, text), text, { cause: error });
}

function problemOf(code: status | undefined, text: string): WorkerProblem {
  // Who is not let in cannot blame the job.
  if (code === status.RESOURCE_EXHAUSTED || code === status.UNAUTHENTICATED) return 'busy';
  if (code === status.NOT_FOUND) return 'unknown';
  if (code === status.UNAVAILABLE && text.includes('ECONNREFUSED')) return 'refused';
  const away = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED];
  return code !== undefined && away.includes(code) ? 'unreachable' : 'failed';
}
