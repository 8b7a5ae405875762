import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Metadata } from '../../gguf/format.ts';
import { tokenizerFiles } from '../../import/tokenizer-files.ts';
import { readReference } from '../../parity/reference.ts';
import { tokenizerMetadata } from './tokenizer.ts';

const repository = join(import.meta.dirname, '../../../../..');
const fixtures = join(repository, 'packages/tokenizer/src/fixtures');
const { texts } = JSON.parse(await readFile(join(fixtures, 'texts.json'), 'utf8')) as {
  texts: string[];
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lathe-gguf-texts-'));
});
afterAll(() => rm(root, { recursive: true }));

/** A folder's tokenizer through GGUF metadata and back into another folder. */
async function throughGguf(source: string, rows: number, architecture = 'llama'): Promise<string> {
  const { config } = (await readReference('tied')).model;
  const metadata: Metadata = new Map([
    ['general.architecture', { type: 'string', value: architecture }],
    ...(await tokenizerMetadata({ path: source, config: { ...config, vocabularySize: rows } })),
  ]);
  const none = (): never => {
    throw new Error('no weights are read for a tokenizer');
  };
  const gguf = { path: source, metadata, tensors: new Map(), read: none, pieces: none };
  const folder = `${source.replaceAll('/', '_').slice(-20)}-back`;
  const path = join(root, folder);
  await mkdir(path);
  for (const [name, text] of tokenizerFiles(gguf)) await writeFile(join(path, name), text);
  return path;
}

it.each([
  ['gpt2', undefined],
  ['llama3', '<|begin_of_text|>'],
  ['qwen', undefined],
  ['smollm2', undefined],
  ['llama2', '<s>'],
  ['gemma', '<bos>'],
  ['mistral', '<s>'],
  ['phi3', '<s>', '<|endoftext|>'],
])('%s cuts every text as before', async (name, begin, end = begin) => {
  const source = join(root, name);
  await mkdir(source);
  await copyFile(join(fixtures, `${name}.json`), join(source, 'tokenizer.json'));
  const config = { tokenizer_class: 'PreTrainedTokenizerFast', bos_token: begin, eos_token: end };
  await writeFile(join(source, 'tokenizer_config.json'), JSON.stringify(config));
  const path = await throughGguf(source, 720, name === 'phi3' ? 'phi3' : 'llama');
  const [before, after] = [await loadTokenizer(source), await loadTokenizer(path)];
  const wrong: string[] = [];
  for (const text of texts)
    for (const special of [false, true]) {
      const options = { special, addSpecial: true };
      const [wanted, found] = [before.encode(text, options), after.encode(text, options)];
      if (wanted.join() !== found.join()) wrong.push(`${special} ${JSON.stringify(text)}`);
      else if (before.decode(wanted) !== after.decode(found)) wrong.push(JSON.stringify(text));
    }
  expect(wrong.filter((text) => !known[name]?.test(text))).toEqual([]);
});

/** Where llama.cpp itself cuts a text otherwise than the folder that was exported. */
const known: Readonly<Record<string, RegExp>> = {
  // A blank goes before a text that begins with one, and behind special tokens.
  mistral: /"[ ▁]|<\/?s>|<unk>/,
  // It joins two blanks, for which the fixture has a token but no merge.
  gemma: / [ ▁]|▁ /,
};

it('keeps the chat of the built-in model', async () => {
  const source = join(repository, 'models/lathe-tiny');
  const path = await throughGguf(source, 2048);
  const [before, after] = [await loadTokenizer(source), await loadTokenizer(path)];
  const chat = [
    { role: 'user' as const, content: 'Where is my parcel?' },
    { role: 'assistant' as const, content: 'On its way.' },
    { role: 'user' as const, content: 'Since when?' },
  ];
  const rendered = await Promise.all(
    [source, path].map(async (folder) =>
      (await loadChatTemplate(folder)).render(chat, { addGenerationPrompt: true }),
    ),
  );
  expect(rendered[1]).toBe(rendered[0]);
  const options = { special: true };
  expect(after.encode(rendered[0]!, options)).toEqual(before.encode(rendered[0]!, options));
});
