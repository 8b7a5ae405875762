/** The reference implementation (the `tokenizers` crate) as oracle: same ids, offsets and text. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom, hostileTexts, toUnits } from './hostile-texts.fixture.ts';
import { trainByteLevelBpe } from './learn/train-bpe.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

type Native = typeof import('tokenizers');
type NativeTokenizer = InstanceType<Native['Tokenizer']>;
let native: Native;
beforeAll(async () => {
  try {
    native = await import('tokenizers');
  } catch (error) {
    throw new Error(
      `the native tokenizers package, the oracle of this test, does not load here: ${(error as Error).message}`,
    );
  }
});

const code = readFileSync(new URL('./tokenizer.ts', import.meta.url), 'utf8');
const texts = hostileTexts(3000);
const prose = [
  "We're sorry that your parcel hasn't arrived. It left the warehouse on 12 March, at 09:45; the courier's page says \"in transit\".",
  'Dear Ms. Østergård,\r\n\r\nthank you for your letter.  The refund of €1,250.00 is on its way – it takes 3–5 days.\r\n',
  code,
];

const trained = trainByteLevelBpe([...texts.slice(0, 1500), ...prose, ...prose], {
  vocabularySize: 2500,
  specialTokens: ['<|end|>', '<|user|>'],
});
const split = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});
const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });
const added = {
  ...trained.added_tokens[0]!,
  id: 2500,
  content: '<think>',
  special: false,
  normalized: true,
};

const llama3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const qwen2 = llama3.replace('{1,3}', '');
const deepseek = [
  '\\p{N}{1,3}',
  '[一-龥぀-ゟ゠-ヿ]+',
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
];

const families: [string, object][] = [
  ['GPT-2', trained],
  [
    'Llama 3',
    {
      ...trained,
      pre_tokenizer: sequence(split(llama3), bytes),
      model: { ...trained.model, ignore_merges: true },
    },
  ],
  [
    'Qwen 2',
    {
      ...trained,
      normalizer: { type: 'NFC' },
      pre_tokenizer: sequence(split(qwen2), bytes),
      added_tokens: [...trained.added_tokens, added],
    },
  ],
  [
    'SmolLM 2',
    {
      ...trained,
      pre_tokenizer: sequence(
        { type: 'Digits', individual_digits: true },
        { ...bytes, use_regex: true },
      ),
    },
  ],
  ['DeepSeek', { ...trained, pre_tokenizer: sequence(...deepseek.map(split), bytes) }],
];

describe.each(families)('%s', (_name, json) => {
  let ours: Tokenizer;
  let theirs: NativeTokenizer;
  beforeAll(() => {
    ours = createTokenizer(json);
    theirs = native.Tokenizer.fromString(JSON.stringify(json));
  });

  test.each([
    ['hostile strings', texts],
    ['prose and code', prose],
  ])('%s', async (_kind, list) => {
    const encodings = await theirs.encodeBatch([...list], { addSpecialTokens: false });
    const decoded = await theirs.decodeBatch(
      encodings.map((encoding) => encoding.getIds()),
      false,
    );
    list.forEach((text, i) => {
      const { tokens, offsets } = ours.encodeWithOffsets(text, { special: true });
      expect(tokens, JSON.stringify(text)).toEqual(encodings[i]!.getIds());
      expect(ours.decode(tokens)).toBe(decoded[i]);
      expect(offsets, JSON.stringify(text)).toEqual(toUnits(text, encodings[i]!.getOffsets()));
    });
  });
});

test('random token ids decode to the same text', async () => {
  const json = families[0]![1];
  const ours = createTokenizer(json);
  const theirs = native.Tokenizer.fromString(JSON.stringify(json));
  const random = createRandom(7);
  const lists = Array.from({ length: 500 }, () =>
    Array.from({ length: random(20) }, () => random(ours.vocabularySize)),
  );
  for (const skipSpecial of [false, true]) {
    const decoded = await theirs.decodeBatch(lists, skipSpecial);
    lists.forEach((ids, i) => {
      expect(ours.decode(ids, { skipSpecial })).toBe(decoded[i]);
    });
  }
});
