import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetManifest } from '@lathe/contracts/artifact/dataset';
import { openFileStore } from '@lathe/platform/artifacts/file';
import { weightsDigest } from '@lathe/platform/model-digest';
import { tempFolder } from '@lathe/testkit/temp-folder';
import { expect, test } from 'vitest';
import { addTextFiles, requireSameBase } from './model-text.ts';

const texts = {
  'tokenizer.json': 'prepared',
  'chat_template.jinja': 'prepared',
  'additional_chat_templates/tool_use.jinja': 'prepared',
  'config.json': 'prepared',
};

async function open() {
  const folder = await tempFolder();
  const artifacts = await openFileStore(join(folder.path, 'store'));
  const text: DatasetManifest['text'] = {};
  for (const [path, content] of Object.entries(texts)) {
    const key = `p/jobs/j/dataset/a/text/${path}`;
    text[path] = { key, ...(await artifacts.put(key, Buffer.from(content))) };
  }
  return { folder, artifacts, dataset: { text, baseModel: 'tiny' } as DatasetManifest };
}

test('an adapter has the files that its rows became tokens with in a folder of its own', async () => {
  const { folder, artifacts, dataset } = await open();
  await using _ = folder;
  const model = join(folder.path, 'model');
  await addTextFiles(artifacts, dataset, { folder: model, kind: 'adapter' });
  for (const [path, content] of Object.entries(texts))
    expect(await readFile(join(model, 'tokenizer', path), 'utf8')).toBe(content);
});

test('a merged model has them instead of those that its base has by now, and its own config', async () => {
  const { folder, artifacts, dataset } = await open();
  await using _ = folder;
  const model = join(folder.path, 'model');
  await mkdir(model);
  for (const name of ['config.json', 'tokenizer.json', 'added_tokens.json', 'model.safetensors'])
    await writeFile(join(model, name), 'edited');
  await addTextFiles(artifacts, dataset, { folder: model, kind: 'merged' });
  const read = (name: string) => readFile(join(model, name), 'utf8').catch(() => 'none');
  expect(await read('tokenizer.json')).toBe('prepared');
  expect(await read('chat_template.jinja')).toBe('prepared');
  expect(await read('additional_chat_templates/tool_use.jinja')).toBe('prepared');
  expect(await read('added_tokens.json')).toBe('none');
  expect(await read('config.json')).toBe('edited');
  expect(await read('model.safetensors')).toBe('edited');
});

test('a run does not train on weights that came after its rows', async () => {
  const { folder, dataset } = await open();
  await using _ = folder;
  const base = join(folder.path, 'base');
  await mkdir(base);
  await writeFile(join(base, 'config.json'), '{}');
  const large = Buffer.alloc(3_000_000, 7);
  await writeFile(join(base, 'model.safetensors'), large);
  const manifest = { ...dataset, baseSha256: await weightsDigest(base) };
  await writeFile(join(base, 'tokenizer.json'), 'edited');
  await requireSameBase(base, manifest);
  await writeFile(join(base, 'model.safetensors'), large.fill(8, 1_000_000, 2_000_000));
  await expect(requireSameBase(base, manifest)).rejects.toThrow(
    "The base model 'tiny' was changed after the rows of the job were prepared; create the job again.",
  );
});
