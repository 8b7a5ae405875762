/** Prompts that begin like others: read from there on, and answered as if they were read whole. */
import { afterAll, describe, expect, it } from 'vitest';
import { readReference, referenceModels } from '../parity/reference.ts';
import { adapterOf, readAnswer, virtualOf } from './generation.fixture.ts';
import { type GenerateRequest, type Generator, openGenerator } from './generator.ts';
import { PrefixMemory } from './prefix-memory.ts';

/** What prompts begin with: 40 tokens, two whole blocks of 16 and a half. */
const shared = Array.from({ length: 40 }, (_, at) => (at * 7 + 3) % 50);
const tolerance = 1e-5;

type Asked = Omit<GenerateRequest, 'tokens' | 'maxTokens' | 'onRead'>;

/** Six tokens after a prompt, with how many of its tokens were not read. */
async function ask(generator: Generator, tokens: readonly number[], asked: Asked = {}) {
  let cached = Number.NaN;
  const onRead = (count: number) => {
    cached = count;
  };
  const request = { maxTokens: 6, stopTokens: [], ...asked, tokens, onRead };
  return { ...(await readAnswer(generator.generate(request))), cached };
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [at, value] of found.entries())
    expect(Math.abs(value - (expected[at] as number))).toBeLessThan(tolerance);
}

describe.each(referenceModels)('kept prompts of the tiny model "%s"', (name) => {
  const opened = (async () => {
    const reference = await readReference(name);
    const { model } = reference;
    const open = async (prefixes?: PrefixMemory) => {
      const generator = await openGenerator({ model, ...(prefixes && { prefixes }) });
      generator.loadAdapter('lora', adapterOf(reference, 3));
      for (const method of ['prompt', 'prefix'] as const)
        generator.loadAdapter(method, virtualOf(model, { method, count: 5 }));
      return generator;
    };
    return { plain: await open(), keeping: await open(new PrefixMemory(64 * 2 ** 20)) };
  })();
  afterAll(async () => {
    const { plain, keeping } = await opened;
    await plain.dispose();
    await keeping.dispose();
  });

  it.each([undefined, 'lora', 'prompt', 'prefix'])(
    'are continued as if they were read: adapter %s',
    async (adapter) => {
      const { plain, keeping } = await opened;
      const named = adapter === undefined ? {} : { adapter };
      const first = await ask(keeping, [...shared, 1, 2, 3], named);
      // Nothing was kept under this adapter, whatever was under others.
      expect(first.cached).toBe(0);
      const whole = await ask(plain, [...shared, 1, 2, 3], named);
      expect([first.tokens, first.logprobs]).toEqual([whole.tokens, whole.logprobs]);
      // Another question, the same one again, and the next turn after its answer.
      const prompts = [
        { tokens: [...shared, 9, 8], cached: 40 },
        { tokens: [...shared, 1, 2, 3], cached: 42 },
        { tokens: [...shared, 1, 2, 3, ...first.tokens, 7], cached: 48 },
      ];
      for (const { tokens, cached } of prompts) {
        const found = await ask(keeping, tokens, named);
        const expected = await ask(plain, tokens, named);
        expect(found.cached).toBe(cached);
        expect(found.tokens).toEqual(expected.tokens);
        expectClose(found.logprobs, expected.logprobs);
      }
    },
  );
});

describe('kept prompts', () => {
  const [name] = referenceModels;
  const open = async (bytes: number, options: { readonly admitTokens?: number } = {}) => {
    const reference = await readReference(name);
    const { model } = reference;
    const prefixes = new PrefixMemory(bytes);
    const generator = await openGenerator({ model, prefixes, ...options });
    generator.loadAdapter('now', adapterOf(reference, 3));
    return { reference, prefixes, generator };
  };

  it('are read once for all that come together', async () => {
    const { generator } = await open(64 * 2 ** 20);
    const all = await Promise.all([1, 2, 3, 4].map((last) => ask(generator, [...shared, last])));
    expect(all.map(({ cached }) => cached)).toEqual([0, 32, 32, 32]);
    await generator.dispose();
  });

  it('let more prompts in before answers go on, which have to be read no more', async () => {
    const { generator } = await open(64 * 2 ** 20, { admitTokens: 55 });
    const order: number[] = [];
    await Promise.all(
      [1, 2, 3].map(async (last) => {
        const tokens = [...shared, last];
        for await (const _ of generator.generate({ tokens, maxTokens: 3, stopTokens: [] }))
          order.push(last);
      }),
    );
    expect(order.slice(0, 3)).toEqual([1, 2, 3]);
    await generator.dispose();
  });

  it('are found by who they were kept for alone', async () => {
    const { generator } = await open(64 * 2 ** 20);
    const tokens = [...shared, 1];
    await ask(generator, tokens, { scope: 'one' });
    expect((await ask(generator, tokens, { scope: 'two' })).cached).toBe(0);
    expect((await ask(generator, tokens, { scope: 'one' })).cached).toBe(32);
    await generator.dispose();
  });

  it('go with their adapter, also what is read while it is replaced', async () => {
    const { reference, prefixes, generator } = await open(64 * 2 ** 20);
    const tokens = [...shared, 1];
    const named = { adapter: 'now' };
    const before = await ask(generator, tokens, named);
    const stream = generator.generate({ tokens, maxTokens: 9, stopTokens: [], ...named });
    await stream.next();
    generator.loadAdapter('now', adapterOf(reference, 1));
    await readAnswer(stream);
    expect(prefixes.bytes).toBe(0);
    const after = await ask(generator, tokens, named);
    expect(after.cached).toBe(0);
    expect(after.logprobs[0]).not.toBe(before.logprobs[0]);
    generator.unloadAdapter('now');
    expect(prefixes.bytes).toBe(0);
    await ask(generator, tokens);
    await generator.dispose();
    expect(prefixes.bytes).toBe(0);
  });

  it('are not asked for where every token of the prompt is to be told', async () => {
    const { generator } = await open(64 * 2 ** 20);
    const tokens = [...shared, 1];
    const first = await ask(generator, tokens, { scoresPrompt: true });
    const again = await ask(generator, tokens, { scoresPrompt: true });
    expect(again).toEqual(first);
    expect(again.cached).toBe(0);
    expect((await ask(generator, tokens)).cached).toBe(32);
    await generator.dispose();
  });

  it('of which the numbers were not finite are not kept', async () => {
    const { reference, prefixes, generator } = await open(64 * 2 ** 20);
    generator.loadAdapter('poison', adapterOf(reference, 1e25));
    await expect(ask(generator, [...shared, 1], { adapter: 'poison' })).rejects.toThrow('finite');
    expect(prefixes.bytes).toBe(0);
    await generator.dispose();
  });
});

describe('the memory of prompts', () => {
  it('holds no more than it may, and keeps the beginnings that were used last', async () => {
    const { model } = await readReference(referenceModels[0]);
    const { layers, keyValueHeads, headSize } = model.config;
    const block = 16 * 2 * layers * keyValueHeads * headSize * 4;
    const prefixes = new PrefixMemory(5 * block);
    const generator = await openGenerator({ model, prefixes });
    const other = (from: number) => Array.from({ length: 33 }, (_, at) => (at + from) % 50);
    const cachedOf = async (tokens: readonly number[]) =>
      (await ask(generator, tokens, { maxTokens: 1 } as Asked)).cached;
    expect(await cachedOf(shared)).toBe(0);
    expect(prefixes.bytes).toBe(2 * block);
    expect(await cachedOf(other(1))).toBe(0);
    expect(await cachedOf(shared)).toBe(32);
    // There is room for one block more: the end of what was not used for longest makes room for the other.
    expect(await cachedOf(other(2))).toBe(0);
    expect(prefixes.bytes).toBe(5 * block);
    expect(await cachedOf(other(1))).toBe(16);
    prefixes.leave(block);
    expect(prefixes.bytes).toBe(block);
    prefixes.leave(100 * block);
    for (let from = 3; from < 9; from++) await cachedOf(other(from));
    expect(prefixes.bytes).toBeLessThanOrEqual(5 * block);
    prefixes.leave(0);
    expect(await cachedOf(shared)).toBe(0);
    expect(await cachedOf(shared)).toBe(0);
    await generator.dispose();
  });

  it('takes from the scope that has most, so that nobody loses an even share to others', () => {
    const prefixes = new PrefixMemory(100);
    const gone: string[] = [];
    const item = (scope: string, number: number) => ({
      ...{ scope, bytes: 10 },
      remove: () => void gone.push(`${scope}${number}`),
    });
    for (let number = 0; number < 3; number++) prefixes.keep(item('quiet', number), []);
    for (let number = 0; number < 20; number++) prefixes.keep(item('busy', number), []);
    expect(gone).toEqual(Array.from({ length: 13 }, (_, number) => `busy${number}`));
    // One that comes takes of the largest, until its share is even.
    for (let number = 0; number < 9; number++) prefixes.keep(item('new', number), []);
    expect(gone.filter((each) => each.startsWith('quiet'))).toEqual([]);
    expect(prefixes.bytes).toBe(100);
  });

  it('keeps nothing at the price of what it is asked to spare', () => {
    const prefixes = new PrefixMemory(20);
    const item = { scope: 'a', bytes: 10, remove: () => undefined };
    const [one, two] = [{ ...item }, { ...item }];
    expect([prefixes.keep(one, []), prefixes.keep(two, [one])]).toEqual([true, true]);
    expect(prefixes.keep({ ...item }, [one, two])).toBe(false);
    expect(prefixes.keep({ ...item, bytes: 21 }, [])).toBe(false);
    expect(prefixes.bytes).toBe(20);
  });
});
