import { LatheError } from '@lathe/contracts/error';
import { encodeChat } from '@lathe/tokenizer/chat-example';
import { TokenizerError } from '@lathe/tokenizer/error';
import { MissingRowError, requireRows } from '@lathe/tokenizer/rows';
import { type Chat, formOf, hasCalls, templateChat } from './calls.ts';
import { type ModelKit, templateOf, withoutSource } from './model-kit.ts';
import type { TextModel } from './text-task.ts';

/** The tokens of a conversation up to where the model's answer begins, the way it was trained. */
export function promptTokens(
  kit: ModelKit,
  { name, style }: Pick<TextModel, 'name' | 'style'>,
  chat: Chat,
): number[] {
  const { tokenizer } = kit;
  const { messages } = chat;
  if (style === 'completion') {
    if (chat.tools !== undefined)
      throw new LatheError(
        'invalid_value',
        `The model '${name}' cannot be asked with tools: it was tuned on prompts without a chat template.`,
        { param: 'tools' },
      );
    const prompt = messages.map((message) => message.content).join('\n');
    const tokens = [...tokenizer.prefix, ...tokenizer.encode(prompt)];
    try {
      requireRows(tokenizer, tokens, kit.config.vocabularySize);
    } catch (error) {
      throw refusal(error, 'The messages cannot be read');
    }
    return tokens;
  }
  const template = templateOf(kit, name);
  if (chat.tools !== undefined || hasCalls(messages)) formOf(kit, name);
  try {
    const told = templateChat(kit, chat);
    const options = { ...told.options, addGenerationPrompt: true };
    return encodeChat(tokenizer, template, told.messages, options).tokens;
  } catch (error) {
    const isRow = error instanceof MissingRowError;
    throw refusal(
      error,
      isRow ? 'The messages cannot be read' : "The model's chat template refuses the messages",
    );
  }
}

/** A tokenizer's complaint as the answer to a request; any other error as it is. */
function refusal(error: unknown, problem: string): unknown {
  if (!(error instanceof TokenizerError)) return error;
  return new LatheError('invalid_value', `${problem}: ${withoutSource(error)}.`, {
    param: 'messages',
    cause: error,
  });
}
