import { expect, it } from 'vitest';
import { createFairPlaces, type FairPlaces, type Place } from './fair-places.ts';

const { signal } = new AbortController();

/** Who has got a place, in order; the places by name. */
function watch(places: FairPlaces) {
  const entered: string[] = [];
  const held = new Map<string, Place>();
  const ask = (project: string, name = project, size = 1): Promise<void> =>
    places.take(project, size, signal).then((place) => {
      entered.push(name);
      held.set(name, place);
    });
  /** Lets everybody in who may come now. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { entered, held, ask, settle };
}
const many = (of: string, count: number) => Array.from({ length: count }, (_, at) => `${of}${at}`);

it('gives a project alone half of the places, and one that comes a place at once', async () => {
  const { entered, ask, settle } = watch(createFairPlaces({ count: 16, mostBeginning: 100 }));
  for (const name of many('a', 50)) void ask('a', name);
  await settle();
  expect(entered).toEqual(many('a', 8));
  for (const other of ['b', 'c', 'd', 'e']) {
    for (const name of many(other, 50)) void ask(other, name);
    await settle();
    expect(entered.at(-1)).toMatch(other);
  }
  expect(entered).toHaveLength(16);
});

it('shares evenly in the end', async () => {
  const { entered, held, ask, settle } = watch(createFairPlaces({ count: 9, mostBeginning: 100 }));
  for (const name of many('a', 40)) void ask('a', name);
  for (const name of many('b', 40)) void ask('b', name);
  await settle();
  // Each place that comes free goes to whoever has fewer.
  for (let turn = 0; turn < 30; turn++) {
    const [oldest] = held.keys();
    held.get(oldest as string)?.release();
    held.delete(oldest as string);
    await settle();
  }
  const running = [...held.keys()].map((name) => name[0]);
  expect(running.filter((name) => name === 'a')).toHaveLength(3);
  expect(running.filter((name) => name === 'b')).toHaveLength(3);
  expect(entered).toHaveLength(36);
});

it('prefers the project for which least was done', async () => {
  const { entered, held, ask, settle } = watch(createFairPlaces({ count: 1, mostBeginning: 1 }));
  void ask('a', 'first');
  await settle();
  void ask('a', 'a');
  void ask('b', 'b');
  held.get('first')?.charge(100);
  held.get('first')?.release();
  await settle();
  expect(entered).toEqual(['first', 'b']);
  held.get('b')?.charge(200);
  void ask('b', 'b again');
  held.get('b')?.release();
  await settle();
  expect(entered.at(-1)).toBe('a');
});

it('lets one large piece of a project begin at a time, and small ones together', async () => {
  const { entered, held, ask, settle } = watch(createFairPlaces({ count: 16, mostBeginning: 10 }));
  for (const name of many('small', 3)) void ask('a', name, 3);
  for (const name of many('large', 2)) void ask('b', name, 50);
  await settle();
  expect(entered).toEqual([...many('small', 3), 'large0']);
  held.get('large0')?.begun();
  await settle();
  expect(entered.at(-1)).toBe('large1');
});

it('forgets who gives up, and gives no place twice', async () => {
  const places = createFairPlaces({ count: 2, mostBeginning: 1 });
  const { entered, held, ask, settle } = watch(places);
  void ask('a', 'one');
  await settle();
  const controller = new AbortController();
  const given = places.take('a', 1, controller.signal);
  void ask('a', 'two');
  controller.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
  held.get('one')?.release();
  held.get('one')?.release();
  await settle();
  expect(entered).toEqual(['one', 'two']);
  void ask('b', 'three');
  await settle();
  void ask('c', 'four');
  await settle();
  expect(entered).toEqual(['one', 'two', 'three']);
});
