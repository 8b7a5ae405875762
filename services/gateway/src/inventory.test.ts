import { createLogger } from '@lathe/platform/log';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { project, startGateway, type TestGateway } from './integration/gateway.fixture.ts';
import { takeInventory } from './inventory.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

test('what records name and the store does not have is named in the log', async () => {
  const { artifacts } = gateway;
  const [whole, lost, cut] = [
    await gateway.upload(),
    await gateway.upload(),
    await gateway.upload(),
  ];
  const keyOf = async (id: string) =>
    (await gateway.files.get(`${project}.${id}`))?.value.key ?? '';
  await artifacts.delete(await keyOf(lost));
  await artifacts.put(await keyOf(cut), Buffer.from('less'));
  const ref = { key: 'default/m/weights', bytes: 4, sha256: '0'.repeat(64) };
  const manifest = {
    ...{ version: 1, jobId: 'ftjob-12345678', epoch: 0, step: 5, baseModel: 'lathe-tiny' },
    ...{ kind: 'adapter', model: { weights: ref }, state: {}, metrics: { step: 5 } },
  };
  const model = {
    version: 1,
    kind: 'adapter',
    project,
    base: 'lathe-tiny',
    createdAt: 1,
    jobId: 'ftjob-12345678',
    step: 5,
  } as const;
  await artifacts.put('default/m/manifest.json', Buffer.from(JSON.stringify(manifest)));
  const names = ['ft:lathe-tiny:a', 'ft:lathe-tiny:b'];
  await gateway.addModel({
    ...model,
    name: 'ft:lathe-tiny:a',
    manifestKey: 'default/m/manifest.json',
  });
  await gateway.addModel({
    ...model,
    name: 'ft:lathe-tiny:b',
    manifestKey: 'default/none.json',
  });

  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ logLevel: 'warn', logFormat: 'json' }, 'test', sink);
  const { signal } = new AbortController();
  expect(await takeInventory({ ...gateway, log }, signal)).toBe(4);
  const said = lines.map((line) => JSON.parse(line) as { id?: string; key?: string });
  expect(
    said
      .map(({ id }) => id)
      .slice(0, 2)
      .toSorted(),
  ).toEqual([lost, cut].toSorted());
  expect(said.map(({ id }) => id)).not.toContain(whole);
  expect(said.filter(({ id }) => names.includes(id ?? '')).map(({ key }) => key)).toEqual([
    ref.key,
    'default/none.json',
  ]);
  expect(lines.at(-1)).toContain('"count":4');
});
