import { join } from 'node:path';
import { z } from 'zod';
import { TokenizerError } from '../error.ts';
import { readJsonFile } from '../folder/files.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { encodeChat } from './chat-example.ts';
import type { ChatTemplate } from './rendered-chat.ts';

const modelConfigSchema = z.looseObject({
  eos_token_id: z.union([z.int(), z.array(z.int())]).nullish(),
});

/**
 * The token that ends a text of the model in `folder`: what the files of its tokenizer name `eos_token`,
 * else the first `eos_token_id` of config.json; undefined when neither names one.
 * @example const eos = await endOfText('models/lathe-tiny', tokenizer);
 */
export async function endOfText(folder: string, tokenizer: Tokenizer): Promise<number | undefined> {
  const text = tokenizer.names.get('eos_token');
  const token = text === undefined ? undefined : tokenizer.tokenId(text);
  if (token !== undefined) return token;
  const model = await readJsonFile(join(folder, 'config.json'), modelConfigSchema);
  return [model.eos_token_id ?? []].flat()[0];
}

/**
 * The special token with which the template ends an answer; undefined when it ends without one, or
 * the template cannot be segmented.
 */
export function endOfTurn(tokenizer: Tokenizer, template: ChatTemplate): number | undefined {
  try {
    const { tokens, supervised } = encodeChat(tokenizer, template, [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ]);
    const last = tokens[supervised.lastIndexOf(1)];
    return last !== undefined && tokenizer.isSpecial(last) ? last : undefined;
  } catch (error) {
    if (error instanceof TokenizerError) return undefined;
    throw error;
  }
}
