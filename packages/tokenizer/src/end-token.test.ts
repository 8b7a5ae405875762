import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createChatTemplate } from './chat-template.ts';
import { endOfText, endOfTurn } from './end-token.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';
import { trainByteLevelBpe } from './train-bpe.ts';

let folder: string;
let tokenizer: Tokenizer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-end-token-'));
  const specialTokens = ['<pad>', '<eos>', '<turn>'];
  tokenizer = createTokenizer(trainByteLevelBpe([], { vocabularySize: 259, specialTokens }));
});
afterAll(() => rm(folder, { recursive: true }));

it('finds the end of text in tokenizer_config.json first, then in config.json', async () => {
  expect(await endOfText(folder, tokenizer)).toBeUndefined();
  await writeFile(join(folder, 'config.json'), '{"eos_token_id": [2, 1]}');
  expect(await endOfText(folder, tokenizer)).toBe(2);
  const named = { eos_token: { content: '<eos>', special: true } };
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(named));
  expect(await endOfText(folder, tokenizer)).toBe(1);
  await writeFile(join(folder, 'tokenizer_config.json'), '{');
  await expect(endOfText(folder, tokenizer)).rejects.toThrow(/tokenizer_config.json/);
});

it.each([
  ['{% for m in messages %}{{ m.content }}<turn>\n{% endfor %}', 2],
  ['{% for m in messages %}{{ m.content }}\n{% endfor %}', undefined],
  ['{{ raise_exception("no") }}', undefined],
])('finds the end of a turn of %j', (text, token) => {
  expect(endOfTurn(tokenizer, createChatTemplate(text, { source: 'test' }))).toBe(token);
});
