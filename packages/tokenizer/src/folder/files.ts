import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { parseField } from '../component.ts';
import { TokenizerError } from '../error.ts';

/**
 * The fields of a JSON object. A Map, for what a file calls its fields and tokens may be a name that every
 * JavaScript object has, such as `constructor` or `__proto__`.
 */
export type Fields = ReadonlyMap<string, unknown>;

/** What a model folder says about its tokenizer; undefined for a file that is not there. */
export type TokenizerFiles = {
  folder: string;
  /** tokenizer.json, parsed. */
  tokenizer: unknown;
  tokenizerConfig: Fields | undefined;
  specialTokensMap: Fields | undefined;
  addedTokens: Fields | undefined;
  modelConfig: Fields | undefined;
  generationConfig: Fields | undefined;
};

const names = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'config.json',
  'generation_config.json',
];

/** Reads the files of a model folder that say how it tokenizes; throws TokenizerError naming one that is broken. */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const read = (name: string): Promise<unknown> => readJson(join(folder, name));
  const found = await Promise.all(names.map(async (name) => [name, await read(name)] as const));
  return parseTokenizerFiles(folder, Object.fromEntries(found));
}

/** The same of files that are parsed already, by their names. */
export function parseTokenizerFiles(
  folder: string,
  files: Readonly<Record<string, unknown>>,
): TokenizerFiles {
  const fields = (name: string): Fields | undefined => {
    if (files[name] === undefined) return undefined;
    const found = fieldsOf(files[name]);
    if (found !== undefined) return found;
    throw new TokenizerError(join(folder, name), 'expected an object');
  };
  return {
    folder,
    tokenizer: files['tokenizer.json'],
    tokenizerConfig: fields('tokenizer_config.json'),
    specialTokensMap: fields('special_tokens_map.json'),
    addedTokens: fields('added_tokens.json'),
    modelConfig: fields('config.json'),
    generationConfig: fields('generation_config.json'),
  };
}

/** The fields of a parsed JSON object; undefined for anything else. */
export function fieldsOf(json: unknown): Fields | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return new Map(Object.entries(json));
}

/** The JSON of a file by a schema; an absent file is an empty object. The error names the file and the field. */
export async function readJsonFile<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  return parseField(file, schema, (await readJson(file)) ?? {}, '');
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TokenizerError(file, (error as Error).message);
  }
}
