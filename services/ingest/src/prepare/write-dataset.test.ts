import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobRecord } from '@lathe/contracts/job/record';
import { recordKey } from '@lathe/contracts/subject';
import { ArtifactError, type ArtifactStore } from '@lathe/platform/artifacts/port';
import { createLogger } from '@lathe/platform/log';
import { jobRecord } from '@lathe/testkit/job-record';
import { expect, it, onTestFinished } from 'vitest';
import { chatLines, modelName, startIngest } from '../integration/ingest.fixture.ts';
import { ingestJob } from '../job/job.ts';
import { startRowThreads } from '../rows/rows.ts';
import { ingestDefaults } from '../settings.ts';

it('leaves no part of a dataset that cannot be stored, and says why, though a part cannot be abandoned', async () => {
  await using service = await startIngest();
  const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
  const threads = startRowThreads(1, log);
  onTestFinished(() => threads.stop());
  const begun: string[] = [];
  const abandoned: string[] = [];
  const artifacts: ArtifactStore = {
    ...service.artifacts,
    async put(key, source, options) {
      if (key.endsWith('.shard')) throw new ArtifactError('full', 'the artifact store is full');
      return service.artifacts.put(key, source, options);
    },
    async begin(key) {
      const writer = (await service.artifacts.begin?.(key)) ?? expect.fail('it begins objects');
      begun.push(key);
      return {
        ...writer,
        async abandon() {
          await writer.abandon();
          abandoned.push(key);
          throw new Error(`${key} cannot be abandoned`);
        },
      };
    },
  };
  const trainingFile = await service.upload(chatLines(40));
  const record: JobRecord = jobRecord({ model: modelName, trainingFile });
  const { id, project } = record;
  await service.jobs.create(recordKey(project, id), record);
  const ports = {
    ...{ ...service, artifacts, rowThreads: threads, log, now: Date.now },
    modelFolders: [join(service.config.dataFolder, 'models')],
    settings: ingestDefaults,
    spoolFolder: service.config.dataFolder,
    publishEvent: async () => undefined,
    publishTrain: async () => undefined,
  };
  const message = { version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' } as const;
  const context = { signal: new AbortController().signal, progress: () => undefined };
  await expect(ingestJob(ports, message, context)).rejects.toMatchObject({
    cause: { problem: 'full' },
  });
  expect(begun).toHaveLength(2);
  expect(abandoned.toSorted()).toEqual(begun.toSorted());
  expect(await readdir(join(service.config.dataFolder, 'artifacts', '.parts'))).toEqual([]);
});
