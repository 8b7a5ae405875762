import { readTokenizerFiles } from './files.ts';
import { combineTokenizerFiles, type TokenizerFolder } from './tokenizer-folder.ts';

/** Reads tokenizer.json and all files beside it that change what it means. */
export async function readTokenizerFolder(folder: string): Promise<TokenizerFolder> {
  return combineTokenizerFiles(await readTokenizerFiles(folder));
}
