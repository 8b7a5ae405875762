/** A run of an eval whose evaluator is killed: nothing is lost, nothing done twice, and the answers are the same. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EvalItem, evalItemSchema } from '@lathe/contracts/artifact/eval-item';
import { evalItemsPrefix, evalRunRowsKey } from '@lathe/contracts/artifact/key';
import { newId } from '@lathe/contracts/id';
import type { EvalRunRecord } from '@lathe/contracts/record/eval-run';
import { recordKey } from '@lathe/contracts/subject';
import { readJson } from '@lathe/platform/artifacts/read-json';
import { readConfig } from '@lathe/platform/config';
import { publishWork } from '@lathe/platform/nats/work';
import { startNats } from '@lathe/testkit/nats';
import { patienceMs } from '@lathe/testkit/patience';
import { startProgram } from '@lathe/testkit/program';
import { openStores } from '@lathe/testkit/stores';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { writeTinyModel } from '@lathe/testkit/tiny-model';
import { expect, it } from 'vitest';
import { queuedRun } from '../integration/records.fixture.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const project = 'default';
const rows = 40;

it('killed, a run comes to the same end as one that nobody touched', async () => {
  await using nats = await startNats();
  await using folder = await tempFolder();
  await writeTinyModel(join(folder.path, 'models', 'tiny'));
  const environment = {
    LATHE_DATA: folder.path,
    LATHE_MODELS: join(folder.path, 'models'),
    LATHE_NATS_URL: nats.url,
    LATHE_ACK_WAIT: '1s',
    LATHE_HEALTH_PORT: '0',
  };
  const stores = await openStores(readConfig({ ...environment, LATHE_LOG_LEVEL: 'silent' }));
  const { artifacts, evalRuns } = stores;
  const begin = async (): Promise<string> => {
    const id = newId('evalRun');
    const key = evalRunRowsKey(project, id);
    const lines = Array.from({ length: rows }, (_, n) => JSON.stringify({ item: { n } }));
    const object = { key, ...(await artifacts.put(key, Buffer.from(lines.join('\n')))) };
    const run = queuedRun(id, { evalId: newId('eval'), object });
    await evalRuns.create(recordKey(project, id), run);
    await publishWork(stores.nats, 'eval-run', {
      ...{ version: 1, project, jobId: id, epoch: 0, requestId: 'req_1' },
    });
    return id;
  };
  const stored = (id: string) => Array.fromAsync(artifacts.list(evalItemsPrefix(project, id)));
  const patient = { timeout: patienceMs, interval: 5 };
  const ended = async (id: string): Promise<{ run: EvalRunRecord; items: EvalItem[] }> => {
    const read = async () => (await evalRuns.get(recordKey(project, id)))?.value;
    await expect.poll(async () => (await read())?.state, patient).toBe('completed');
    const items = await Promise.all(
      (await stored(id)).map(({ key }) => readJson(artifacts, key, evalItemSchema)),
    );
    const run = (await read()) ?? expect.fail('gone');
    return { run, items: items.toSorted((a, b) => a.index - b.index) };
  };
  const killed = await begin();
  const first = startProgram(main, environment);
  await expect.poll(async () => (await stored(killed)).length, patient).toBeGreaterThan(1);
  first.signal('SIGKILL');
  expect(await first.ended).toBe('SIGKILL');
  const before = await stored(killed);
  expect(before.length).toBeLessThan(rows);
  const program = startProgram(main, environment);
  const { run, items } = await ended(killed);
  const untouched = await ended(await begin());
  program.signal('SIGTERM');
  expect(await program.ended).toBe(0);
  const after = await stored(killed);
  await stores.nats.close();
  expect(items.map(({ index }) => index)).toEqual(Array.from({ length: rows }, (_, at) => at));
  expect(lasting(items)).toEqual(lasting(untouched.items));
  expect(lasting(run.tally)).toEqual(lasting(untouched.run.tally));
  expect(run.tally.counts).toMatchObject({ total: rows, errored: 0 });
  expect(run.tally.usage).toMatchObject([{ model_name: 'tiny', invocation_count: rows }]);
  // What was stored before a kill was never written again.
  for (const { key, modifiedMs } of before)
    expect(after.find((each) => each.key === key)?.modifiedMs, key).toBe(modifiedMs);
});

/** Without times, and without how much of each prompt was known, which goes by what was asked before it. */
function lasting(value: EvalItem[] | EvalRunRecord['tally']): unknown {
  const passing = ['createdAt', 'cached_tokens'];
  return JSON.parse(JSON.stringify(value), (name, each) =>
    passing.includes(name) ? undefined : each,
  );
}
