/** Every task, from rows over HTTP to a model over HTTP, as PyTorch trains it from the same rows. */
import { join } from 'node:path';
import { recordedJobs, trainRecordedJob } from '@lathe/testkit/recorded-jobs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPlatform, type TestPlatform } from './platform.fixture.ts';

const jobs = await recordedJobs();
let platform: TestPlatform;
beforeAll(async () => {
  const root = join(import.meta.dirname, '../..');
  const models = `${join(root, 'packages/testkit/fixtures/tasks')}:${join(root, 'models')}`;
  platform = await openPlatform({ models });
});
afterAll(() => platform[Symbol.asyncDispose]());

/** What models keep of their numbers: the step of bfloat16, or what 32 bits leave of six steps. */
const weightLimit = (model: string) => (model === 'lathe-tiny' ? 2 ** -8 : 2e-4);

it.for(jobs)('$name: $task on $model', async (job) => {
  const { loss, norm, weights } = await trainRecordedJob(platform, job);
  expect(loss).toBeLessThan(1e-4);
  expect(norm).toBeLessThan(1e-4);
  expect(weights).toBeLessThan(weightLimit(job.model));
});
