import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type DatasetPart,
  datasetManifestSchema,
  datasetReportSchema,
} from '@lathe/contracts/artifact/dataset';
import { fileKey } from '@lathe/contracts/artifact/key';
import { decodeShard, type ShardExample } from '@lathe/contracts/artifact/shard';
import { newId } from '@lathe/contracts/id';
import type { JobRecord } from '@lathe/contracts/job/record';
import { isTerminal } from '@lathe/contracts/job/state';
import type { FileRecord } from '@lathe/contracts/record/file';
import {
  baseModelsProject,
  modelKey,
  recordKey,
  streams,
  workConsumer,
} from '@lathe/contracts/subject';
import { getBytes } from '@lathe/platform/artifacts/folder';
import { readConfig } from '@lathe/platform/config';
import { publishWork } from '@lathe/platform/nats/work';
import { jobRecord } from '@lathe/testkit/job-record';
import { startNats } from '@lathe/testkit/nats';
import { openStores } from '@lathe/testkit/stores';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyEncoder } from '@lathe/testkit/tiny-encoder';
import { writeTinyTokenizer } from '@lathe/testkit/tiny-tokenizer';
import type { IngestSettings } from '../settings.ts';
import { start } from '../start.ts';

const project = 'default';
export const modelName = 'tiny';

/** For tests: a real ingest over a real nats-server and real files, with one base model. */
export async function startIngest(
  overrides: Partial<IngestSettings> = {},
  variables: Readonly<Record<string, string>> = {},
) {
  const [server, folder] = await Promise.all([startNats(), tempFolder()]);
  const config = readConfig({
    LATHE_DATA: folder.path,
    LATHE_NATS_URL: server.url,
    LATHE_MODELS: join(folder.path, 'models'),
    LATHE_LOG_LEVEL: 'silent',
    ...variables,
  });
  const folderOf = (name: string): string => join(folder.path, 'models', name);
  await writeTinyTokenizer(folderOf(modelName));
  await writeFile(join(folderOf(modelName), 'config.json'), '{}');
  const ingest = await start(config, { cancelPollMs: 50, ...overrides });
  const {
    nats,
    artifacts,
    jobs,
    files,
    dataWork,
    models,
    job: read,
    events,
  } = await openStores(config);
  const announce = (name: string, more: { architecture?: 'encoder'; maxPositions?: number } = {}) =>
    models.put(modelKey(baseModelsProject, name), {
      version: 1,
      kind: 'base',
      name,
      createdAt: 0,
      maxPositions: 512,
      parameters: 1_000_000,
      ...more,
    });
  await announce(modelName);

  const upload = async (
    source: string | Uint8Array | AsyncIterable<Uint8Array>,
    filename = '../../rows',
  ) => {
    const id = newId('file');
    const key = fileKey(project, id);
    const stored = await artifacts.put(
      key,
      typeof source === 'string' ? Buffer.from(source) : source,
    );
    const record: FileRecord = {
      version: 1,
      id,
      project,
      createdAt: 0,
      createdMs: 0,
      expiresAt: null,
      filename,
      purpose: 'fine-tune',
      ...stored,
      key,
      status: 'processed',
      statusDetails: null,
    };
    await files.create(recordKey(project, id), record);
    return id;
  };
  const create = async (trainingFile: string, change: Partial<JobRecord> = {}) => {
    const record = jobRecord({ project, model: modelName, trainingFile, ...change });
    await jobs.create(recordKey(project, record.id), record);
    return record;
  };
  const queue = (job: JobRecord) =>
    publishWork(nats, 'ingest', {
      version: 1,
      project,
      jobId: job.id,
      epoch: job.epoch,
      requestId: job.requestId,
    });
  const json = async (key: string): Promise<unknown> =>
    JSON.parse(Buffer.concat(await Array.fromAsync(artifacts.get(key))).toString());

  return {
    ingest,
    config,
    nats,
    jobs,
    files,
    dataWork,
    models,
    artifacts,
    folderOf,
    /** Offers another base model: the same tokens with another chat template. */
    async addModel(name: string, chatTemplate: string) {
      await writeTinyTokenizer(folderOf(name), { template: false });
      await writeFile(join(folderOf(name), 'config.json'), '{}');
      await writeFile(join(folderOf(name), 'chat_template.jinja'), chatTemplate);
      await announce(name);
    },
    /** Offers a small encoder, which reads so many tokens at most. */
    async addEncoder(name: string, maxPositions: number) {
      await writeTinyEncoder(folderOf(name));
      await announce(name, { architecture: 'encoder', maxPositions });
    },
    /** Offers a model of this repository. */
    async addFolder(source: string, more: Parameters<typeof announce>[1]) {
      await cp(source, folderOf(basename(source)), { recursive: true });
      await announce(basename(source), more);
    },
    upload,
    create,
    queue,
    read,
    file: async (id: string) => (await files.get(recordKey(project, id)))?.value,
    events,
    /** Waits until the job has left ingest. */
    async ended(id: string): Promise<JobRecord> {
      for (;;) {
        const job = await read(id);
        if (job.state !== 'validating_files' || isTerminal(job.state)) return job;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    /** Waits until the ingest queue is empty, so that every last event is there. */
    async drained(): Promise<void> {
      for (;;) {
        const info = await nats.manager.consumers.info(streams.work.name, workConsumer('ingest'));
        if (info.num_pending === 0 && info.num_ack_pending === 0) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    /** A job over these bytes, run to the end of ingest. */
    async run(source: Parameters<typeof upload>[0], change: Partial<JobRecord> = {}) {
      const job = await create(await upload(source), change);
      await queue(job);
      const ended = await this.ended(job.id);
      await this.drained();
      return ended;
    },
    async dataset(job: JobRecord) {
      const manifest = datasetManifestSchema.parse(await json(job.datasetKey ?? ''));
      const rows = async (part: DatasetPart) =>
        (await getBytes(artifacts, part.canonical).then((bytes) => Buffer.from(bytes).toString()))
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as { line: number });
      const examples = async (part: DatasetPart) => {
        const shards: ShardExample[] = [];
        for (const ref of part.shards) shards.push(...decodeShard(await getBytes(artifacts, ref)));
        return shards;
      };
      const report = datasetReportSchema.parse(await json(manifest.report.key));
      return { manifest, report, rows, examples };
    },
    async [Symbol.asyncDispose]() {
      await nats.close();
      await ingest.stop();
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export function chatLine(user: string, assistant: string): string {
  return JSON.stringify({
    messages: [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ],
  });
}

/** So many different chat lines, with one of four answers each. */
export function chatLines(count: number): string {
  const words = ['parcel', 'invoice', 'login', 'refund', 'size', 'colour', 'delay'];
  const lines = Array.from({ length: count }, (_, index) => {
    const word = words[index % words.length];
    const name = String.fromCharCode(97 + (index % 26), 97 + (Math.floor(index / 26) % 26));
    return chatLine(`Where is my ${word}, ${name}?`, `queue-${index % 4}`);
  });
  return `${lines.join('\n')}\n`;
}
