import type { AnyModelFolder } from '@lathe/engine/model-folder';
import { describe, expect, it } from 'vitest';
import type { LoadedModel } from './engine.ts';
import { createModelPool, type PooledModel } from './model-pool.ts';

/** A pool over models of 100 bytes and adapters of 10, and what is in memory, in the order in which it came. */
function poolOf(mostBytes: number) {
  const held = new Set<string>();
  const broken = new Set<string>();
  const failures: unknown[] = [];
  const left: number[] = [];
  let said: readonly LoadedModel[] = [];
  const pool = createModelPool({
    openFolder: async (path) => ({ name: path }) as AnyModelFolder,
    openModel: async ({ name }) => {
      if (broken.has(name)) throw new Error(`${name} is broken`);
      held.add(name);
      return {
        bytes: 100,
        loadAdapter: async (adapter: string) => {
          if (broken.has(adapter)) throw new Error(`${adapter} is broken`);
          held.add(`${name}+${adapter}`);
          return 10;
        },
        unloadAdapter: (adapter: string) => void held.delete(`${name}+${adapter}`),
        dispose: async () => {
          for (const each of held) if (each.startsWith(name)) held.delete(each);
        },
      } as unknown as PooledModel;
    },
    mostBytes,
    leave: (bytes) => void left.push(bytes),
    onChange: (loaded) => {
      said = loaded;
    },
    onError: (error) => failures.push(error),
  });
  const open = (folder: string, adapter: string | null = null) =>
    pool.open({ folder, adapter, maxContext: 8 });
  /** What stays once nobody uses it. */
  const use = async (folder: string, adapter: string | null = null): Promise<string[]> => {
    (await open(folder, adapter)).close();
    await Promise.resolve();
    return [...held].toSorted();
  };
  /** What the pool said last that it has, an adapter with its model. */
  const told = () =>
    said.map(({ folder, on, bytes }) =>
      [on, folder, bytes].filter((each) => each !== null).join(' '),
    );
  return { pool, open, use, held, broken, failures, left, told };
}

describe('models in memory', () => {
  it('stay as long as they fit together, and then the one that was used last', async () => {
    const { use, failures, left, told, pool } = poolOf(220);
    await use('a', 'x');
    expect(await use('a', 'y')).toEqual(['a', 'a+x', 'a+y']);
    // What they do not take is left to the prompts that are kept.
    expect(left.at(-1)).toBe(100);
    await use('a', 'x');
    // 220 bytes fit, and 230 do not: the adapter makes room that was not used for longest.
    expect(await use('b')).toEqual(['a', 'a+x', 'a+y', 'b']);
    expect(await use('b', 'z')).toEqual(['a', 'a+x', 'b', 'b+z']);
    expect(await use('c')).toEqual(['b', 'b+z', 'c']);
    expect(told()).toEqual(['b 100', 'b z 10', 'c 100']);
    pool.forget('b');
    expect(told()).toEqual(['c 100']);
    expect(failures).toEqual([]);
  });

  it('stay while they are used, however little room there is, and leave at once after it', async () => {
    const { open, held } = poolOf(0);
    const [one, two, tuned] = [await open('a'), await open('b'), await open('a', 'x')];
    expect([...held].toSorted()).toEqual(['a', 'a+x', 'b']);
    two.close();
    one.close();
    await expect.poll(() => [...held].toSorted()).toEqual(['a', 'a+x']);
    tuned.close();
    tuned.close();
    await expect.poll(() => held.size).toBe(0);
  });

  it('are loaded once for all who ask at the same time', async () => {
    const { open, held } = poolOf(0);
    const opened = await Promise.all([open('a', 'x'), open('a', 'x'), open('a')]);
    expect([...held]).toEqual(['a', 'a+x']);
    for (const each of opened) each.close();
    await expect.poll(() => held.size).toBe(0);
  });

  it('that could not be read are read again by the next', async () => {
    const { open, use, held, broken } = poolOf(1000);
    broken.add('a').add('x');
    await expect(open('a')).rejects.toThrow('a is broken');
    broken.delete('a');
    await expect(open('a', 'x')).rejects.toThrow('x is broken');
    broken.delete('x');
    expect(await use('a', 'x')).toEqual(['a', 'a+x']);
    expect(held.size).toBe(2);
  });

  it('are forgotten with their adapters, or one of those alone, when nobody uses them any more', async () => {
    const { pool, open, use, held } = poolOf(1000);
    await use('a', 'x');
    await use('a', 'y');
    pool.forget('x');
    await expect.poll(() => [...held]).toEqual(['a', 'a+y']);
    const used = await open('a', 'y');
    pool.forget('a');
    expect([...held]).toEqual(['a', 'a+y']);
    used.close();
    await expect.poll(() => held.size).toBe(0);
    expect(await use('a', 'y')).toEqual(['a', 'a+y']);
  });
});
