import { fileURLToPath } from 'node:url';
import { type GraderSettings, usualGraderSettings } from '@lathe/graders/grader-processes';
import type { Config } from '@lathe/platform/config';

/** Limits and waits of the gateway. Times are in milliseconds. */
export type GatewaySettings = GraderSettings & {
  readonly maxFileBytes: number;
  /** Largest JSON body in bytes. */
  readonly maxJsonBytes: number;
  /** How long an upload may send nothing. */
  readonly uploadIdleMs: number;
  /** How long a file that comes in parts takes them, and how large a part may be. */
  readonly uploadOpenMs: number;
  readonly uploadPartBytes: number;
  /** JSON bodies of at most so many bytes are read on the event loop, larger ones in threads. */
  readonly quickBodyBytes: number;
  readonly bodyThreads: number;
  /** Longest time to read one JSON body that has arrived. */
  readonly bodyTaskMs: number;
  /** How long a JSON body may send nothing. */
  readonly bodyIdleMs: number;
  /** How long one whole request may take to arrive: a large upload over a slow line. */
  readonly requestTimeoutMs: number;
  /** How long the head of a request may take to arrive. */
  readonly headersTimeoutMs: number;
  /** How long cancel waits for a running job to stop before it answers with the job as it is. */
  readonly cancelWaitMs: number;
  /** How often cancel looks at the job while it waits. */
  readonly cancelPollMs: number;
  /** Streams of jobs' events that are open at a time; one that is quiet for so long is told so. */
  readonly eventStreams: number;
  readonly eventHeartbeatMs: number;
  /** How long a stream gathers events before it reads them, and waits for the last one of a job that is over. */
  readonly eventGatherMs: number;
  readonly eventEndMs: number;
  /** How long a request to inspect a file waits for the report. */
  readonly inspectWaitMs: number;
  /** How long an estimate waits for a worker that tells what the job would need. */
  readonly memoryWaitMs: number;
  /** Data work of one project: how much may be under way, and how much that is over is kept, and how long (0: for ever). */
  readonly dataWorkOpen: number;
  readonly dataWorkKept: number;
  readonly dataWorkKeepMs: number;
  /** Exports of models of one project. */
  readonly exportsKept: number;
  /** Aliases of one project. */
  readonly aliasesKept: number;
  /** Keys of one project that were made over the API. */
  readonly keysKept: number;
  /** Evals of one project, and runs of them that are under way, and over and kept. */
  readonly evalsKept: number;
  readonly evalRunsOpen: number;
  readonly evalRunsKept: number;
  /** Rows that a request for a run may bring along, and bytes of one. */
  readonly evalRows: number;
  readonly evalRowBytes: number;
  /** Batches of one project that are under way, and over and kept, lines of one, and those that are worked on at a time. */
  readonly batchesOpen: number;
  readonly batchesKept: number;
  readonly batchLines: number;
  readonly batchSlots: number;
  readonly batchLineSlots: number;
  /** Stored completions of one project, and their age at most; 0: any. */
  readonly storedCompletionsKept: number;
  readonly storedCompletionsKeepMs: number;
  /** How often counts of answered tokens are stored, and their age at most; 0: any. */
  readonly usageWriteMs: number;
  readonly usageKeepMs: number;
  /** How long a batch may take, and how often it is told how far it is. */
  readonly batchWindowMs: number;
  readonly batchProgressMs: number;
  /** How often a line is asked that nobody takes or answers, and the longest pause between two tries. */
  readonly batchTries: number;
  readonly batchPauseMs: number;
  /** How often forgotten batches are looked for; one is begun so often in vain before it fails. */
  readonly batchSweepMs: number;
  readonly maxDeliveries: number;
  /** How long an identical create that is marked as a retry finds the job of the first try. */
  readonly retryWindowMs: number;
  /** How long an Idempotency-Key is remembered. */
  readonly idempotencyMs: number;
  /** How long an evaluator has to accept a chat request. */
  readonly inferenceAcceptMs: number;
  /** How long an evaluator may send nothing while it works on a chat request. */
  readonly inferenceSilenceMs: number;
  /** Where set-up builds the dashboard. */
  readonly dashboardFolder: string;
  /** How long a code signs a browser of this machine in, and how many may wait for that. */
  readonly signInCodeMs: number;
  readonly signInCodesKept: number;
  /** How long `stop()` lets open requests end before it cuts them off. */
  readonly stopGraceMs: number;
  /** Age at which jobs that are over are erased; 0: never. */
  readonly retentionMs: number;
  /** How often files past their expiry are deleted. */
  readonly expirySweepMs: number;
  /** How often bytes of files are looked for that no record names. */
  readonly orphanSweepMs: number;
  /** Age from which such bytes belong to no upload that is under way. */
  readonly orphanAfterMs: number;
};

/** The settings for a configuration: what an operator can choose comes from there, the rest is fixed here. */
export function gatewaySettings(config: Config): GatewaySettings {
  return {
    retentionMs: config.retentionMs,
    maxFileBytes: config.uploadLimitBytes,
    maxJsonBytes: config.bodyLimitBytes,
    uploadIdleMs: 60_000,
    uploadOpenMs: 3_600_000,
    uploadPartBytes: 64 * 1024 * 1024,
    quickBodyBytes: 16 * 1024,
    bodyThreads: 2,
    bodyTaskMs: 60_000,
    ...usualGraderSettings,
    pythonCommand: config.pythonSandbox,
    pythonMs: config.pythonSandboxMs,
    bodyIdleMs: 30_000,
    requestTimeoutMs: 3_600_000,
    headersTimeoutMs: 30_000,
    cancelWaitMs: config.cancelWaitMs,
    cancelPollMs: 100,
    eventStreams: 256,
    eventHeartbeatMs: 15_000,
    eventGatherMs: 100,
    eventEndMs: 5000,
    inspectWaitMs: config.inspectWaitMs,
    memoryWaitMs: 10_000,
    dataWorkOpen: config.dataWorkOpen,
    dataWorkKept: config.dataWorkKept,
    dataWorkKeepMs: config.dataWorkKeepMs,
    exportsKept: config.exportsKept,
    aliasesKept: config.aliasesKept,
    keysKept: config.keysKept,
    evalsKept: config.evalsKept,
    evalRunsOpen: config.evalRunsOpen,
    evalRunsKept: config.evalRunsKept,
    evalRows: config.evalRows,
    evalRowBytes: config.evalRowBytes,
    batchesOpen: config.batchesOpen,
    batchesKept: config.batchesKept,
    batchLines: config.batchLines,
    batchSlots: config.batchSlots,
    batchLineSlots: config.batchLineSlots,
    storedCompletionsKept: config.storedCompletionsKept,
    storedCompletionsKeepMs: config.storedCompletionsKeepMs,
    usageWriteMs: config.usageWriteMs,
    usageKeepMs: config.usageKeepMs,
    batchWindowMs: 24 * 3_600_000,
    batchProgressMs: 1000,
    batchTries: 30,
    batchPauseMs: 30_000,
    batchSweepMs: 15_000,
    maxDeliveries: config.maxDeliveries,
    retryWindowMs: 15 * 60_000,
    idempotencyMs: 24 * 3_600_000,
    inferenceAcceptMs: config.requestTimeoutMs,
    inferenceSilenceMs: config.inferenceTimeoutMs,
    dashboardFolder: fileURLToPath(new URL('../web/dist', import.meta.url)),
    signInCodeMs: 10 * 60_000,
    signInCodesKept: 16,
    // The other parts need some of the time that a service has to stop.
    stopGraceMs: Math.round(config.shutdownGraceMs / 2),
    expirySweepMs: 60_000,
    orphanSweepMs: 3_600_000,
    orphanAfterMs: 3_600_000,
  };
}
