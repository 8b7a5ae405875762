import { beforeEach, expect, it, vi } from 'vitest';
import { mounted } from './hooks.fixture.ts';
import { useList } from './use-list.ts';

/** Requests that wait for their answer, oldest first. */
const asked: {
  readonly path: string;
  readonly answer: (ids: string, hasMore?: boolean) => void;
}[] = [];
vi.mock('./client.ts', () => ({
  ask: (path: string) =>
    new Promise((resolve) => {
      asked.push({
        path,
        answer: (ids, has_more = false) =>
          resolve({ data: Array.from(ids, (id) => ({ id })), has_more }),
      });
    }),
}));
beforeEach(() => void asked.splice(0));

/** A list on a page, whose path may change. */
function opened(path: string) {
  const { last, show } = mounted((given: string) => useList<{ id: string }>(given), path);
  return {
    show,
    list: last,
    ids: () => (last().items ?? []).map(({ id }) => id).join(''),
    request: async (number: number) => {
      await expect.poll(() => asked.length).toBe(number);
      return asked[number - 1] ?? expect.fail('nothing was asked');
    },
  };
}
/** Lets all that was answered by now be taken. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('keeps the answer to a later request when that to an earlier one comes after it', async () => {
  const { list, ids, request } = opened('/v1/keys');
  const early = await request(1);
  list().reload();
  const late = await request(2);
  late.answer('ab');
  await expect.poll(ids).toBe('ab');
  early.answer('a');
  await settled();
  expect(ids()).toBe('ab');
});

it('shows what comes in turn, also while a later request is under way', async () => {
  const { list, ids, request } = opened('/v1/keys');
  const early = await request(1);
  list().reload();
  const late = await request(2);
  early.answer('a');
  await expect.poll(ids).toBe('a');
  late.answer('ab');
  await expect.poll(ids).toBe('ab');
});

it('reads on in its own list, and shows no page of another that comes late', async () => {
  const { list, ids, request, show } = opened('/v1/files?purpose=evals');
  (await request(1)).answer('ab', true);
  await expect.poll(ids).toBe('ab');
  list().loadMore();
  const older = await request(2);
  expect(older.path).toBe('/v1/files?purpose=evals&limit=100&after=b');
  show('/v1/files');
  (await request(3)).answer('xy', true);
  await expect.poll(ids).toBe('xy');
  list().loadMore();
  const more = await request(4);
  expect(more.path).toBe('/v1/files?limit=100&after=y');
  older.answer('cd');
  await settled();
  expect(ids()).toBe('xy');
  more.answer('z');
  await expect.poll(ids).toBe('xyz');
  expect(list().hasMore).toBe(false);
});
