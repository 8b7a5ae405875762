import { join } from 'node:path';
import type { JobRecord } from '@lathe/contracts/job/record';
import { openFileStore } from '@lathe/platform/artifacts/file';
import type { ArtifactStore } from '@lathe/platform/artifacts/port';
import { createLogger } from '@lathe/platform/log';
import { jobRecord } from '@lathe/testkit/job-record';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { removeStates } from './checkpoints.ts';

const log = createLogger({ logLevel: 'silent', logFormat: 'json' }, 'test');
const job: JobRecord = jobRecord({ project: 'p', id: 'ftjob-a' });
const folder = 'p/jobs/ftjob-a/checkpoints/at_x-e1-000000005';

test('tidying leaves a checkpoint whose manifest comes while the store is listed, and removes one without', async () => {
  await using place = await tempFolder();
  const store = await openFileStore(join(place.path, 'store'));
  const left = folder.replace('at_x', 'at_y');
  const manifest = {
    ...{ version: 1, jobId: 'ftjob-a', epoch: 1, step: 5, baseModel: 'tiny', kind: 'adapter' },
    model: { weights: { key: `${folder}/model/weights`, bytes: 3, sha256: 'a'.repeat(64) } },
    ...{ state: {}, metrics: { step: 5 } },
  };
  for (const each of [folder, left]) await store.put(`${each}/model/weights`, Buffer.from('abc'));
  const late: ArtifactStore = {
    ...store,
    async *list(prefix) {
      yield* store.list(prefix);
      await store.put(`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
    },
  };
  await removeStates({ artifacts: late, log }, job);
  const keys = (await Array.fromAsync(store.list('p'))).map(({ key }) => key);
  expect(keys.toSorted()).toEqual([`${folder}/manifest.json`, `${folder}/model/weights`]);
});
