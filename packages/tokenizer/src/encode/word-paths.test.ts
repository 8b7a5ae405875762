/** Without offsets words are cut by scanners and looked up in tables; with them, by the expressions of tokenizer.json. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { hostileTexts } from '../hostile-texts.fixture.ts';
import { createTokenizer } from '../tokenizer.ts';

const texts = hostileTexts(400);
const long = texts.join(' ').slice(0, 20_000);

it.each(['gpt2', 'roberta', 'llama3', 'qwen', 'smollm2', 'modernbert'])(
  '%s: both ways give the same tokens of hostile strings, seen before or not',
  (family) => {
    const json = readFileSync(new URL(`../fixtures/${family}.json`, import.meta.url), 'utf8');
    const tokenizer = createTokenizer(JSON.parse(json), family);
    for (const text of [...texts, long, ...texts])
      for (const special of [false, true])
        expect(tokenizer.encode(text, { special }), JSON.stringify(text)).toEqual(
          tokenizer.encodeWithOffsets(text, { special }).tokens,
        );
  },
);
