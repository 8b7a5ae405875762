import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LatheError } from '@lathe/contracts/error';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { TokenizerError } from '@lathe/tokenizer/error';
import type { ChatTemplate } from '@lathe/tokenizer/rendered-chat';

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
