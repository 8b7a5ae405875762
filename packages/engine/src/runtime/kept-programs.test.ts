import { describe, expect, it } from 'vitest';
import { KeptPrograms } from './kept-programs.ts';

/** Programs that say when they are compiled and disposed of. */
function watched(most?: number) {
  const happened: string[] = [];
  const kept = new KeptPrograms<{ dispose(): Promise<void> }>(most);
  const get = (key: string) =>
    kept.get(key, async () => {
      happened.push(`+${key}`);
      return {
        dispose: async () => {
          happened.push(`-${key}`);
        },
      };
    });
  return { kept, get, happened };
}

describe('kept programs', () => {
  it('are compiled once, by whoever asks first', async () => {
    const { get, happened } = watched();
    const [first, second] = await Promise.all([get('a'), get('a')]);
    expect(second).toBe(first);
    await get('b');
    expect(await get('a')).toBe(first);
    expect(happened).toEqual(['+a', '+b']);
  });

  it('give way to others in the order in which they were asked for last', async () => {
    const { get, happened } = watched(2);
    for (const key of ['a', 'b', 'a', 'c', 'a']) await get(key);
    expect(happened).toEqual(['+a', '+b', '-b', '+c']);
  });

  it('are disposed of together', async () => {
    const { kept, get, happened } = watched();
    await get('a');
    await get('b');
    await kept.dispose();
    await kept.dispose();
    await get('a');
    expect(happened).toEqual(['+a', '+b', '-a', '-b', '+a']);
  });

  it('are tried again when they could not be compiled', async () => {
    const { kept, get, happened } = watched();
    const refused = async () => Promise.reject(new Error('refused'));
    await expect(kept.get('a', refused)).rejects.toThrow('refused');
    await get('a');
    expect(happened).toEqual(['+a']);
  });
});
