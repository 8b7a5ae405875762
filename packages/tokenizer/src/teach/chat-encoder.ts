import { type EncodedConversation, encodeConversation } from '../chat/chat-conversation.ts';
import { type EncodedExample, encodeChat } from '../chat/chat-example.ts';
import type { ChatTemplate, Message, RenderOptions } from '../chat/rendered-chat.ts';
import { type ToolSupport, toolSupport } from '../chat/tool-form.ts';
import { templateCalls } from '../chat/tool-messages.ts';
import type { Tokenizer } from '../tokenizer.ts';

/** Turns conversations into tokens the way the model will see them. */
export type ChatEncoder = {
  /** Why rows with tools cannot be taught: the template would leave them out without a word. undefined: they can. */
  refusalOfTools(): string | undefined;
  /** Throws what `encodeConversation` throws. */
  encode(messages: readonly Message[], tools: RenderOptions['tools']): EncodedConversation;
  /** The conversation up to where the model answers, without a target. Throws what `encodeChat` throws. */
  prompt(messages: readonly Message[], tools: RenderOptions['tools']): EncodedExample<number[]>;
};

/**
 * Conversations through the chat template of the model; calls of tools in the form that the template wants.
 * @example const { examples } = createChatEncoder(tokenizer, template).encode([{ role: 'user', content: 'Hello' }], undefined);
 */
export function createChatEncoder(tokenizer: Tokenizer, template: ChatTemplate): ChatEncoder {
  let known: ToolSupport | undefined;
  const supportOf = (): ToolSupport => {
    known ??= toolSupport(tokenizer, template);
    return known;
  };
  return {
    refusalOfTools() {
      const support = supportOf();
      if (support.isWritten) return undefined;
      return `tools cannot be trained on this model: ${support.problem}`;
    },
    encode(messages, tools) {
      const isPlain = messages.every(({ tool_calls: calls }) => calls === undefined);
      if (tools === undefined && isPlain) return encodeConversation(tokenizer, template, messages);
      const support = supportOf();
      const calls = templateCalls(messages, 'form' in support ? support.form : {});
      return encodeConversation(tokenizer, template, calls, { tools });
    },
    prompt(messages, tools) {
      const isPlain = messages.every(({ tool_calls: calls }) => calls === undefined);
      const support = tools === undefined && isPlain ? undefined : supportOf();
      const told = support && templateCalls(messages, 'form' in support ? support.form : {});
      const options = { ...(tools && { tools }), addGenerationPrompt: true };
      const example = encodeChat(tokenizer, template, told ?? messages, options);
      return { ...example, supervised: new Uint8Array(example.tokens.length) };
    },
  };
}

/**
 * The conversation with each of some answers, of which only they are targets.
 * @example const [better, worse] = withAnswers([], [{ role: 'assistant', content: 'Yes' }, { role: 'assistant', content: 'No' }]);
 */
export function withAnswers<Said extends Message>(
  messages: readonly Said[],
  answers: readonly Said[],
): Said[][] {
  const before = messages.map((message) =>
    message.role === 'assistant' ? { ...message, weight: 0 as const } : message,
  );
  return answers.map((answer) => [...before, answer]);
}
