import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { TokenizerError } from '../error.ts';
import { fieldsOf } from '../folder/files.ts';
import { readTokenizerFolder } from '../folder/load.ts';
import type { TokenizerFolder } from '../folder/tokenizer-folder.ts';
import type { TokenizerPlan } from './tokenizer-plan.ts';

/**
 * Gives a model folder a tokenizer that was learnt for it: tokenizer.json, the names of its tokens, and in config.json
 * and generation_config.json the size of the vocabulary and the ids that its tokens have now. An id of a token that
 * is gone becomes null. Throws TokenizerError where the model's family reads such a tokenizer in another way than it
 * was learnt.
 * @example
 * const plan = await planTokenizer('/tmp/model', { kind: 'unigram' });
 * const counts = new Map([['low', 3], ['lower', 2]]);
 * await writeLearntTokenizer('/tmp/model', plan, learnTokenizer(plan, counts, 20));
 */
export async function writeLearntTokenizer(
  folder: string,
  { added, unknown, kind }: TokenizerPlan,
  file: Readonly<Record<string, unknown>>,
): Promise<void> {
  const base = await readTokenizerFolder(folder);
  const ids = new Map(added.map(({ content }, id) => [content, id]));
  const renumber = renumberer(base, ids);
  const put = (name: string, value: unknown): Promise<void> =>
    writeFile(join(folder, name), `${JSON.stringify(value, undefined, 1)}\n`);
  const settings = (await readObject(folder, 'tokenizer_config.json')) ?? {};
  const { added_tokens_decoder: _, ...kept } = settings;
  await put('tokenizer_config.json', {
    ...kept,
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...Object.fromEntries(base.names),
    ...(unknown !== null && { unk_token: unknown }),
  });
  const pad = ids.get(base.names.get('pad_token') ?? '');
  const config = (await readObject(folder, 'config.json')) ?? {};
  await put('config.json', {
    ...(withIds(config, renumber, sizeOf(file)) as object),
    ...(pad !== undefined && { pad_token_id: pad }),
  });
  const generation = await readObject(folder, 'generation_config.json');
  if (generation !== undefined)
    await put('generation_config.json', withIds(generation, renumber, sizeOf(file)));
  await writeFile(join(folder, 'tokenizer.json'), `${JSON.stringify(file)}\n`);
  for (const name of ['special_tokens_map.json', 'added_tokens.json'])
    await rm(join(folder, name), { force: true });
  await requireSame(folder, kind, file);
}

/** The model's family may have a way of its own to read every tokenizer. */
async function requireSame(
  folder: string,
  kind: string,
  file: Readonly<Record<string, unknown>>,
): Promise<void> {
  const read = (await readTokenizerFolder(folder)).tokenizer ?? {};
  const parts = (json: Readonly<Record<string, unknown>>) =>
    ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder', 'added_tokens'].map(
      (part) => json[part] ?? null,
    );
  if (isDeepStrictEqual(parts(read), parts(file))) return;
  throw new TokenizerError(
    join(folder, 'tokenizer.json'),
    `the family of the model reads every tokenizer in a way of its own, which is not that of ${kind}`,
  );
}

/** The tokens of a complete tokenizer.json. */
function sizeOf(file: Readonly<Record<string, unknown>>): number {
  const vocab = fieldsOf(file.model)?.get('vocab');
  return Array.isArray(vocab) ? vocab.length : Object.keys(Object(vocab)).length;
}

/** What an id of the base has become. */
function renumberer(
  { tokenizer }: TokenizerFolder,
  ids: ReadonlyMap<string, number>,
): (id: number) => number | undefined {
  const contents = new Map(tokenizer?.added_tokens.map(({ id, content }) => [id, content]));
  return (id) => ids.get(contents.get(id) ?? '');
}

/** A config with other ids of tokens and another size of the vocabulary, at any depth. */
function withIds(
  value: unknown,
  renumber: (id: number) => number | undefined,
  size: number,
): unknown {
  const fields = fieldsOf(value);
  if (fields === undefined) return value;
  return Object.fromEntries(
    [...fields].map(([name, field]): [string, unknown] => {
      if (name === 'vocab_size') return [name, size];
      if (!/_token_ids?$/.test(name)) return [name, withIds(field, renumber, size)];
      const found = [field].flat().flatMap((id) => renumber(Number(id)) ?? []);
      return [name, Array.isArray(field) && found.length > 0 ? found : (found[0] ?? null)];
    }),
  );
}

async function readObject(
  folder: string,
  name: string,
): Promise<Record<string, unknown> | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as Record<string, unknown>;
}
