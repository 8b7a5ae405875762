import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  DatasetPart,
  GenerationRow,
  Message,
  ModelText,
} from '@lathe/contracts/artifact/dataset';
import { checkpointPrefix, datasetPrefix } from '@lathe/contracts/artifact/key';
import { evaluationReportSchema } from '@lathe/contracts/artifact/report';
import { encodeShard, type ShardExample } from '@lathe/contracts/artifact/shard';
import { newId } from '@lathe/contracts/id';
import type { JobRecord } from '@lathe/contracts/job/record';
import {
  type EmbeddingQuestion,
  type EmbeddingReply,
  embeddingReplySchema,
} from '@lathe/contracts/message/embedding';
import { type Envelope, envelopeHeaders } from '@lathe/contracts/message/envelope';
import {
  type GradeReply,
  type GradeRequest,
  gradeReplySchema,
} from '@lathe/contracts/message/grade';
import {
  type InferenceReply,
  type InferenceRequest,
  inferenceReplySchema,
} from '@lathe/contracts/message/inference';
import { tunedModelName } from '@lathe/contracts/record/model';
import {
  embeddingSubject,
  gradeSubject,
  inferenceCancelSubject,
  inferenceSubject,
  modelKey,
  recordKey,
} from '@lathe/contracts/subject';
import { putFolder } from '@lathe/platform/artifacts/folder';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { type Environment, readConfig } from '@lathe/platform/config';
import { publishWork } from '@lathe/platform/nats/work';
import { openStores } from '@lathe/testkit/stores';
import { writeTinyAdapter, writeTinyModel } from '@lathe/testkit/tiny-model';
import { encodeChat } from '@lathe/tokenizer/chat-example';
import { listTextFiles } from '@lathe/tokenizer/text-files';
import { createInbox, headers } from '@nats-io/nats-core';
import type { z } from 'zod';
import type { EvaluatorSettings } from '../settings.ts';
import { start } from '../start.ts';
import { openModelKit, templateOf } from '../texts/model-kit.ts';
import {
  baseName,
  chatRequest,
  embeddingQuestion,
  project,
  trainedJob,
} from './records.fixture.ts';

/** Rows of the models' embeddings that no token has: a model that said one could not be answered from. */
export const paddedRows = 24;

/** For tests: a real evaluator over a real nats-server, real files and a real engine with a tiny base model. */
export async function openEvaluator(
  places: {
    readonly natsUrl: string;
    readonly folder: string;
    /** Variables beside those of the fixture. */
    readonly environment?: Environment;
  },
  overrides: Partial<EvaluatorSettings> = {},
) {
  const config = readConfig({
    LATHE_ENGINE_THREADS: '1',
    ...places.environment,
    LATHE_DATA: places.folder,
    LATHE_NATS_URL: places.natsUrl,
    LATHE_MODELS: join(places.folder, 'models'),
    LATHE_LOG_LEVEL: process.env.LATHE_TEST_LOG ?? 'silent',
  });
  const baseFolder = join(places.folder, 'models', baseName);
  await writeTinyModel(baseFolder, { paddedRows });
  const settings = { cancelPollMs: 30, stopGraceMs: 200, ...overrides };
  let evaluator = await start(config, settings);
  const stores = await openStores(config);
  const { nats, artifacts, jobs, models, files, job: read, events } = stores;
  const kit = await openModelKit(baseFolder);

  const storePart = async (
    prefix: string,
    rows: readonly GenerationRow[],
  ): Promise<DatasetPart> => {
    const exampleOf = (messages: readonly Message[]): ShardExample => {
      const encoded = encodeChat(kit.tokenizer, templateOf(kit, baseName), messages);
      return { tokens: Int32Array.from(encoded.tokens), supervised: encoded.supervised };
    };
    // As ingest asks: what a chat with an answer has before it.
    const askedOf = (messages: readonly Message[]): ShardExample => {
      const { tokens, supervised } = exampleOf([...messages, { role: 'assistant', content: 'x' }]);
      const length = supervised.indexOf(1);
      return { tokens: tokens.slice(0, length), supervised: supervised.slice(0, length).fill(0) };
    };
    const examples = rows.flatMap((row): ShardExample[] => {
      if (row.kind === 'chat') return [exampleOf(row.messages)];
      if (row.kind === 'prompt') return [askedOf(row.messages)];
      if (row.kind !== 'preference') throw new TypeError(`the fixture stores no ${row.kind} rows`);
      return [row.preferred, row.rejected].map((answer) => exampleOf([...row.messages, answer]));
    });
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    const store = async (key: string, bytes: Uint8Array) => ({
      key,
      ...(await artifacts.put(key, bytes)),
    });
    return {
      rows: rows.length,
      tokens: examples.reduce((sum, { tokens }) => sum + tokens.length, 0),
      supervisedTokens: 0,
      longest: 0,
      shards: rows.length === 0 ? [] : [await store(`${prefix}.shard`, encodeShard(examples))],
      canonical: await store(`${prefix}.jsonl`, Buffer.from(text)),
    };
  };
  const storeDataset = async (
    jobId: string,
    rows: { train: readonly GenerationRow[]; heldOut: readonly GenerationRow[] },
  ): Promise<string> => {
    const prefix = datasetPrefix(project, jobId, 'at_1');
    const report = { key: `${prefix}/report.json` };
    const manifest = {
      version: 1,
      jobId,
      kind: rows.train[0]?.kind ?? 'chat',
      baseModel: baseName,
      tokenizerSha256: kit.tokenizerSha256,
      templateSha256: null,
      heldOutSource: rows.heldOut.length === 0 ? 'none' : 'split',
      train: await storePart(`${prefix}/train`, rows.train),
      heldOut: await storePart(`${prefix}/held-out`, rows.heldOut),
      report: { ...report, ...(await artifacts.put(report.key, Buffer.from('{}'))) },
    };
    await artifacts.put(`${prefix}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
    return `${prefix}/manifest.json`;
  };
  /** Stores a checkpoint: a random adapter, or a whole model with other random weights. */
  const storeCheckpoint = async (
    jobId: string,
    kind: 'adapter' | 'merged',
    { seed, text }: { readonly seed: number; readonly text?: ModelText | undefined },
  ) => {
    const folder = join(places.folder, 'checkpoints', `${jobId}-${kind}`);
    await mkdir(folder, { recursive: true });
    if (kind === 'adapter') await writeTinyAdapter(folder, seed);
    else await writeTinyModel(folder, { seed, paddedRows });
    // As a worker stores it: with the files that the rows became tokens with.
    if (text !== undefined)
      for (const name of await listTextFiles(baseFolder))
        await cp(join(baseFolder, name), join(folder, 'tokenizer', name));
    const prefix = checkpointPrefix(project, jobId, 'at_1', 10);
    const manifest = {
      version: 1,
      jobId,
      epoch: 1,
      step: 10,
      baseModel: baseName,
      kind,
      model: await putFolder(artifacts, `${prefix}/model`, folder),
      state: {},
      metrics: { step: 10 },
      ...(text && { text }),
    };
    await artifacts.put(`${prefix}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
    return `${prefix}/manifest.json`;
  };
  /** Asks as a gateway does; yields the replies until the last word. */
  async function* ask<Reply extends { kind: string }>(
    subject: string,
    request: Envelope,
    schema: z.ZodType<Reply>,
  ): AsyncGenerator<Reply, void> {
    const inbox = createInbox();
    const replies = nats.connection.subscribe(inbox);
    const sent = headers();
    for (const [name, value] of envelopeHeaders(request)) sent.append(name, value);
    nats.connection.publish(subject, JSON.stringify(request), { reply: inbox, headers: sent });
    try {
      for await (const message of replies) {
        const reply = schema.parse(message.json());
        yield reply;
        if (reply.kind === 'done' || reply.kind === 'error') return;
      }
    } finally {
      replies.unsubscribe();
    }
  }
  const queue = (job: JobRecord) => {
    const { id: jobId, epoch, requestId } = job;
    return publishWork(nats, 'evaluate', { version: 1, project, jobId, epoch, requestId });
  };

  return {
    config,
    nats,
    jobs,
    models,
    files,
    ...{ evals: stores.evals, evalRuns: stores.evalRuns, evaluators: stores.evaluators },
    artifacts,
    kit,
    baseFolder,
    read,
    queue,
    get enginePid() {
      return evaluator.enginePid;
    },
    async restart() {
      await evaluator.stop();
      evaluator = await start(config, settings);
    },
    /** Registers a tuned model under its name and returns the name. */
    async addTuned(kind: 'adapter' | 'merged', seed = 5, text?: ModelText): Promise<string> {
      const jobId = newId('job');
      const manifestKey = await storeCheckpoint(jobId, kind, { seed, text });
      const name = tunedModelName({ base: baseName, project, suffix: kind, jobId });
      await models.put(modelKey(project, name), {
        version: 1,
        kind,
        name,
        project,
        createdAt: 0,
        base: baseName,
        jobId,
        step: 10,
        manifestKey,
        ...(text && { text }),
      });
      return name;
    },
    /** A job whose training is over. */
    async trained(
      rows: { train: readonly GenerationRow[]; heldOut: readonly GenerationRow[] },
      change: Partial<JobRecord> = {},
    ): Promise<JobRecord> {
      const id = newId('job');
      const job: JobRecord = {
        ...trainedJob(id),
        datasetKey: await storeDataset(id, rows),
        checkpointKey: await storeCheckpoint(id, 'adapter', { seed: 5 }),
        ...change,
      };
      await jobs.create(recordKey(project, id), job);
      return job;
    },
    async ended(id: string, states = ['succeeded', 'failed', 'cancelled', 'paused']) {
      for (;;) {
        const job = await read(id);
        if (states.includes(job.state)) return job;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    report: (job: JobRecord) => readJson(artifacts, job.reportKey ?? '', evaluationReportSchema),
    events,
    ask: (change: Partial<InferenceRequest>): AsyncGenerator<InferenceReply, void> =>
      ask(inferenceSubject, { ...chatRequest(), ...change }, inferenceReplySchema),
    /** The vectors of an embedding request, or its error, and everything that was said. */
    async embed(change: Partial<EmbeddingQuestion>, onReply = (_: EmbeddingReply) => {}) {
      const question = { ...embeddingQuestion(), ...change };
      const replies: EmbeddingReply[] = [];
      for await (const reply of ask(embeddingSubject, question, embeddingReplySchema)) {
        replies.push(reply);
        onReply(reply);
      }
      const vectors = replies.flatMap((reply) => {
        if (reply.kind !== 'vectors') return [];
        const { buffer } = Uint8Array.from(Buffer.from(reply.data, 'base64'));
        const all = new Float32Array(buffer);
        const { dimensions } = reply;
        return Array.from({ length: all.length / dimensions }, (_, at) =>
          all.slice(at * dimensions, (at + 1) * dimensions),
        );
      });
      return { vectors, replies, last: replies.at(-1) };
    },
    /** Has answers graded as a trainer does. */
    async grade(request: Pick<GradeRequest, 'grader' | 'items'> & Partial<GradeRequest>) {
      const question = { version: 1, requestId: newId('request'), project, ...request };
      const asked = { ...question, model: request.grader.name };
      let last: GradeReply | undefined;
      for await (const reply of ask(gradeSubject, asked, gradeReplySchema)) last = reply;
      return last;
    },
    cancel: (requestId: string) => nats.connection.publish(inferenceCancelSubject(requestId)),
    async [Symbol.asyncDispose]() {
      await nats.close();
      await evaluator.stop();
    },
  };
}
export type TestEvaluator = Awaited<ReturnType<typeof openEvaluator>>;
