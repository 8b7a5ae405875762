import { once } from 'node:events';
import {
  Metadata,
  Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import type { Logger } from '@lathe/platform/log';
import { inLogContext, type LogContext } from '@lathe/platform/log-context';
import { parseRecipe } from '@lathe/recipe/wire';
import { HealthImplementation } from 'grpc-health-check';
import {
  type DescribeResponse,
  type WatchJobRequest,
  WatchJobResponse,
  type WorkerServiceServer,
  WorkerServiceService,
} from '../../generated/lathe/worker/v1/worker.ts';
import { serverOptions } from '../../grpc-settings.ts';
import { isAuthorized, requestIdOf, serverCredentials } from '../../security/grpc-credentials.ts';
import type { WorkerSecurity } from '../../security/worker-security.ts';
import type { RunNeeds } from '../engine/estimates.ts';
import { type Refusal, RefusedError, type Runs } from '../run/runs.ts';
import type { RunQuestion } from './answer-estimate.ts';
import { readStartRequest } from './grpc-request.ts';

export type WorkerServerPorts = {
  readonly runs: Runs;
  readonly describe: () => Promise<
    Pick<DescribeResponse, 'workerId' | 'devices' | 'versions' | 'models'>
  >;
  /** What a run would need. Throws RefusedError `unknown model`. */
  readonly estimate: (question: RunQuestion) => Promise<RunNeeds>;
  readonly security: WorkerSecurity;
  readonly log: Logger;
};

export type WorkerServer = {
  readonly port: number;
  /** Health answers NOT_SERVING from now on. */
  refuse(): void;
  /** Ends open calls, at the latest after so many milliseconds. */
  stop(graceMs: number): Promise<void>;
};

const statusOf: Record<Refusal, status> = {
  'no free slot': status.RESOURCE_EXHAUSTED,
  'no free memory': status.RESOURCE_EXHAUSTED,
  'stale epoch': status.FAILED_PRECONDITION,
  'shutting down': status.UNAVAILABLE,
  'unknown run': status.NOT_FOUND,
  'unknown model': status.NOT_FOUND,
  'unknown caller': status.UNAUTHENTICATED,
};

/** Serves the worker's gRPC and the standard health service on `address` (`host:port`). */
export async function serveWorker(
  address: string,
  ports: WorkerServerPorts,
): Promise<WorkerServer> {
  const server = new Server(serverOptions);
  const health = new HealthImplementation({ '': 'SERVING', [serviceName]: 'SERVING' });
  server.addService(WorkerServiceService, { ...workerService(ports) });
  health.addToServer(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, serverCredentials(ports.security), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    refuse: () => {
      health.setStatus('', 'NOT_SERVING');
      health.setStatus(serviceName, 'NOT_SERVING');
    },
    stop: (graceMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.forceShutdown(), graceMs);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

const serviceName = 'lathe.worker.v1.WorkerService';

function workerService(ports: WorkerServerPorts): WorkerServiceServer {
  const { runs, describe, estimate } = ports;
  const unary = unaryWith(ports);
  return {
    describe: unary(async () => ({
      ...(await describe()),
      slots: runs.slots,
      freeSlots: runs.freeSlots,
      memoryBytes: runs.memoryBytes,
      draining: runs.draining,
      runs: runs.list().map(({ request, journal, over }) => ({
        jobId: request.jobId,
        epoch: request.epoch,
        sequence: journal.sequence,
        over,
        project: request.project,
        memoryBytes: request.memoryBytes,
      })),
    })),
    estimate: unary(({ recipe, ...question }) =>
      estimate({ ...question, recipe: parseRecipe(recipe) }),
    ),
    startJob: unary(async (request) => {
      const { already } = await runs.start(readStartRequest(request));
      return { already, workerId: (await describe()).workerId };
    }),
    watchJob: (call) => void inLogContext(contextOf(call), () => watch(call, ports)),
    pauseJob: unary(async ({ jobId, epoch }) => {
      const run = runs.get(jobId, epoch);
      run.pause();
      return { over: run.over };
    }),
    resumeJob: unary(async ({ jobId, epoch }) => ({ over: !runs.get(jobId, epoch).resume() })),
    cancelJob: unary(async ({ jobId, epoch }) => {
      const run = runs.get(jobId, epoch);
      run.cancel();
      return { over: run.over };
    }),
  };
}

/** A unary call as a plain function: its answer or its error becomes the reply. */
function unaryWith({ log, security }: WorkerServerPorts) {
  return <Request extends object, Response>(answer: (request: Request) => Promise<Response>) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      const admitted = async (): Promise<Response> => {
        admit(call.metadata, security);
        return answer(call.request);
      };
      void inLogContext(contextOf(call), () =>
        admitted().then(
          (response) => reply(null, response),
          (error: unknown) => reply(grpcError(error, log)),
        ),
      );
    };
}

/** What the log lines of a call are about. */
function contextOf(call: { readonly metadata: Metadata; readonly request: object }): LogContext {
  const requestId = requestIdOf(call.metadata);
  const { jobId } = call.request as { readonly jobId?: string };
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(jobId === undefined ? {} : { jobId }),
  };
}

async function watch(
  call: ServerWritableStream<WatchJobRequest, WatchJobResponse>,
  { runs, log, security }: WorkerServerPorts,
): Promise<void> {
  const { jobId, epoch, afterSequence } = call.request;
  const gone = new AbortController();
  call.once('cancelled', () => gone.abort());
  call.once('close', () => gone.abort());
  call.once('error', () => gone.abort());
  try {
    admit(call.metadata, security);
    const { journal } = runs.get(jobId, epoch);
    // Headers at once tell the caller that the stream stands, however long nothing happens.
    call.sendMetadata(new Metadata());
    for await (const { sequence, content } of journal.read(afterSequence, gone.signal))
      if (!call.write(WatchJobResponse.create({ sequence, content })) && !gone.signal.aborted)
        await once(call, 'drain', { signal: gone.signal });
    call.end();
  } catch (error) {
    if (!gone.signal.aborted) call.emit('error', grpcError(error, log));
  }
}

/** Throws RefusedError unless the caller knows the secret. */
function admit(metadata: Metadata, security: WorkerSecurity): void {
  if (!isAuthorized(metadata, security))
    throw new RefusedError('unknown caller', 'the call does not carry the secret of the workers');
}

/** The one place where an error becomes a gRPC status. */
function grpcError(error: unknown, log: Logger): Partial<ServiceError> {
  if (error instanceof RefusedError)
    return { code: statusOf[error.refusal], details: error.message };
  if (error instanceof RangeError) return { code: status.INVALID_ARGUMENT, details: error.message };
  log.error({ err: error }, 'a gRPC call failed');
  return { code: status.INTERNAL, details: 'the worker failed; its log has the cause' };
}
