import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { loadTokenizer } from '@lathe/tokenizer/tokenizer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openModelFolder } from '../../families/model-folder.ts';
import { readAnswer } from '../../generate/generation.fixture.ts';
import { openGenerator } from '../../generate/generator.ts';
import type { Metadata } from '../../gguf/format.ts';
import { importGguf } from '../../import/import-gguf.ts';
import { tokenizerFiles } from '../../import/tokenizer-files.ts';
import { readReference } from '../../parity/reference.ts';
import { writeGgufModel } from './gguf-file.ts';
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

it('gives the built-in model back with its chat and its answers', async () => {
  const source = join(repository, 'models/lathe-tiny');
  const path = join(root, 'tiny-back');
  const file = join(root, 'tiny.gguf');
  await writeGgufModel(await openModelFolder(source), file, 'f16');
  await importGguf(file, path, { dequantised: 'f16' });
  const chat = [
    { role: 'user' as const, content: 'Where is my parcel?' },
    { role: 'assistant' as const, content: 'On its way.' },
    { role: 'user' as const, content: 'Since when?' },
  ];
  const answers = [];
  for (const folder of [source, path]) {
    const template = await loadChatTemplate(folder);
    const rendered = template.render(chat, { addGenerationPrompt: true });
    const prompt = (await loadTokenizer(folder)).encode(rendered, { special: true });
    const model = await openModelFolder(folder);
    const generator = await openGenerator({ model });
    const request = { tokens: prompt, maxTokens: 24, stopTokens: [] };
    const { tokens } = await readAnswer(generator.generate(request));
    await generator.dispose();
    answers.push({ rendered, prompt, tokens });
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]?.tokens).toHaveLength(24);
});
