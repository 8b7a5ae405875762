/** Data work from its message to its end: cancelled, killed, done twice, forgotten. */
import { once } from 'node:events';
import { dataWorkPrefix, fileKey } from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import { newId } from '@lathe/contracts/id';
import { type DataWorkRecord, endDataWork, isOver } from '@lathe/contracts/record/data-work';
import type { FileRecord } from '@lathe/contracts/record/file';
import { recordKey, streams } from '@lathe/contracts/subject';
import { publishWork } from '@lathe/platform/nats/work';
import { readStageQueue, removeWork } from '@lathe/platform/nats/work-queue';
import { changeRecord } from '@lathe/platform/records/change';
import { createWorkSweep } from '@lathe/platform/records/work-sweep';
import { afterAll, expect, it } from 'vitest';
import type { DataOutcome, DataPorts } from '../data-ports.ts';
import { openDataStores } from './data-stores.fixture.ts';
import { type DataWorkPorts, doDataWork, failDataWork } from './data-work.ts';
import { serveDataWork } from './serve-data-work.ts';

const project = 'default';
const data = await openDataStores();
afterAll(() => data[Symbol.asyncDispose]());
const { stores } = data;

type Run = NonNullable<DataWorkPorts['run']>;

const portsWith = (run: Run): DataWorkPorts => ({ ...data.ports, askModel: async () => '', run });

async function create(change: Partial<DataWorkRecord> = {}): Promise<DataWorkRecord> {
  const record: DataWorkRecord = {
    ...{ version: 1, id: newId('inspection'), project, createdAt: 1, createdMs: 1 },
    ...{ requestId: 'req_1', state: 'queued', progress: null, result: null, error: null },
    input: {
      ...{ kind: 'inspect', trainingFile: 'file-1', validationFile: null, model: null },
      job: { seed: 1, hyperparameters: {}, options: {} },
    },
    finishedAt: null,
    ...change,
  };
  await stores.dataWork.create(recordKey(project, record.id), record);
  return record;
}
const messageOf = ({ id }: DataWorkRecord) => ({
  ...{ version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' },
});
const now = async ({ id }: DataWorkRecord) =>
  (await stores.dataWork.get(recordKey(project, id)))?.value;
const keysOf = async ({ id }: DataWorkRecord) => {
  const found = await Array.fromAsync(stores.artifacts.list(dataWorkPrefix(project, id)));
  return found.map(({ key }) => key);
};
const context = { signal: new AbortController().signal, progress: () => undefined };
const message = (work: DataWorkRecord) => ({ ...messageOf(work), version: 1 as const });

/** Stores an object and a file, as work does that makes one. */
async function make({ artifacts, prefix, fileId, attempt }: DataPorts): Promise<DataOutcome> {
  const put = async (key: string) => ({ key, ...(await artifacts.put(key, Buffer.from(attempt))) });
  const file = await put(fileKey(project, fileId));
  const record: FileRecord = {
    ...{ version: 1, id: fileId, project, createdAt: 1, createdMs: 1, expiresAt: null },
    ...{ filename: 'made.jsonl', purpose: 'fine-tune', ...file, status: 'processed' },
    statusDetails: null,
  };
  return { objects: { report: await put(`${prefix}/report`) }, files: [record] };
}

it('stores what came of it, its files, and how far it is meanwhile', async () => {
  const work = await create();
  const seen: unknown[] = [];
  const run: Run = async (_, ports) => {
    ports.progress({ bytes: 5, totalBytes: 10, rows: 2 });
    await expect.poll(async () => (await now(work))?.progress).toMatchObject({ rows: 2 });
    seen.push((await now(work))?.state);
    return make(ports);
  };
  expect(await doDataWork(portsWith(run), message(work), context)).toEqual({ kind: 'done' });
  expect(seen).toEqual(['running']);
  const ended = await now(work);
  expect(ended).toMatchObject({ state: 'succeeded', attempt: { server: 'A', count: 1 } });
  const [file] = ended?.result?.files ?? [];
  expect(await stores.files.get(recordKey(project, file ?? ''))).not.toBeNull();
  expect(await keysOf(work)).toEqual([ended?.result?.objects.report?.key]);
});

it('done by two at once it is done once, and nothing of the slower one stays', async () => {
  const work = await create();
  const gate = Promise.withResolvers<void>();
  const slow = doDataWork(
    portsWith(async (_, ports) => {
      const made = await make(ports);
      await gate.promise;
      return made;
    }),
    message(work),
    context,
  );
  await expect.poll(() => keysOf(work)).toHaveLength(1);
  await doDataWork(
    portsWith((_, ports) => make(ports)),
    message(work),
    context,
  );
  gate.resolve();
  expect(await slow).toMatchObject({ kind: 'drop' });
  const ended = await now(work);
  expect(await keysOf(work)).toEqual([ended?.result?.objects.report?.key]);
  expect(await stores.files.get(recordKey(project, ended?.result?.files[0] ?? ''))).not.toBeNull();
});

it.each(['cancelled', 'erased'] as const)(
  '%s meanwhile it stops, and leaves nothing',
  async (how) => {
    const work = await create();
    const ended = doDataWork(
      portsWith(async (_, ports) => {
        await make(ports);
        if (how === 'erased') await stores.dataWork.delete(recordKey(project, work.id));
        else
          await changeRecord(stores.dataWork, recordKey(project, work.id), (record) =>
            endDataWork(record, { state: 'cancelled' }, 1),
          );
        if (!ports.signal.aborted) await once(ports.signal, 'abort');
        throw ports.signal.reason;
      }),
      message(work),
      context,
    );
    expect(await ended).toMatchObject({ kind: 'drop' });
    expect((await now(work))?.state).toBe(how === 'erased' ? undefined : 'cancelled');
    expect(await keysOf(work)).toEqual([]);
  },
);

it.each(['the answer of the record is lost', 'the store is away for a moment'])(
  'keeps what its record names when %s',
  async (what) => {
    const work = await create();
    const ports = portsWith((_, inner) => make(inner));
    const away = new LatheError('unavailable', 'Away.');
    const failing: DataWorkPorts = what.startsWith('the answer')
      ? {
          ...ports,
          dataWork: {
            ...ports.dataWork,
            async update(key, value, revision) {
              await ports.dataWork.update(key, value, revision);
              if (value.state === 'succeeded') throw away;
              return revision + 1;
            },
          },
        }
      : {
          ...ports,
          artifacts: {
            ...ports.artifacts,
            list: () => {
              throw away;
            },
          },
        };
    await expect(doDataWork(failing, message(work), context)).rejects.toBe(away);
    const ended = await now(work);
    expect(ended?.state).toBe('succeeded');
    expect(await keysOf(work)).toEqual([ended?.result?.objects.report?.key]);
    expect(await doDataWork(ports, message(work), context)).toMatchObject({ kind: 'drop' });
  },
);

it('erased just before its end it takes its file along', async () => {
  const work = await create();
  let fileId = '';
  const run: Run = async (_, ports) => {
    const made = await make(ports);
    fileId = ports.fileId;
    await stores.dataWork.delete(recordKey(project, work.id));
    return made;
  };
  expect(await doDataWork(portsWith(run), message(work), context)).toMatchObject({ kind: 'drop' });
  expect(await stores.files.get(recordKey(project, fileId))).toBeNull();
  expect(await stores.artifacts.stat(fileKey(project, fileId))).toBeNull();
});

it('fails with what may be told, once', async () => {
  const work = await create({ state: 'running' });
  await failDataWork(portsWith(make as never), message(work), new LatheError('not_found', 'Gone.'));
  await failDataWork(portsWith(make as never), message(work), new Error('secret'));
  expect(await now(work)).toMatchObject({
    state: 'failed',
    error: { code: 'not_found', message: 'Gone.', param: null },
  });
});

it('work whose message is lost is queued again, and fails where it was begun too often', async () => {
  const lost = await create();
  const hopeless = await create({ state: 'running', attempt: { server: 'A', count: 5 } });
  const { nats } = stores;
  const ports = portsWith(make as never);
  const sweep = createWorkSweep({
    ...ports,
    ...{ records: ports.dataWork, isOver, maxDeliveries: 5 },
    fail: ({ project: of, id }, failure) =>
      failDataWork(ports, { project: of, jobId: id }, failure),
    readQueue: () => readStageQueue(nats, 'data'),
    queue: (one, copy) => publishWork(nats, 'data', one, copy),
    removeWork: (sequence) => removeWork(nats, sequence),
  });
  expect(await sweep()).toBe(0);
  expect(await sweep()).toBe(2);
  const { queued } = await readStageQueue(nats, 'data');
  expect(queued.map((each) => each.message.jobId)).toEqual([lost.id]);
  expect(await now(hopeless)).toMatchObject({
    state: 'failed',
    error: { message: 'The work was tried 5 times and never came to its end.' },
  });
  expect(await sweep()).toBe(0);
  await nats.manager.streams.purge(streams.work.name);
  await stores.dataWork.delete(recordKey(project, lost.id));
});

it('taken from the queue, one whose ingest went away is done by the next', async () => {
  const work = await create();
  await publishWork(stores.nats, 'data', message(work));
  const first = new AbortController();
  const began = Promise.withResolvers<void>();
  const options = { concurrency: 1, maxDeliveries: 5, sweepMs: 60_000 };
  const gone = serveDataWork(
    stores.nats,
    portsWith(async (_, ports) => {
      began.resolve();
      await once(ports.signal, 'abort');
      throw ports.signal.reason;
    }),
    { ...options, signal: first.signal },
  );
  await began.promise;
  first.abort();
  await gone;
  expect((await now(work))?.state).toBe('running');
  const second = new AbortController();
  const next = serveDataWork(
    stores.nats,
    portsWith((_, ports) => make(ports)),
    {
      ...options,
      signal: second.signal,
    },
  );
  await expect.poll(async () => (await now(work))?.state).toBe('succeeded');
  second.abort();
  await next;
  expect((await readStageQueue(stores.nats, 'data')).queued).toEqual([]);
});
