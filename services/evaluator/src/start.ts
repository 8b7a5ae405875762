import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId } from '@lathe/contracts/id';
import {
  completionSubject,
  embeddingSubject,
  gradeSubject,
  inferenceSubject,
  predictionSubject,
} from '@lathe/contracts/subject';
import { startGraders } from '@lathe/graders/grader-processes';
import { checkModelFolders } from '@lathe/platform/base-models';
import { childEnvironment } from '@lathe/platform/child-environment';
import type { Config } from '@lathe/platform/config';
import type { Logger } from '@lathe/platform/log';
import { pause } from '@lathe/platform/nats/pause';
import { measureQueues } from '@lathe/platform/nats/queue-metrics';
import { openProcessFolder } from '@lathe/platform/process-folder';
import { openAllRecords } from '@lathe/platform/records';
import { openService, type Service } from '@lathe/platform/service';
import type { Stoppable } from '@lathe/platform/shutdown';
import type { AskEval, GradeAnswers } from './contest/evaluation.ts';
import { createEngineProcess } from './engine/engine-process.ts';
import { answerGrading } from './evals/answer-grading.ts';
import { askEval } from './evals/ask-eval.ts';
import { gradeAll } from './evals/grade-all.ts';
import type { GradePorts } from './evals/grade-row.ts';
import { serveRuns } from './evals/serve-runs.ts';
import { serveExports } from './exports/serve-exports.ts';
import { onModelDeleted, serveEvaluations } from './job/nats.ts';
import { openModelFiles } from './models/model-files.ts';
import { createModels } from './models/models.ts';
import { createAdmission } from './serve/admission.ts';
import { type Announcer, createAnnouncer } from './serve/announce.ts';
import { answerChat } from './serve/answer.ts';
import { answerCompletion } from './serve/answer-completion.ts';
import { answerEmbedding } from './serve/answer-embedding.ts';
import { answerPrediction } from './serve/answer-prediction.ts';
import { announcePresence, evaluatorId } from './serve/presence.ts';
import { serveRequests } from './serve/responder.ts';
import { type EvaluatorSettings, evaluatorSettings } from './settings.ts';
import { startTextThreads } from './texts/text-threads.ts';
import { createTexts } from './texts/texts.ts';

const engineProgram = fileURLToPath(new URL('./engine/engine-child.ts', import.meta.url));

export type EvaluatorHandle = Stoppable & {
  /** The engine process that runs now, if any. */
  readonly enginePid: number | undefined;
};

/**
 * Starts the evaluator and returns once base models are announced and it takes chat requests and
 * evaluations. Throws an Error of one sentence when nats-server cannot be reached. `stop` lets open chats
 * end for a while and puts evaluations back on the queue.
 */
export async function start(
  config: Config,
  overrides: Partial<EvaluatorSettings> = {},
): Promise<EvaluatorHandle> {
  const settings = { ...evaluatorSettings(config), ...overrides };
  await checkModelFolders(config.modelFolders);
  return openService(config, { name: 'evaluator' }, async (service) => {
    const { nats, metrics, stops, log } = service;
    measureQueues(nats, metrics);
    const {
      evaluating,
      running: ofEvals,
      exporting,
      ...opened
    } = await openPorts(config, settings, service);
    const { engine, texts, models, stopTexts, presence, announcing, forget, tidy } = opened;
    stops.add('texts', stopTexts);
    stops.add('engine', () => engine.stop());
    stops.add('presence', () => presence.stop());
    stops.add('graders', () => ofEvals.graders.stop());
    const controller = new AbortController();
    const { signal } = controller;
    const announcer = createAnnouncer(announcing);
    await announcer.scan();
    await tidy(0);
    const running = [
      keepScanning(announcer, { ...settings, tidy, signal, log }),
      serveEvaluations(nats, evaluating, { concurrency: config.evaluatorSlots, signal, metrics }),
      serveRuns(nats, ofEvals, signal),
      serveExports(nats, exporting, signal),
    ];
    stops.add('deletions', onModelDeleted(nats, forget));
    const serving = { connection: nats.connection, log, settings, metrics };
    const chat = serveRequests({
      ...serving,
      kind: 'chat',
      subject: inferenceSubject,
      admission: createAdmission(settings),
      answer: async function* (request, asked) {
        const model = await models.find(request.project, request.model);
        const randomSeed = () => randomInt(2 ** 31);
        const { urgency } = request;
        yield* answerChat(request, model, { ...asked, engine, texts, randomSeed, urgency });
      },
    });
    const completions = serveRequests({
      ...serving,
      kind: 'completion',
      subject: completionSubject,
      admission: createAdmission(settings),
      answer: async function* (request, asked) {
        const model = await models.find(request.project, request.model);
        const randomSeed = () => randomInt(2 ** 31);
        const { urgency } = request;
        yield* answerCompletion(request, model, { ...asked, engine, texts, randomSeed, urgency });
      },
    });
    const embeddings = serveRequests({
      ...serving,
      kind: 'embedding',
      subject: embeddingSubject,
      admission: createAdmission(settings),
      answer: async function* (request, asked) {
        const model = await models.find(request.project, request.model);
        const { urgency } = request;
        yield* answerEmbedding(request, model, { ...asked, engine, texts, settings, urgency });
      },
    });
    const predictions = serveRequests({
      ...serving,
      kind: 'prediction',
      subject: predictionSubject,
      admission: createAdmission(settings),
      answer: async function* (request, asked) {
        const model = await models.find(request.project, request.model);
        yield* answerPrediction(request, model, { ...asked, engine, texts, settings });
      },
    });
    const gradings = serveRequests({
      ...serving,
      kind: 'grading',
      subject: gradeSubject,
      admission: createAdmission(settings),
      answer: (request, { signal: ended }) => answerGrading(request, ofEvals, ended),
    });
    stops.add('work', async () => {
      controller.abort();
      await Promise.all([
        ...running,
        chat.stop(),
        completions.stop(),
        embeddings.stop(),
        predictions.stop(),
        gradings.stop(),
      ]);
    });
    await service.serveHealth();
    log.info({ slots: config.evaluatorSlots }, 'the evaluator takes requests and evaluations');
    return {
      stop: () => stops.stop(),
      get enginePid() {
        return engine.pid;
      },
    };
  });
}

async function openPorts(
  config: Config,
  settings: EvaluatorSettings,
  { nats, log, artifacts, metrics }: Service,
) {
  const { modelFolders, dataFolder } = config;
  const {
    jobs,
    models: records,
    aliases,
    checkpoints,
    files: uploads,
    evals,
    evalRuns,
    exports,
    evaluators,
  } = await openAllRecords(nats);
  const graders = startGraders(settings, log);
  const cache = join(dataFolder, 'cache', 'models');
  const files = openModelFiles(artifacts, cache, settings.cachedModels);
  const { contextTokens } = settings;
  const engine = createEngineProcess(
    engineProgram,
    { ...settings, environment: childEnvironment(process.env, dataFolder) },
    { log, metrics, onLoaded: (loaded) => presence.loaded(loaded) },
  );
  const threads = startTextThreads(settings, log);
  const texts = createTexts(threads, settings.quickTextBytes);
  const models = createModels({
    models: records,
    aliases,
    checkpoints,
    jobs,
    artifacts,
    files,
    modelFolders,
    contextTokens,
    texts,
    onForget: (folder) => engine.forget(folder),
  });
  const workFolder = await openProcessFolder(join(dataFolder, 'work', '.exports'));
  const presence = announcePresence({
    ...{ evaluators, models, log, id: evaluatorId(), memoryBytes: settings.modelBytes },
    ...{ heartbeatMs: settings.heartbeatMs, leaseMs: settings.leaseMs },
  });
  const ports = { artifacts, models, engine, texts, settings, log, now: Date.now };
  const running = { evalRuns, files: uploads, graders, ...ports };
  return {
    engine,
    texts,
    models,
    stopTexts: () => threads.stop(),
    presence,
    evaluating: {
      ...{ jobs, files, uploads, modelServers: config.modelServers },
      ...{ ...ports, grade: gradeWith({ graders, ...ports }) },
      askEval: askEvalWith({ ...running, evals }),
    },
    running,
    exporting: {
      ...{ exports, artifacts, models, settings, log, now: Date.now },
      workFolder,
      environment: childEnvironment(process.env, dataFolder),
    },
    announcing: { models: records, modelFolders, texts, log },
    forget: models.forget,
    /** Drops copies of models that were deleted while this evaluator did not listen. */
    tidy: async (unusedMs: number) => {
      const kept = (await records.list('')).map(({ value }) => value);
      const keys = kept.flatMap((model) => (model.kind === 'base' ? [] : [model.manifestKey]));
      await files.keepOnly(keys, unusedMs);
    },
  };
}

/** Grades answers at the end of a job as while it was trained. */
function gradeWith(ports: GradePorts): GradeAnswers {
  return async ({ project, grader, answers }, signal) => {
    const items = answers.map(({ item, answer }) => ({ item, sample: { output_text: answer } }));
    const request = { project, requestId: newId('request'), grader, items };
    const { grades } = await gradeAll(ports, request, signal);
    return grades.map((grade) => ('reward' in grade ? grade.reward : undefined));
  };
}

function askEvalWith(ports: Parameters<typeof askEval>[0]): AskEval {
  return (asked, asking) => askEval(ports, asked, asking);
}

/** Looks at the model folders every so often until the signal aborts. */
async function keepScanning(
  announcer: Announcer,
  options: {
    readonly modelScanMs: number;
    readonly unlistedMs: number;
    readonly tidy: (unusedMs: number) => Promise<void>;
    readonly signal: AbortSignal;
    readonly log: Logger;
  },
): Promise<void> {
  for (;;) {
    await pause(options.modelScanMs, options.signal);
    if (options.signal.aborted) return;
    try {
      await announcer.scan();
      await options.tidy(options.unlistedMs);
    } catch (error) {
      options.log.warn({ err: error }, 'could not look through the model folders; trying again');
    }
  }
}
