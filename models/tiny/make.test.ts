import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openModelFolder } from '@lathe/engine/model-folder';
import { encodeChat } from '@lathe/tokenizer/chat-example';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTinyModel } from './make.ts';
import { smokeRecipe } from './recipe.ts';

let folder: string;
const silent = () => {};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'make-tiny-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the recipe of the built-in model, made small', () => {
  it('gives the same bytes when it is stopped on the way and started again', async () => {
    const whole = path.join(folder, 'whole');
    const measured = await makeTinyModel(smokeRecipe, {
      out: whole,
      work: path.join(folder, 'work-a'),
      print: silent,
    });
    expect(measured.chat.loss).toBeGreaterThan(0);

    const resumed = path.join(folder, 'resumed');
    const work = path.join(folder, 'work-b');
    const stopAt = (start: string) => (line: string) => {
      if (line.startsWith(start)) throw new Error('stopped by the test');
    };
    for (const start of ['Pre-training', 'pre-train', 'Tuning', 'chat']) {
      await expect(
        makeTinyModel(smokeRecipe, { out: resumed, work, print: stopAt(start) }),
      ).rejects.toThrow('stopped by the test');
    }
    await makeTinyModel(smokeRecipe, { out: resumed, work, print: silent });

    for (const name of await readdir(whole)) {
      const [one, other] = await Promise.all(
        [whole, resumed].map((at) => readFile(path.join(at, name))),
      );
      expect(one?.equals(other as Buffer), name).toBe(true);
    }
    expect(await readdir(work)).toEqual([]);
  });

  it('writes a folder that the engine and the tokenizer can open', async () => {
    const model = path.join(folder, 'whole');
    const { config, tensors } = await openModelFolder(model);
    expect(config).toMatchObject({ bosToken: null, eosTokens: [3, 0], padToken: 1 });
    expect([...tensors.values()].every(({ dtype }) => dtype === 'BF16')).toBe(true);
    const tokenizer = await loadTokenizer(model);
    expect(tokenizer.tokenId('<|im_end|>')).toBe(3);
    const { tokens, supervised } = encodeChat(tokenizer, await loadChatTemplate(model), [
      { role: 'user', content: 'Hi <|im_end|>' },
      { role: 'assistant', content: 'Hello.' },
    ]);
    const learned = tokens.filter((_, at) => supervised[at]);
    expect(tokenizer.decode(learned)).toBe('Hello.<|im_end|>');
    expect(tokens.filter((token) => token === 3)).toHaveLength(2);
  });
});

it('the committed model fits its limit of 8 MB', async () => {
  const model = path.join(import.meta.dirname, '..', 'lathe-tiny');
  const sizes = await Promise.all(
    (await readdir(model)).map(async (name) => (await stat(path.join(model, name))).size),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(8_000_000);
});
