import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const repository = path.join(import.meta.dirname, '../..');
const tiny = 'packages/engine/src/import/fixtures/tiny-k-quants.gguf';

let models: string;
beforeAll(async () => {
  models = await mkdtemp(path.join(tmpdir(), 'lathe-import-command-'));
});
afterAll(() => rm(models, { recursive: true }));

async function run(...options: string[]) {
  const env = { ...process.env, LATHE_MODELS: models };
  return new Promise<{ code: number; output: string; error: string }>((resolve) => {
    execFile(
      process.execPath,
      ['scripts/import.ts', ...options],
      { cwd: repository, env },
      (failure, output, error) =>
        resolve({ code: Number(failure?.code ?? 0), output, error: error.trim() }),
    );
  });
}

it('puts a model under its name, and again', async () => {
  for (let time = 0; time < 2; time++) {
    const { code, output } = await run(tiny, '--name', 'my-model');
    expect(code).toBe(0);
    expect(output).toContain(
      'my-model: a llama of 1 layers and 269 tokens, rebuilt from 3 × F32, 2 × Q4_K',
    );
    expect(output).toContain('Licence: apache-2.0');
  }
  expect(await readdir(models)).toEqual(['my-model']);
  expect((await readdir(path.join(models, 'my-model'))).sort()).toEqual([
    '.gitignore',
    'config.json',
    'generation_config.json',
    'lathe-import.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
});

it('says in one sentence what is wrong', async () => {
  expect(await run('nowhere.gguf')).toMatchObject({
    code: 1,
    error: 'nowhere.gguf: the file is missing',
  });
  expect(await run('package.json')).toMatchObject({
    code: 1,
    error: 'package.json: is not a GGUF file',
  });
  const named = await run(tiny, '--name', '../elsewhere');
  expect([named.code, named.error]).toEqual([
    1,
    'The model cannot be called "../elsewhere": use letters, digits, dots, dashes and underscores, with --name.',
  ]);
  expect((await run()).error).toContain('npm run import -- <file.gguf>');
});
