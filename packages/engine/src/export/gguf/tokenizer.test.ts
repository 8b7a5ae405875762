import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DecoderConfig } from '../../families/decoder-config.ts';
import type { MetadataValue } from '../../gguf/format.ts';
import { readReference } from '../../parity/reference.ts';
import { tokenizerMetadata } from './tokenizer.ts';

const repository = join(import.meta.dirname, '../../../../..');
const fixtures = join(repository, 'packages/tokenizer/src/fixtures');
let root: string;
let config: DecoderConfig;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-gguf-tokenizer-'));
  config = (await readReference('tied')).model.config;
});
afterAll(() => rm(root, { recursive: true }));

async function folderWith(name: string): Promise<string> {
  const path = join(root, name);
  await mkdir(path, { recursive: true });
  await copyFile(join(fixtures, `${name}.json`), join(path, 'tokenizer.json'));
  return path;
}

function text(metadata: ReadonlyMap<string, MetadataValue>, key: string): unknown {
  return metadata.get(`tokenizer.ggml.${key}`)?.value;
}

it.each([
  ['gpt2', 'gpt2', 'gpt-2'],
  ['llama3', 'gpt2', 'llama-bpe'],
  ['qwen', 'gpt2', 'qwen2'],
  ['smollm2', 'gpt2', 'smollm'],
  ['llama2', 'llama', 'default'],
  ['mistral', 'llama', 'default'],
  ['gemma', 'llama', 'default'],
  ['phi3', 'llama', 'default'],
])('%s is of kind %s, cut as %s', async (name, kind, pre) => {
  const path = await folderWith(name);
  const metadata = await tokenizerMetadata({ path, config: { ...config, vocabularySize: 720 } });
  expect([text(metadata, 'model'), text(metadata, 'pre')]).toEqual([kind, pre]);
  expect(text(metadata, 'tokens')).toHaveLength(720);
  expect((text(metadata, 'token_type') as number[]).at(-1)).toBe(5);
  expect(metadata.has(`tokenizer.ggml.${kind === 'llama' ? 'scores' : 'merges'}`)).toBe(true);
  expect(text(metadata, 'add_bos_token')).toBe(
    ['llama3', 'llama2', 'mistral', 'gemma'].includes(name),
  );
  expect(text(metadata, 'add_eos_token')).toBe(false);
  expect(text(metadata, 'add_space_prefix')).toBe(kind === 'llama' ? name !== 'gemma' : undefined);
});

it('has the template and special tokens of a chat model', async () => {
  const path = join(repository, 'models/lathe-tiny');
  const metadata = await tokenizerMetadata({ path, config: { ...config, vocabularySize: 2048 } });
  expect(metadata.get('tokenizer.chat_template')?.value).toBe(
    await readFile(join(path, 'chat_template.jinja'), 'utf8'),
  );
  expect([text(metadata, 'eos_token_id'), text(metadata, 'padding_token_id')]).toEqual([3, 1]);
  expect(text(metadata, 'add_bos_token')).toBe(false);
});

it('refuses a tokenizer that llama.cpp would compute otherwise', async () => {
  const path = await folderWith('gpt2');
  const file = join(path, 'tokenizer.json');
  const json = JSON.parse(await readFile(file, 'utf8'));
  const sized = { path, config: { ...config, vocabularySize: 720 } };
  await writeFile(file, JSON.stringify({ ...json, pre_tokenizer: { type: 'Whitespace' } }));
  await expect(tokenizerMetadata(sized)).rejects.toThrow('pre_tokenizer cuts words in a way');
  await copyFile(join(fixtures, 'bert-cased.json'), file);
  await expect(tokenizerMetadata(sized)).rejects.toThrow(file);
  await folderWith('gpt2');
  await expect(tokenizerMetadata({ path, config })).rejects.toThrow('config.json has 64 tokens');
});

it('is the tokenizer that the folder is trained with, whichever file says so', async () => {
  const path = await folderWith('smollm2');
  const write = (name: string, json: unknown) => writeFile(join(path, name), JSON.stringify(json));
  const json = JSON.parse(await readFile(join(path, 'tokenizer.json'), 'utf8'));
  json.model.vocab = JSON.parse(
    JSON.stringify(json.model.vocab).replace(/\}$/, ',"__proto__":700}'),
  ) as object;
  await write('tokenizer.json', json);
  await write('config.json', { model_type: 'llama' });
  await write('tokenizer_config.json', {
    tokenizer_class: 'GPT2Tokenizer',
    added_tokens_decoder: {
      0: { content: '<|endoftext|>', special: true },
      701: { content: '<|tool|>' },
      702: { content: '<|far|>', special: true },
    },
    sep_token: '<|im_start|>',
    eos_token: { __type: 'AddedToken', content: '<|im_end|>' },
  });
  const metadata = await tokenizerMetadata({ path, config: { ...config, vocabularySize: 702 } });
  const tokens = text(metadata, 'tokens') as string[];
  const types = text(metadata, 'token_type') as number[];
  // Of the class there is no Digits; the far token has no row, and nothing writes it.
  expect(text(metadata, 'pre')).toBe('gpt-2');
  expect(tokens.slice(699).slice(1)).toEqual(['__proto__', '<|tool|>']);
  expect([0, 1, 2, 700, 701].map((id) => types[id])).toEqual([3, 3, 3, 1, 4]);
  expect(text(metadata, 'eos_token_id')).toBe(2);
});

it('has the template of the file that counts among several', async () => {
  const path = await folderWith('qwen');
  await mkdir(join(path, 'additional_chat_templates'));
  await writeFile(join(path, 'tokenizer_config.json'), '{"chat_template":"config"}');
  const template = async () => {
    const metadata = await tokenizerMetadata({ path, config: { ...config, vocabularySize: 720 } });
    return metadata.get('tokenizer.chat_template')?.value;
  };
  expect(await template()).toBe('config');
  await writeFile(join(path, 'chat_template.jinja'), 'file');
  expect(await template()).toBe('file');
  await writeFile(join(path, 'additional_chat_templates', 'default.jinja'), 'default');
  expect(await template()).toBe('default');
});
