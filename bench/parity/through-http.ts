import { join } from 'node:path';
import { readConfig } from '@lathe/platform/config';
import { type JobDistances, recordedJobs, trainRecordedJob } from '@lathe/testkit/recorded-jobs';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { startPlatform } from '../../scripts/platform.ts';

/** A job of a running platform, and how far it is from PyTorch. */
export type HttpRow = JobDistances & {
  readonly name: string;
  readonly task: string;
  readonly model: string;
};

/** Every task from rows over HTTP to a model over HTTP, on a platform of its own. */
export async function httpRows(): Promise<HttpRow[]> {
  const root = join(import.meta.dirname, '../..');
  const models = [join(root, 'packages/testkit/fixtures/tasks'), join(root, 'models')].join(':');
  const folder = await tempFolder();
  const quiet = { LATHE_PORT: '0', LATHE_LOG_LEVEL: 'silent', LATHE_MODELS: models };
  const platform = await startPlatform(readConfig({ ...quiet, LATHE_DATA: folder.path }));
  const rows: HttpRow[] = [];
  try {
    for (const job of await recordedJobs()) {
      const { name, task, model } = job;
      rows.push({ name, task, model, ...(await trainRecordedJob(platform, job)) });
    }
  } finally {
    await platform.stop();
    await folder[Symbol.asyncDispose]();
  }
  return rows;
}
