import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadTokenizer } from '../tokenizer.ts';
import { createWordCutter, learnTokenizer } from './learn-tokenizer.ts';
import { writeLearntTokenizer } from './learnt-folder.ts';
import { planTokenizer, type TokenizerKind } from './tokenizer-plan.ts';
import { WordTable } from './word-table.ts';

const models = join(import.meta.dirname, '../../../../models');
const text = readFileSync(join(import.meta.dirname, '../../../../LICENSE'), 'utf8');
const work = await mkdtemp(join(tmpdir(), 'lathe-learn-'));
afterAll(() => rm(work, { recursive: true }));

/** Of the reference: the ids that it reads of the folders that are written here, and the files that it read. */
type Vectors = Readonly<
  Record<string, { readonly sha256: string; readonly texts: string[]; readonly ids: number[][] }>
>;
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/learnt.json'), 'utf8'),
) as Vectors;

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function learnt(model: string, kind: TokenizerKind, size: number, texts = [text]) {
  const folder = join(work, `${model}-${kind}-${size}`);
  await cp(join(models, model), folder, { recursive: true });
  const plan = await planTokenizer(folder, { kind, specialTokens: ['<|note|>'] });
  const table = new WordTable();
  const cut = createWordCutter(plan);
  for (const each of texts) for (const word of cut(each)) table.add(word);
  await writeLearntTokenizer(folder, plan, learnTokenizer(plan, table.counts, size));
  return folder;
}

it.each([
  ['lathe-tiny', 'byte_level_bpe', 400],
  ['lathe-tiny', 'unigram', 300],
  ['lathe-tiny-encoder', 'wordpiece', 400],
  ['lathe-tiny-encoder', 'unigram', 200],
] as const)(
  'a tokenizer of %s of the kind %s is read as the reference reads it',
  async (model, kind, size) => {
    const folder = await learnt(model, kind, size);
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.vocabularySize).toBe(size);
    const { texts, ids, sha256 } = vectors[`${model}-${kind}-${size}`] as Vectors[string];
    expect(sha256Of(await readFile(join(folder, 'tokenizer.json')))).toBe(sha256);
    expect(
      texts.map((each) => tokenizer.encode(each, { special: true, addSpecial: true })),
    ).toEqual(ids);
    const plain = 'You may reproduce  and distribute copies of the Work.';
    const back = tokenizer.decode(tokenizer.encode(plain));
    expect(back).toBe(kind === 'wordpiece' ? plain.toLowerCase().replace('  ', ' ') : plain);
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    expect(config.vocab_size).toBe(size);
    if (model === 'lathe-tiny') {
      expect(config.eos_token_id).toBe(tokenizer.tokenId('<|im_end|>'));
      expect(tokenizer.isSpecial(tokenizer.tokenId('<|note|>') ?? -1)).toBe(true);
    } else expect(config.pad_token_id).toBe(tokenizer.tokenId('[PAD]'));
  },
);

it('learns the same whatever order the texts have, and nothing of control tokens', async () => {
  const texts = text.split('\n');
  const one = await learnt('lathe-tiny', 'unigram', 250, texts);
  const file = await readFile(join(one, 'tokenizer.json'), 'utf8');
  await rm(one, { recursive: true });
  const other = [...texts.toReversed(), '<|im_end|><|note|>'];
  const two = await learnt('lathe-tiny', 'unigram', 250, other);
  expect(await readFile(join(two, 'tokenizer.json'), 'utf8')).toBe(file);
});

it.each([
  [
    'byte_level_bpe',
    100,
    'a vocabulary of 100 tokens is too small: the special tokens and the single characters of the text take 261 alone',
  ],
  ['byte_level_bpe', 50_000, 'a vocabulary of 50000 tokens is more than the text gives, which is'],
  ['unigram', 20, 'is too small'],
  ['unigram', 50_000, 'is more than the text gives'],
  ['wordpiece', 50_000, 'is more than the text gives'],
] as const)('refuses a vocabulary of %s of %i tokens', async (kind, size, message) => {
  await expect(learnt('lathe-tiny', kind, size)).rejects.toThrow(message);
});

it('keeps the frequent words of a text that is larger than its table', () => {
  const table = new WordTable({ words: 100, units: 10_000 });
  for (let at = 0; at < 5000; at++) {
    table.add(`rare${at}`);
    table.add(`often${at % 10}`);
  }
  table.add('x'.repeat(1001));
  expect(table.counts.size).toBeLessThanOrEqual(100);
  expect(table.counts.get('often3')).toBe(500);
  const kept = [...table.counts.values()].reduce((sum, count) => sum + count, 0);
  expect([table.total, table.forgotten]).toEqual([10_001, 10_001 - kept]);
});
