import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trainByteLevelBpe } from '../learn/train-bpe.ts';
import { createTokenizer, loadTokenizer, type Tokenizer } from '../tokenizer.ts';
import { createChatTemplate } from './chat-template.ts';
import { endOfText, endOfTurn } from './end-token.ts';

const specialTokens = ['<pad>', '<eos>', '<turn>'];
let folder: string;
let tokenizer: Tokenizer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-end-token-'));
  tokenizer = createTokenizer(trainByteLevelBpe([], { vocabularySize: 259, specialTokens }));
});
afterAll(() => rm(folder, { recursive: true }));

it('finds the end of text in the files of the tokenizer first, then in config.json', async () => {
  const write = (name: string, json: unknown) =>
    writeFile(join(folder, name), JSON.stringify(json));
  await write('tokenizer.json', trainByteLevelBpe([], { vocabularySize: 259, specialTokens }));
  const found = async () => endOfText(folder, await loadTokenizer(folder));
  expect(await found()).toBeUndefined();
  await write('config.json', { eos_token_id: [2, 1] });
  expect(await found()).toBe(2);
  await write('tokenizer_config.json', { eos_token: { __type: 'AddedToken', content: '<eos>' } });
  expect(await found()).toBe(1);
  await write('special_tokens_map.json', { eos_token: { content: '<pad>' } });
  expect(await found()).toBe(0);
  await writeFile(join(folder, 'tokenizer_config.json'), '{');
  await expect(loadTokenizer(folder)).rejects.toThrow(/tokenizer_config.json/);
});

it.each([
  ['{% for m in messages %}{{ m.content }}<turn>\n{% endfor %}', 2],
  ['{% for m in messages %}{{ m.content }}\n{% endfor %}', undefined],
  ['{{ raise_exception("no") }}', undefined],
])('finds the end of a turn of %j', (text, token) => {
  expect(endOfTurn(tokenizer, createChatTemplate(text, { source: 'test' }))).toBe(token);
});
