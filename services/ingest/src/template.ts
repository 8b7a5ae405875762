import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LatheError } from '@lathe/contracts/error';
import { type ChatTemplate, loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { TokenizerError } from '@lathe/tokenizer/error';
import type { Tokenizer } from '@lathe/tokenizer/tokenizer';
import { z } from 'zod';

/** A chat template with the digest of the file that it came from. */
export type LoadedTemplate = { readonly template: ChatTemplate; readonly sha256: string };

/** The model's chat template. Throws `unsupported_model` when it has none, or one that cannot be used. */
export async function loadTemplate(folder: string, model: string): Promise<LoadedTemplate> {
  let template: ChatTemplate;
  try {
    template = await loadChatTemplate(folder);
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new LatheError(
      'unsupported_model',
      `The model '${model}' cannot be trained on chats: ${withoutSource(error)}.`,
      { param: 'model', cause: error },
    );
  }
  const text = await readFile(template.source);
  return { template, sha256: createHash('sha256').update(text).digest('hex') };
}

/** A tokenizer's complaint without the path of the file: users do not know our folders. */
export function withoutSource(error: TokenizerError): string {
  return error.message.replace(`${error.source}: `, '').replaceAll(/\s+/g, ' ').slice(0, 300);
}

const tokenizerConfigSchema = z.looseObject({
  eos_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
});
const modelConfigSchema = z.looseObject({
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
});

/**
 * The token that ends a text of this model: `eos_token` of tokenizer_config.json, else the first
 * `eos_token_id` of config.json. Throws `unsupported_model` when it names none.
 */
export async function endOfText(
  folder: string,
  tokenizer: Tokenizer,
  model: string,
): Promise<number> {
  const { eos_token: named } = await readOptional(
    join(folder, 'tokenizer_config.json'),
    tokenizerConfigSchema,
  );
  const text = typeof named === 'string' ? named : named?.content;
  const token = text === undefined ? undefined : tokenizer.tokenId(text);
  if (token !== undefined) return token;
  const { eos_token_id: ids } = await readOptional(join(folder, 'config.json'), modelConfigSchema);
  const [first] = [ids ?? []].flat();
  if (first !== undefined) return first;
  throw new LatheError(
    'unsupported_model',
    `The model '${model}' names no end-of-text token, so completions would never end.`,
    { param: 'model' },
  );
}

async function readOptional<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return schema.parse(JSON.parse(text));
}
