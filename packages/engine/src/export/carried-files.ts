import { copyFile, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sentenceFile } from '../families/sentence-folder.ts';

/** Everything beside the weights that decides how a model reads and writes text, and its licence. */
const carriedFile =
  /^(config|generation_config|preprocessor_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab|chat_template)\.json$|^(vocab\.txt|merges\.txt|tokenizer\.model|chat_template\.jinja)$|^(LICENSE|NOTICE|USE_POLICY)/;
const carriedFolder = 'additional_chat_templates';

/** Copies a model's config, tokenizer and licence files byte for byte, and those of sentence-transformers where wanted. */
export async function copyCarriedFiles(
  from: string,
  to: string,
  withSentenceFiles: boolean,
): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const isSentences = withSentenceFiles && sentenceFile.test(entry.name);
    if (isSentences || entry.name === carriedFolder)
      await cp(source, join(to, entry.name), { recursive: true });
    else if (entry.isFile() && carriedFile.test(entry.name))
      await copyFile(source, join(to, entry.name));
  }
}
