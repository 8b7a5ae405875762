import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import {
  datasetPrefix,
  dataWorkPrefix,
  evalItemKey,
  fileKey,
  jobPrefix,
  uploadPartKey,
} from '@lathe/contracts/artifact/key';
import { LatheError } from '@lathe/contracts/error';
import type { FileRecord } from '@lathe/contracts/record/file';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { ArtifactError } from '@lathe/platform/artifacts/port';
import type { Records } from '@lathe/platform/records';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import type { FilePorts } from '../files/files.ts';
import { receiveUpload } from '../files/uploads.ts';
import { deleteOrphans, type OrphanPorts } from './orphans.ts';

const hourMs = 3_600_000;
const limits = { maxFileBytes: 1000, uploadIdleMs: 60_000 };

function upload(purpose: string): IncomingMessage {
  const part = (head: string, body: string): string =>
    `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  const body = `${part('name="purpose"', purpose)}${part('name="file"; filename="a"', '{}')}--x--\r\n`;
  const headers = { 'content-type': 'multipart/form-data; boundary=x' };
  return Object.assign(Readable.from([Buffer.from(body)]), {
    headers,
    complete: true,
    setTimeout: () => undefined,
  }) as unknown as IncomingMessage;
}

/** Files whose records are stored, or are not, and then nobody answers. */
async function openPorts(fate: 'stored' | 'lost') {
  const folder = await tempFolder();
  const artifacts = await openFileStore(folder.path);
  const records = new Map<string, FileRecord>();
  const files = {
    create: async (key: string, record: FileRecord) => {
      if (fate === 'stored') records.set(key, record);
      throw new LatheError('unavailable', 'The message server does not answer; try again soon.');
    },
    get: async (key: string) => {
      const value = records.get(key);
      return value === undefined ? null : { key, value, revision: 1 };
    },
  } as unknown as Records['files'];
  // Nothing is deleted here.
  const places = {} as unknown as FilePorts['places'];
  const none = { get: async () => null } as never;
  const named = { get: async (key: string) => (key === 'p.ftjob-a' ? {} : null) } as never;
  const told: object[] = [];
  const ports: OrphanPorts = {
    ...{ files, artifacts, places, now: Date.now, jobs: named },
    ...{
      uploads: none,
      dataWork: none,
      evalRuns: none,
      batches: none,
      storedCompletions: none,
      exports: none,
    },
    bucketMadeMs: async () => 0,
    log: { error: (about: object) => void told.push(about) } as never,
  };
  const bytes = async (): Promise<number> =>
    (await Array.fromAsync(artifacts.list(''))).filter(({ key }) => key.startsWith('p/')).length;
  return {
    ports,
    records,
    bytes,
    told,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('an upload whose record was stored though nobody heard of it is a whole file', async () => {
  await using open = await openPorts('stored');
  const { ports, records, bytes } = open;
  const sent = receiveUpload(ports, 'p', { incoming: upload('fine-tune'), limits });
  await expect(sent).rejects.toMatchObject({ code: 'unavailable' });
  const later = { ...ports, now: () => Date.now() + 2 * hourMs };
  expect(await deleteOrphans(later, { orphanAfterMs: hourMs })).toBe(0);
  const [record] = records.values();
  expect(await ports.artifacts.stat(record?.key ?? '')).not.toBeNull();
  expect(await bytes()).toBe(1);
});

test('bytes without a record go when they are old, and no others do', async () => {
  await using open = await openPorts('lost');
  const { ports, bytes } = open;
  const sent = receiveUpload(ports, 'p', { incoming: upload('fine-tune'), limits });
  await expect(sent).rejects.toMatchObject({ code: 'unavailable' });
  await ports.artifacts.put('p/jobs/ftjob-a/dataset/at_x/manifest.json', Buffer.from('{}'));
  await ports.artifacts.put(fileKey('q', 'file-b'), Buffer.from('{}'));
  const answered = { index: 0, status: 'pass' } as const;
  await ports.artifacts.put(evalItemKey('q', 'evalrun_b', answered), Buffer.from('{}'));
  const part = uploadPartKey('q', 'upload_b', 'part_a');
  const inspected = `${dataWorkPrefix('q', 'insp_b')}/at_x/report.json`;
  const erased = `${datasetPrefix('q', 'ftjob-b', 'at_x')}/train-00000.shard`;
  for (const key of [part, inspected, erased]) await ports.artifacts.put(key, Buffer.from('{}'));
  expect(await deleteOrphans(ports, { orphanAfterMs: hourMs })).toBe(0);
  const later = { ...ports, now: () => Date.now() + 2 * hourMs };
  expect(await deleteOrphans(later, { orphanAfterMs: hourMs })).toBe(6);
  expect(await bytes()).toBe(1);
});

test('what is older than all records is kept, and told: those that named it may be lost', async () => {
  await using open = await openPorts('lost');
  const { ports, told } = open;
  for (const key of [fileKey('q', 'file-b'), `${jobPrefix('q', 'ftjob-b')}/model`])
    await ports.artifacts.put(key, Buffer.from('{}'));
  const later = { ...ports, now: () => Date.now() + 2 * hourMs };
  const anew = { ...later, bucketMadeMs: async () => Date.now() + hourMs };
  expect(await deleteOrphans(anew, { orphanAfterMs: hourMs })).toBe(0);
  expect(told).toEqual([{ objects: 2 }]);
  expect(await deleteOrphans(later, { orphanAfterMs: hourMs })).toBe(2);
  expect(told).toHaveLength(1);
});

test('an upload that is refused before its record is tried leaves nothing', async () => {
  await using open = await openPorts('stored');
  const sent = receiveUpload(open.ports, 'p', { incoming: upload('nonsense'), limits });
  await expect(sent).rejects.toThrow('purpose');
  expect(await open.bytes()).toBe(0);
  expect(open.records.size).toBe(0);
});

test('an upload that finds the store away does not ask it again before it says so', async () => {
  await using open = await openPorts('stored');
  const asked: string[] = [];
  const away = async (what: string): Promise<never> => {
    asked.push(what);
    throw new ArtifactError('unavailable', 'the store is away');
  };
  const artifacts = {
    ...open.ports.artifacts,
    put: () => away('put'),
    delete: () => away('delete'),
  };
  const ports = { ...open.ports, artifacts };
  const sent = receiveUpload(ports, 'p', { incoming: upload('fine-tune'), limits });
  await expect(sent).rejects.toMatchObject({ problem: 'unavailable' });
  expect(asked).toEqual(['put']);
});
