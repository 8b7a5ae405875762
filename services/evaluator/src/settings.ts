import { usualEvaluationRows } from '@lathe/contracts/http/fine-tuning';
import { type GraderSettings, usualGraderSettings } from '@lathe/graders/grader-processes';
import type { Config } from '@lathe/platform/config';
import { machineMemory } from '@lathe/platform/machine-memory';

/** Limits of the evaluator that no user sets; a test may hold other values. */
export type EvaluatorSettings = GraderSettings & {
  /** Most held-out rows that are scored when the job names no number. */
  readonly evaluationRows: number;
  /** Most examples that are tried in a few-shot prompt when the job names no number. */
  readonly fewShotExamples: number;
  /** At most so many different answers count as labels; then each is shown at least once. */
  readonly fewShotLabels: number;
  /** Training rows that stand before a question of the contestants by retrieval when the job names no number. */
  readonly retrievalExamples: number;
  /** Most general questions that show whether the model forgot when the job names no number. */
  readonly forgettingQuestions: number;
  /** Rows of each eval of the project that are asked before and after tuning, and tokens of each answer, at most. */
  readonly evalProbeRows: number;
  readonly evalProbeTokens: number;
  /** Tokens that an answer may have beyond the expected one, and at most in all. */
  readonly answerSlack: number;
  readonly answerMost: number;
  /** Held-out rows that the report shows with every answer. */
  readonly samples: number;
  /** Rows that an evaluation has answered at a time; they decode together. */
  readonly evaluationSlots: number;
  /** Rows that a model behind a server is asked at a time, the longest time of all, and of a try of one, and how many tries. */
  readonly serverSlots: number;
  readonly serverContestMs: number;
  readonly serverTimeoutMs: number;
  readonly serverAttempts: number;
  /** Runs of evals that are worked on at a time, and rows of one. */
  readonly evalRunSlots: number;
  readonly evalRowSlots: number;
  /** Most rows of a run, and bytes of one. */
  readonly evalRows: number;
  readonly evalRowBytes: number;
  /** How often a run tells how far it is, and how often forgotten ones are looked for. */
  readonly evalProgressMs: number;
  readonly evalSweepMs: number;
  /** Begun so often in vain, a run fails. */
  readonly maxDeliveries: number;
  /** Events of progress for each contestant. */
  readonly progressEvents: number;
  /** How often a running evaluation looks whether its job was cancelled or paused. */
  readonly cancelPollMs: number;
  /** How often the model folders are looked through. */
  readonly modelScanMs: number;
  /** How often it announces itself and the models that it has in memory. */
  readonly heartbeatMs: number;
  /** How long what this evaluator announces of itself counts. */
  readonly leaseMs: number;
  /** Longest silence towards a client that waits. */
  readonly waitingMs: number;
  /** Chat requests that are open at a time, and as many embedding requests; more are refused. */
  readonly openRequests: number;
  /** How many of these one project may have, and how many tokens they may have together. */
  readonly projectRequests: number;
  readonly projectTokens: number;
  /** Tokens and vectors of one piece of an embedding request; a client that leaves is noticed between two. */
  readonly embeddingTokens: number;
  readonly embeddingVectorBytes: number;
  /** Answers that the engine decodes together; see `createFairPlaces` for how projects share them. */
  readonly chatSlots: number;
  /** Threads that make tokens of long texts, beside the one for short texts and for answers. */
  readonly textThreads: number;
  /** Requests of at most so many bytes are short, unless they have a schema. */
  readonly quickTextBytes: number;
  /** Longest time to make tokens of one request. */
  readonly textTaskMs: number;
  /** Bytes that models and adapters have in memory together, beside those in use. */
  readonly modelBytes: number;
  /** Bytes of these that keys and values of prompts may have; 0: none are kept. */
  readonly prefixBytes: number;
  /** Tuned models that stay on disk. */
  readonly cachedModels: number;
  /** How long the copy of a tuned model that no record names is left alone: an evaluation may stand on it. */
  readonly unlistedMs: number;
  /** Exports of models at a time, and what one may take of bytes and time. */
  readonly exportSlots: number;
  readonly exportLimitBytes: number;
  readonly exportMs: number;
  /** Silence of a working engine process after which it is killed. */
  readonly engineSilenceMs: number;
  /** What an evaluation bears of the engine: engine-lost.ts. */
  readonly engineLossesAlone: number;
  readonly engineLosses: number;
  readonly engineRetryMs: number;
  /** Longest wait for open requests at the end. */
  readonly stopGraceMs: number;
  /** Most tokens of one sequence, prompt included. */
  readonly contextTokens: number;
  /** Threads of the engine; 0: as many as it likes. */
  readonly threads: number;
  /** How ONNX Runtime is called, and whose products of matrices are taken. */
  readonly binding: Config['engineBinding'];
  readonly kernels: Config['evaluatorKernels'];
};

/** The settings that the configuration gives, with the defaults of the others. */
export function evaluatorSettings(config: Config): EvaluatorSettings {
  return {
    evaluationRows: usualEvaluationRows,
    fewShotExamples: 8,
    fewShotLabels: 16,
    retrievalExamples: 3,
    forgettingQuestions: 24,
    evalProbeRows: 100,
    evalProbeTokens: 512,
    answerSlack: 16,
    answerMost: 512,
    samples: 20,
    evaluationSlots: 8,
    serverSlots: 4,
    serverContestMs: 30 * 60_000,
    serverTimeoutMs: config.modelServerTimeoutMs,
    serverAttempts: config.modelServerAttempts,
    evalRunSlots: config.evalRunSlots,
    evalRowSlots: 8,
    evalRows: config.evalRows,
    evalRowBytes: config.evalRowBytes,
    exportSlots: 1,
    exportLimitBytes: config.exportLimitBytes,
    exportMs: config.exportMs,
    evalProgressMs: 1000,
    evalSweepMs: config.sweepMs,
    maxDeliveries: config.maxDeliveries,
    ...usualGraderSettings,
    pythonCommand: config.pythonSandbox,
    pythonMs: config.pythonSandboxMs,
    progressEvents: 4,
    cancelPollMs: 1000,
    modelScanMs: 30_000,
    waitingMs: config.heartbeatMs,
    heartbeatMs: config.heartbeatMs,
    leaseMs: config.workerLeaseMs,
    openRequests: config.evaluatorRequests,
    projectRequests: config.evaluatorProjectRequests,
    projectTokens:
      config.evaluatorProjectTokens ||
      config.evaluatorProjectRequests * config.evaluatorContextTokens,
    embeddingTokens: 8192,
    // Base64 makes it a third more, and nats-server takes messages of 1 MiB.
    embeddingVectorBytes: 512 * 1024,
    chatSlots: config.evaluatorBatch,
    textThreads: 1,
    quickTextBytes: 16 * 1024,
    textTaskMs: 60_000,
    modelBytes: config.evaluatorModelBytes || Math.floor(machineMemory() / 2),
    prefixBytes: config.evaluatorPrefixBytes,
    cachedModels: 32,
    unlistedMs: 24 * 3_600_000,
    engineSilenceMs: 300_000,
    engineLossesAlone: 3,
    engineLosses: 10,
    engineRetryMs: 1000,
    stopGraceMs: Math.floor(config.shutdownGraceMs / 2),
    contextTokens: config.evaluatorContextTokens,
    threads: config.engineThreads,
    binding: config.engineBinding,
    kernels: config.evaluatorKernels,
  };
}
