/** Every task, from rows over HTTP to a model over HTTP, as PyTorch trains it from the same rows. */
import { recordedJobs, trainRecordedJob } from '@lathe/testkit/recorded-jobs';
import { beforeAll, expect, it } from 'vitest';
import { joinPlatform, type SharedPlatform } from './shared-platform.fixture.ts';

const jobs = await recordedJobs();
let platform: SharedPlatform;
beforeAll(async () => {
  platform = await joinPlatform();
});

/** What models keep of their numbers: the step of bfloat16, or what 32 bits leave of six steps. */
const weightLimit = (model: string) => (model === 'lathe-tiny' ? 2 ** -8 : 2e-4);

it.for(jobs)('$name: $task on $model', async (job) => {
  const { loss, norm, weights } = await trainRecordedJob(platform, job);
  expect(loss).toBeLessThan(1e-4);
  expect(norm).toBeLessThan(1e-4);
  expect(weights).toBeLessThan(weightLimit(job.model));
});
