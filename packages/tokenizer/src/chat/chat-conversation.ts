import { TokenizerError } from '../error.ts';
import type { Tokenizer } from '../tokenizer.ts';
import {
  checkRoles,
  controlStringsIn,
  type EncodedExample,
  encodeRendered,
  renderGuarded,
} from './chat-example.ts';
import { type Loss, lossesOf } from './chat-losses.ts';
import { isAnswer, type Request } from './chat-places.ts';
import { findLastAnswer, findStableRegions } from './chat-regions.ts';
import type { ChatTemplate, Message, RenderOptions } from './rendered-chat.ts';

/** A conversation as token sequences to train on. */
export type EncodedConversation = {
  /**
   * One, in which every answer is supervised; where the template renders an answer in another way once others follow,
   * one for each answer, with the history that the template gives it. Answers of weight 0 are never supervised.
   */
  examples: EncodedExample<Int32Array<ArrayBuffer>>[];
  controlStrings: string[];
  /** What the template leaves out of the messages. */
  losses: Loss[];
  /** What a generation prompt goes on with, though no answer does: an opened thought. */
  promptSurplus: string | undefined;
};

/**
 * Tokens of a conversation to train on. A template whose text grows with the conversation makes one sequence; for
 * others each answer is taught as it will be asked for. Throws what `encodeChat` throws.
 * @example const { examples } = encodeConversation(tokenizer, template, [{ role: 'assistant', content: 'Hello' }]);
 */
export function encodeConversation(
  tokenizer: Tokenizer,
  template: ChatTemplate,
  messages: readonly Message[],
  options: RenderOptions = {},
): EncodedConversation {
  checkRoles(messages);
  const render = (
    until: number,
    find: (request: Request) => ReturnType<typeof findStableRegions>,
  ) =>
    renderGuarded(tokenizer, { messages: messages.slice(0, until), options }, { template, find });
  const whole = render(messages.length, (request) => findStableRegions(template, request));
  const renders =
    whole === undefined
      ? messages.flatMap((message, at) => {
          if (!isAnswer(message) || message.weight === 0) return [];
          return render(at + 1, (request) => findLastAnswer(template, request)) ?? [];
        })
      : [whole];
  const controlStrings = controlStringsIn(tokenizer, [messages, options.tools]);
  const open = renders.find(({ rendered }) => rendered.promptSurplus !== undefined);
  return {
    examples: renders.map((one) => encodeRendered(tokenizer, one, controlStrings)),
    controlStrings,
    losses: lossesOf(tokenizer, messages, renders),
    promptSurplus: open?.rendered.promptSurplus,
  };
}

/**
 * Whether the template ends an answer with a special token, in a conversation of one answer or of two; false for one
 * that cannot be used on them.
 */
export function endsAnswers(tokenizer: Tokenizer, template: ChatTemplate): boolean {
  const turn: Message[] = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ];
  try {
    return [turn, [...turn, ...turn]].some((messages) =>
      encodeConversation(tokenizer, template, messages).examples.some(({ tokens, supervised }) =>
        tokens.some((token, at) => supervised[at] === 1 && tokenizer.isSpecial(token)),
      ),
    );
  } catch (error) {
    if (error instanceof TokenizerError) return false;
    throw error;
  }
}
