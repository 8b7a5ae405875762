import type { Message } from '@lathe/contracts/artifact/dataset';
import { LatheError } from '@lathe/contracts/error';
import { encodeChat } from '@lathe/tokenizer/chat-example';
import { TokenizerError } from '@lathe/tokenizer/error';
import { type ModelKit, templateOf, withoutSource } from '../model-kit.ts';
import type { TextModel } from './text-task.ts';

/** The tokens of a conversation up to where the model's answer begins, the way it was trained. */
export function promptTokens(
  kit: ModelKit,
  { name, style }: Pick<TextModel, 'name' | 'style'>,
  messages: readonly Message[],
): number[] {
  const { tokenizer } = kit;
  if (style === 'completion') {
    const prompt = messages.map((message) => message.content).join('\n');
    return [...tokenizer.prefix, ...tokenizer.encode(prompt)];
  }
  const template = templateOf(kit, name);
  try {
    return encodeChat(tokenizer, template, messages, { addGenerationPrompt: true }).tokens;
  } catch (error) {
    if (!(error instanceof TokenizerError)) throw error;
    throw new LatheError(
      'invalid_value',
      `The model's chat template refuses the messages: ${withoutSource(error)}.`,
      { param: 'messages', cause: error },
    );
  }
}
