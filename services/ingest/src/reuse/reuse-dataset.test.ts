/** The second job on the same file: its dataset is the first one's, and nothing is read or tokenized for it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jobPrefix } from '@lathe/contracts/artifact/key';
import type { JobRecord } from '@lathe/contracts/job/record';
import type { JobEvent } from '@lathe/contracts/message/event';
import { recordKey } from '@lathe/contracts/subject';
import { createLogger } from '@lathe/platform/log';
import { jobRecord } from '@lathe/testkit/job-record';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { chatLine, chatLines, modelName, startIngest } from '../integration/ingest.fixture.ts';
import { type IngestPorts, ingestJob } from '../job/job.ts';
import { startRowThreads } from '../rows/rows.ts';
import { ingestDefaults } from '../settings.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const threads = startRowThreads(1, log);
let service: Awaited<ReturnType<typeof startIngest>>;
/** Kinds of work that the threads of rows were asked for, and the events that were told. */
let asked: string[] = [];
let told: JobEvent[] = [];

beforeAll(async () => {
  service = await startIngest();
});
afterAll(async () => {
  await threads.stop();
  await service[Symbol.asyncDispose]();
});
beforeEach(() => {
  asked = [];
  told = [];
});

const ports = (): IngestPorts => ({
  ...service,
  modelFolders: [join(service.config.dataFolder, 'models')],
  settings: ingestDefaults,
  rowThreads: {
    ...threads,
    run(task, project, signal) {
      asked.push(task.kind);
      return threads.run(task, project, signal);
    },
  },
  spoolFolder: service.config.dataFolder,
  log,
  now: Date.now,
  publishEvent: async (event) => told.push(event),
  publishTrain: async () => undefined,
});

async function ingest(file: string, change: Partial<JobRecord> = {}): Promise<JobRecord> {
  const record = jobRecord({ model: modelName, trainingFile: file, ...change });
  const { id, project } = record;
  await service.jobs.create(recordKey(project, id), record);
  asked = [];
  told = [];
  const context = { signal: new AbortController().signal, progress: () => undefined };
  const message = { version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' } as const;
  await ingestJob(ports(), message, context);
  return (await service.jobs.get(recordKey(project, id)))?.value ?? expect.fail('no job');
}

const text = `${chatLines(40)}${chatLine('again', 'yes')}\n${chatLine('again', 'yes')}\n`;
const validated = () => told.find(({ name }) => name === 'validated');
const dpo = { method: 'dpo' } as const;

it('takes the dataset of the first: no row is read, none becomes tokens', async () => {
  const file = await service.upload(text);
  const first = await ingest(file);
  expect(asked).toContain('read');
  const warned = told.filter(({ name }) => name === 'finding').map(({ message }) => message);
  expect(warned).toEqual(['1 row repeats an earlier row.']);
  const options = { learning_rate: 0.01, adaptation: { type: 'lora', rank: 2 } } as const;
  const second = await ingest(file, { options, hyperparameters: { n_epochs: 2 } });
  expect(asked).toEqual([]);
  expect(second).toMatchObject({ state: 'queued', stage: 'train', datasetHash: first.datasetHash });
  expect(second.settings).toMatchObject({ learningRate: 0.01, epochs: 2, adaptation: { rank: 2 } });
  expect(validated()).toMatchObject({ data: { dataset_of: first.id } });
  // What was warned of is told to the second owner, too.
  expect(told.filter(({ name }) => name === 'finding').map(({ message }) => message)).toEqual(
    warned,
  );
  const [one, two] = [await service.dataset(first), await service.dataset(second)];
  expect(two.report).toEqual(one.report);
  expect(await two.rows(two.manifest.train)).toEqual(await one.rows(one.manifest.train));
  expect(await two.examples(two.manifest.train)).toEqual(await one.examples(one.manifest.train));
  expect(JSON.stringify(two.manifest)).not.toContain(first.id);
  // Each has its own: when one is erased, the other stays whole, and a third takes it from there.
  await service.artifacts.deletePrefix(jobPrefix('default', first.id));
  await service.jobs.delete(recordKey('default', first.id));
  const third = await ingest(file);
  expect(asked).toEqual([]);
  expect(validated()).toMatchObject({ data: { dataset_of: second.id } });
  expect((await service.dataset(third)).report).toEqual(one.report);
});

it.each([
  ['another seed', { seed: 2 }],
  ['another length', { options: { max_tokens: 300 } }],
  ['another share held out', { options: { held_out_share: 0.5 } }],
  [
    'virtual tokens, which take room',
    { options: { adaptation: { type: 'prefix-tuning', tokens: 4 } } },
  ],
])('with %s the files are read', async (_, change) => {
  const file = await service.upload(text);
  await ingest(file);
  await ingest(file, change as Partial<JobRecord>);
  expect(asked).toContain('read');
  expect(validated()?.data).not.toHaveProperty('dataset_of');
});

it('with another file, or of another project, the files are read', async () => {
  await ingest(await service.upload(text));
  await ingest(await service.upload(text.replace('again', 'once more')));
  expect(asked).toContain('read');
  const file = await service.upload(text);
  const record = (await service.file(file)) ?? expect.fail('no file');
  await service.files.put(recordKey('other', file), { ...record, project: 'other' });
  await ingest(file, { project: 'other' });
  expect(asked).toContain('read');
});

it('with another chat template the files are read', async () => {
  const file = await service.upload(text);
  const template = '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}';
  await service.addModel('edited', template);
  await ingest(file, { model: 'edited' });
  const path = join(service.folderOf('edited'), 'chat_template.jinja');
  await writeFile(path, template.replace(': ', '> '));
  await ingest(file, { model: 'edited' });
  expect(asked).toContain('read');
});

it('a dataset that is not whole is not taken', async () => {
  const file = await service.upload(text.replace('again', 'not whole'));
  const first = await ingest(file);
  const { manifest } = await service.dataset(first);
  await service.artifacts.delete(manifest.train.canonical.key);
  const second = await ingest(file);
  expect(asked).toContain('read');
  const prefix = jobPrefix('default', second.id);
  const keys = (await Array.fromAsync(service.artifacts.list(prefix))).map(({ key }) => key);
  expect(
    keys.every((key) => key.startsWith((second.datasetKey ?? '').replace('manifest.json', ''))),
  ).toBe(true);
});

it('options that the rows do not fit are refused as they are when the rows are read', async () => {
  const file = await service.upload(chatLines(40));
  await ingest(file, { model: modelName });
  await expect(ingest(file, dpo)).rejects.toMatchObject({ code: 'invalid_file_format' });
});
