/** Two jobs on two workers of this machine: what the death of one worker costs. */
import { readConfig } from '@lathe/platform/config';
import { tempFolder } from '@lathe/testkit/temp-folder';
import OpenAI, { toFile } from 'openai';
import { expect, it } from 'vitest';
import { startPlatform } from '../../scripts/platform.ts';
import { supportLines } from './platform.fixture.ts';

it('kills one of two workers in mid-run, and both jobs succeed', async () => {
  await using folder = await tempFolder();
  const platform = await startPlatform(
    readConfig({
      LATHE_PORT: '0',
      LATHE_LOG_LEVEL: process.env.LATHE_LOG_LEVEL ?? 'fatal',
      LATHE_DATA: folder.path,
      LATHE_WORKERS: '2',
      LATHE_WORKER_ID: 'pool',
    }),
  );
  try {
    const pids = platform.workerPids();
    expect([...pids.keys()]).toEqual(['pool-1', 'pool-2']);
    const client = new OpenAI({
      baseURL: `${platform.url}/v1`,
      apiKey: platform.apiKey,
      maxRetries: 0,
    });
    const { jobs } = client.fineTuning;
    const file = await client.files.create({
      file: await toFile(Buffer.from((await supportLines(192)).join('\n')), 'rows.jsonl'),
      purpose: 'fine-tune',
    });
    const create = async (suffix: string): Promise<string> => {
      const body = {
        model: 'lathe-tiny',
        training_file: file.id,
        suffix,
        hyperparameters: { n_epochs: 4 },
        lathe: {
          evaluation_rows: 2,
          few_shot_examples: 0,
          forgetting_questions: 0,
          checkpoint_every: 8,
        },
      };
      return (await jobs.create(body as OpenAI.FineTuning.JobCreateParams)).id;
    };
    const ids = [await create('one'), await create('two')];
    const messagesOf = async (id: string): Promise<string[]> =>
      (await Array.fromAsync(jobs.listEvents(id, { limit: 100 }))).map(({ message }) => message);
    const workersOf = async (id: string): Promise<unknown[]> =>
      (await Array.fromAsync(jobs.listEvents(id, { limit: 100 })))
        .filter(({ message }) => message.startsWith('Training started'))
        .map(({ data }) => (data as { worker?: string }).worker);
    const checkpointsOf = async (id: string): Promise<number> =>
      (await jobs.checkpoints.list(id)).data.length;
    await expect
      .poll(async () => Math.min(...(await Promise.all(ids.map(checkpointsOf)))), { interval: 100 })
      .toBeGreaterThan(0);
    const places = (await Promise.all(ids.map(workersOf))).flat();
    expect([...places].sort()).toEqual(['pool-1', 'pool-2']);

    process.kill(pids.get('pool-1') as number, 'SIGKILL');
    const states = () => Promise.all(ids.map(async (id) => (await jobs.retrieve(id)).status));
    await expect.poll(states, { interval: 200 }).toEqual(['succeeded', 'succeeded']);
    for (const [index, id] of ids.entries()) {
      const text = (await messagesOf(id)).join('\n');
      const killed = places[index] === 'pool-1';
      expect(/Training resumed from the checkpoint of step \d+/.test(text)).toBe(killed);
    }
    expect(platform.workerPids().get('pool-1')).not.toBe(pids.get('pool-1'));
  } finally {
    await platform.stop();
  }
});
