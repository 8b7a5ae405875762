import { readTokenizerFiles } from './files.ts';
import { combineTokenizerFiles, nameTokensOf, type TokenizerFolder } from './tokenizer-folder.ts';

/** Reads tokenizer.json and all files beside it that change what it means. */
export async function readTokenizerFolder(folder: string): Promise<TokenizerFolder> {
  return combineTokenizerFiles(await readTokenizerFiles(folder));
}

/**
 * The texts of a folder's special tokens by their names, such as `eos_token`.
 * @example const eos = (await readTokenNames('models/lathe-tiny')).get('eos_token');
 */
export async function readTokenNames(folder: string): Promise<ReadonlyMap<string, string>> {
  return nameTokensOf(await readTokenizerFiles(folder));
}
