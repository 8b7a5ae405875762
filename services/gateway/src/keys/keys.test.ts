import {
  type CreatedKey,
  createdKeySchema,
  type KeyObject,
  keyObjectSchema,
} from '@lathe/contracts/http/key';
import type { Page } from '@lathe/contracts/http/list';
import OpenAI from 'openai';
import { expect, it } from 'vitest';
import { apiKey, openGateway, otherProject } from '../integration/gateway.fixture.ts';
import { oneGateway } from '../integration/one-gateway.fixture.ts';

// Nothing is stored for its time: what a test sees was asked for.
const gateway = oneGateway({ keysKept: 4, usageWriteMs: 3_600_000 });

const make = async (body: object, client = gateway.client): Promise<CreatedKey> =>
  createdKeySchema.parse(await client.post('/lathe/keys', { body: { ...body } }));
const list = (query = '', client = gateway.client) =>
  client.get<Page<KeyObject>>(`/lathe/keys${query}`);
const revoke = (id: string, client = gateway.client) => client.delete(`/lathe/keys/${id}`);
const current = async (client: OpenAI): Promise<KeyObject> =>
  keyObjectSchema.parse(await client.get('/lathe/keys/current'));
const clientOf = (key: string, url = gateway.url) =>
  new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });

it('a key that is made opens its project at every gateway, until it is revoked', async () => {
  const made = await make({ name: 'Support team' });
  expect(made).toMatchObject({
    ...{ object: 'lathe.key', name: 'Support team', project: 'default', role: 'member' },
    ...{ source: 'api', created_by: 'LATHE_API_KEY', last_used_at: null },
    redacted_value: `sk-lathe-…${made.key.slice(-4)}`,
  });
  const second = await openGateway({ natsUrl: gateway.server.url, folder: gateway.folder });
  try {
    const file = await gateway.upload();
    for (const url of [gateway.url, second.url])
      expect((await clientOf(made.key, url).files.list()).data.map(({ id }) => id)).toEqual([file]);
    expect(await revoke(made.id)).toEqual({ id: made.id, object: 'lathe.key', deleted: true });
    for (const url of [gateway.url, second.url])
      await expect(clientOf(made.key, url).files.list()).rejects.toMatchObject({
        ...{ status: 401, code: 'invalid_api_key' },
      });
  } finally {
    await second.stop();
  }
  await expect(revoke(made.id)).rejects.toMatchObject({ status: 404, code: 'not_found' });
});

it('a list never has a key itself, says when it was used, and goes on after one that is gone', async () => {
  const keys = [await make({ name: 'first' }), await make({ name: 'second' })];
  await clientOf(keys[0]?.key ?? '').models.list();
  const all = await list();
  expect(all.data.map(({ name }) => name)).toEqual(['second', 'first', 'LATHE_API_KEY']);
  expect(all.data.map((each) => keyObjectSchema.strict().safeParse(each).error)).toEqual([
    ...[undefined, undefined, undefined],
  ]);
  const [unused, used, setting] = all.data;
  expect(unused?.last_used_at).toBeNull();
  expect(used?.last_used_at).toBeGreaterThanOrEqual(used?.created_at ?? Number.NaN);
  expect(setting).toMatchObject({ source: 'setting', role: 'operator', redacted_value: null });
  const text = JSON.stringify([all, await gateway.keys.list('')]);
  for (const key of [apiKey, ...keys.map((each) => each.key)]) expect(text).not.toContain(key);
  const first = await list('?limit=1');
  expect(first).toMatchObject({ has_more: true, last_id: unused?.id });
  await revoke(unused?.id ?? '');
  const rest = await list(`?after=${first.last_id}`);
  expect(rest.data.map(({ name }) => name)).toEqual(['first', 'LATHE_API_KEY']);
  await revoke(used?.id ?? '');
});

it('members use the project, and admins manage its keys and no others', async () => {
  const member = clientOf((await make({ name: 'member' })).key);
  const made = await make({ name: 'admin', role: 'admin' });
  const admin = clientOf(made.key);
  expect(await current(member)).toMatchObject({ name: 'member', role: 'member' });
  expect(await current(gateway.client)).toMatchObject({ id: 'LATHE_API_KEY', role: 'operator' });
  expect(await current(gateway.otherClient)).toMatchObject({
    ...{ id: 'LATHE_API_KEYS-1', name: 'entry 1 of LATHE_API_KEYS', role: 'admin' },
  });
  const forbidden = { status: 403, code: 'insufficient_permissions' };
  await expect(list('', member)).rejects.toMatchObject(forbidden);
  await expect(make({ name: 'more' }, member)).rejects.toMatchObject(forbidden);
  await expect(revoke(made.id, member)).rejects.toMatchObject(forbidden);
  const theirs = { name: 'theirs', project: otherProject };
  await expect(make(theirs, admin)).rejects.toMatchObject({ ...forbidden, param: 'project' });
  await expect(revoke(made.id, gateway.otherClient)).rejects.toMatchObject({ status: 404 });
  const child = await make({ name: 'child' }, admin);
  expect(child).toMatchObject({ created_by: made.id });
  for (const id of [child.id, made.id]) await revoke(id, admin);
  await expect(list('', admin)).rejects.toMatchObject({ status: 401 });
});

it('the operator opens a project with its first key', async () => {
  const { key } = await make({ name: 'research', role: 'admin', project: 'research' });
  const research = clientOf(key);
  expect(await current(research)).toMatchObject({ project: 'research', role: 'admin' });
  expect((await research.files.list()).data).toEqual([]);
  expect((await list('', research)).data.map(({ name }) => name)).toEqual(['research']);
  expect((await list()).data.map(({ name }) => name)).not.toContain('research');
});

it('the operator sees and revokes the keys of other projects, which no admin does', async () => {
  const made = await make({ name: 'theirs', role: 'admin', project: 'sales' });
  const own = await make({ name: 'ours' });
  const admin = clientOf(made.key);
  for (const query of ['?project=default', '?project=*'])
    await expect(list(query, admin)).rejects.toMatchObject({
      ...{ status: 403, code: 'insufficient_permissions', param: 'project' },
    });
  await expect(revoke(own.id, admin)).rejects.toMatchObject({ status: 404 });
  expect((await list('?project=sales')).data.map(({ id }) => id)).toEqual([made.id]);
  const all = (await list('?project=*')).data.map(({ id, project }) => [id, project]);
  expect(all.slice(0, 2)).toEqual([
    [own.id, 'default'],
    [made.id, 'sales'],
  ]);
  expect(all).toContainEqual(['LATHE_API_KEYS-1', otherProject]);
  await expect(list('?project=No')).rejects.toMatchObject({ status: 400, param: 'project' });
  await revoke(made.id);
  await expect(list('', admin)).rejects.toMatchObject({ status: 401 });
  const rest = await list(`?project=*&after=${own.id}`);
  expect(rest.data.map(({ id }) => id)).not.toContain(made.id);
  await revoke(own.id);
});

it('a key of a setting is taken away there, and a project has only so many others', async () => {
  await expect(revoke('LATHE_API_KEY')).rejects.toMatchObject({
    ...{ status: 409, code: 'invalid_state' },
    message: expect.stringContaining('comes from a setting'),
  });
  await expect(revoke('LATHE_API_KEYS-1')).rejects.toMatchObject({ status: 409 });
  await expect(revoke('LATHE_API_KEYS-9')).rejects.toMatchObject({ status: 404 });
  for (const name of ['a', 'b', 'c']) await make({ name });
  await expect(make({ name: 'd' })).rejects.toMatchObject({
    ...{ status: 429, message: expect.stringContaining('4 keys') },
  });
});

it.each([
  [{}, 'name', 'missing_parameter'],
  [{ name: ' x' }, 'name', 'invalid_value'],
  [{ name: 'x', role: 'owner' }, 'role', 'invalid_value'],
  [{ name: 'x', project: 'Big' }, 'project', 'invalid_value'],
  [{ name: 'x', key: 'mine' }, 'key', 'unsupported_parameter'],
])('refuses %j and names %s', async (body, param, code) => {
  await expect(make(body)).rejects.toMatchObject({ status: 400, param, code });
});
