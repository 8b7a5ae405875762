import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { maskedLm } from '@lathe/engine/masked-lm';
import { openAnyModelFolder } from '@lathe/engine/model-folder';
import { createTrainer } from '@lathe/engine/trainer';
import { resolveRecipe } from '@lathe/recipe/recipe';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { describe, expect, it } from 'vitest';
import { smokeEncoderRecipe } from './encoder-recipe.ts';
import { makeTinyEncoder } from './make-encoder.ts';

const committed = path.join(import.meta.dirname, '..', 'lathe-tiny-encoder');

/** Recorded by bench/reference/tiny_encoder.py. */
type Case = { text: string; tokens: number[]; hidden: number[]; loss: number };

describe('the recipe of the built-in encoder, made small', () => {
  it('gives the same bytes when it is stopped on the way and started again', async () => {
    await using folder = await tempFolder();
    const options = (name: string) => ({
      out: path.join(folder.path, name),
      work: path.join(folder.path, `work-${name}`),
    });
    const whole = options('whole');
    await makeTinyEncoder(smokeEncoderRecipe, { ...whole, print: () => {} });
    const resumed = options('resumed');
    for (const start of ['Training', 'hidden'])
      await expect(
        makeTinyEncoder(smokeEncoderRecipe, {
          ...resumed,
          print(line) {
            if (line.startsWith(start)) throw new Error('stopped by the test');
          },
        }),
      ).rejects.toThrow('stopped by the test');
    await makeTinyEncoder(smokeEncoderRecipe, { ...resumed, print: () => {} });
    for (const name of await readdir(whole.out)) {
      const [one, other] = await Promise.all(
        [whole.out, resumed.out].map((at) => readFile(path.join(at, name))),
      );
      expect(one?.equals(other as Buffer), name).toBe(true);
    }
    const { config } = await openAnyModelFolder(whole.out);
    expect(config).toMatchObject({ kind: 'encoder', modelType: 'bert', padToken: 0 });
  });
});

describe('the committed encoder', () => {
  it('reads texts and finds hidden words as transformers does', async () => {
    const file = path.join(import.meta.dirname, 'fixtures/encoder.json');
    const cases: Case[] = JSON.parse(await readFile(file, 'utf8'));
    const tokenizer = await loadTokenizer(committed);
    const [start, end, mask] = ['[CLS]', '[SEP]', '[MASK]'].map((name) => tokenizer.tokenId(name));
    const examples = cases.map(({ tokens, hidden }) => {
      const shown = Int32Array.from(tokens);
      for (const place of hidden) shown[place] = mask as number;
      const answers = Int32Array.from(hidden, (place) => tokens[place] as number);
      return { tokens: shown, hidden: Int32Array.from(hidden), answers };
    });
    for (const { text, tokens } of cases.slice(0, 2))
      expect([start, ...tokenizer.encode(text), end]).toEqual(tokens);
    const model = await openAnyModelFolder(committed);
    if (model.config.kind !== 'encoder') expect.fail('it is no encoder');
    const settings = resolveRecipe({ adaptation: { type: 'full' }, batchSize: 1 });
    const objective = maskedLm(model.config);
    const trainer = await createTrainer({ model, objective, examples, settings });
    for (const [at, example] of examples.entries())
      expect((await trainer.evaluate([example])).loss).toBeCloseTo(cases[at]?.loss ?? 0, 4);
    await trainer.dispose();
  });

  it('fits its limit of 8 MB', async () => {
    const names = await readdir(committed);
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(path.join(committed, name))).size),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(8_000_000);
  });
});
