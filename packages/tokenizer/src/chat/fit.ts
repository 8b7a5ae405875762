import { TokenizerError } from '../error.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { encodeChat } from './chat-example.ts';
import type { ChatTemplate, Message } from './rendered-chat.ts';
import { MissingRowError, requireRows } from './rows.ts';

/** Conversations that show what a template writes around texts. */
const question: Message[] = [{ role: 'user', content: 'a' }];
const answered: Message[] = [...question, { role: 'assistant', content: 'b' }];
const instructed: Message[] = [{ role: 'system', content: 's' }, ...answered];

/**
 * Throws MissingRowError when texts or chats can have tokens for which the model has no row: a tokenizer that
 * is larger than the embedding. Special tokens that nothing writes, such as a `[PAD]` that was added without
 * making the model larger, do no harm.
 * @example checkRows(tokenizer, 32_000, template);
 */
export function checkRows(
  tokenizer: Tokenizer,
  rows: number,
  template: ChatTemplate | null = null,
): void {
  const end = tokenizer.tokenId(tokenizer.names.get('eos_token') ?? '');
  requireRows(tokenizer, tokenizer.textTokens(rows), rows);
  requireRows(tokenizer, [...tokenizer.prefix, ...tokenizer.suffix, end ?? 0], rows);
  if (template === null) return;
  for (const [chat, addGenerationPrompt] of [
    [question, true],
    [answered, false],
    [instructed, false],
  ] as const)
    requireRows(tokenizer, tokensOf(tokenizer, template, chat, addGenerationPrompt), rows);
}

/** The tokens of a chat; none where the template refuses it. */
function tokensOf(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  chat: readonly Message[],
  addGenerationPrompt: boolean,
): readonly number[] {
  try {
    return encodeChat(tokenizer, template, chat, { addGenerationPrompt }).tokens;
  } catch (error) {
    if (error instanceof MissingRowError) return [error.token];
    if (error instanceof TokenizerError) return [];
    throw error;
  }
}
