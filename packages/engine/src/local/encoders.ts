import type { Architecture } from '@lathe/recipe/task';
import { type ChatEncoder, createChatEncoder } from '@lathe/tokenizer/chat-encoder';
import { loadChatTemplate } from '@lathe/tokenizer/chat-template';
import { endOfText } from '@lathe/tokenizer/end-token';
import { openTextReader, type TextReader } from '@lathe/tokenizer/text-reader';
import { loadTokenizer, type Tokenizer } from '@lathe/tokenizer/tokenizer';
import { openAnyModelFolder } from '../families/model-folder.ts';

/** What turns rows into tokens for one model. */
export type Encoders = {
  readonly tokenizer: Tokenizer;
  /** Without a chat template. */
  readonly reader: TextReader;
  /** Through the chat template. Throws why there is none; only chats need one, and base models have none. */
  chat(): ChatEncoder;
  readonly hasTemplate: boolean;
  readonly endOfText: number | undefined;
  readonly architecture: Architecture;
  /** Longest input in tokens. */
  readonly maxPositions: number;
};

/**
 * Loads the encoders of a model folder, which needs no weights.
 * @example const { architecture } = await loadEncoders('models/lathe-tiny');
 */
export async function loadEncoders(folder: string): Promise<Encoders> {
  const { config } = await openAnyModelFolder(folder, { weights: 'none' });
  const tokenizer = await loadTokenizer(folder);
  const chat = await loadChatTemplate(folder).then(
    (template) => {
      const encoder = createChatEncoder(tokenizer, template);
      return () => encoder;
    },
    (cause: unknown) => cause,
  );
  return {
    tokenizer,
    reader: await openTextReader(folder, tokenizer),
    chat() {
      if (typeof chat !== 'function') throw chat;
      return chat();
    },
    hasTemplate: typeof chat === 'function',
    endOfText: await endOfText(folder, tokenizer),
    architecture: config.kind,
    maxPositions: config.maxPositions,
  };
}
