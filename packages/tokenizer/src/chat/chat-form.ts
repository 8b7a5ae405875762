import { TokenizerError } from '../error.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { isAnswer } from './chat-places.ts';
import { findStableRegions } from './chat-regions.ts';
import type { ChatTemplate, Message, RenderedChat } from './rendered-chat.ts';
import { pickSentinels } from './sentinel.ts';

/** A text without special tokens: constants in UTF-16 units, and what messages say by their numbers. */
export type FormText = readonly (Uint16Array | number)[];

/** A stretch that is encoded by itself: special tokens by their ids, and texts between them. */
type FormSpan = {
  readonly supervised: boolean;
  readonly sections: readonly (number | FormText)[];
};

/** What conversations of some roles are rendered to, whatever their messages say. */
export type ChatForm = {
  readonly spans: readonly FormSpan[];
  readonly foundBy: 'tags' | 'prefixes';
};

/**
 * The form of conversations of these roles, by a template that prints contents as they are; undefined where each of them is not printed
 * once and in order, or the text does not grow with the conversation. It holds for contents that are not blank and have no
 * part of a special token in them.
 */
export function chatForm(
  encoder: NonNullable<Tokenizer['plain']>,
  template: ChatTemplate,
  roles: readonly string[],
): ChatForm | undefined {
  const sentinels = pickSentinels(roles.length, '');
  const messages = roles.map((role, at): Message => ({ role, content: sentinels[at] as string }));
  const rendered = renderedOnce(template, messages);
  if (rendered === undefined) return undefined;
  const { text, spans, foundBy } = rendered;
  if (foundBy !== 'tags' && foundBy !== 'prefixes') return undefined;
  const places = sentinels.map((sentinel) => text.indexOf(sentinel));
  const isInOrder = places.every((place, at) => place > (places[at - 1] ?? -1));
  if (!isInOrder || sentinels.some((one, at) => text.lastIndexOf(one) !== places[at]))
    return undefined;
  const holdsItsOwn = spans.every(
    ({ start, end, message }) =>
      message === undefined ||
      ((places[message] as number) >= start && (places[message] as number) < end),
  );
  if (!holdsItsOwn) return undefined;
  return {
    foundBy,
    spans: spans.map(({ start, end, supervised }) => ({
      supervised,
      sections: encoder
        .sections(text.slice(start, end))
        .map((section) => (typeof section === 'number' ? section : formText(section, sentinels))),
    })),
  };
}

/** The text with the answers in it, where every answer goes on from its prompt and every part is a beginning of the whole. */
function renderedOnce(
  template: ChatTemplate,
  messages: readonly Message[],
): RenderedChat | undefined {
  try {
    const rendered = findStableRegions(template, { messages, options: {} });
    if (rendered?.foundBy !== 'prefixes') return rendered;
    const begins = (until: number, addGenerationPrompt: boolean): boolean =>
      rendered.text.startsWith(template.render(messages.slice(0, until), { addGenerationPrompt }));
    return messages.every(
      (message, at) => !isAnswer(message) || (begins(at, true) && begins(at + 1, false)),
    )
      ? rendered
      : undefined;
  } catch (error) {
    if (error instanceof TokenizerError) return undefined;
    throw error;
  }
}

function formText(section: string, sentinels: readonly string[]): FormText {
  const parts: (Uint16Array | number)[] = [];
  let constant: number[] = [];
  const close = (): void => {
    if (constant.length > 0) parts.push(Uint16Array.from(constant));
    constant = [];
  };
  for (let at = 0; at < section.length; at++) {
    const message = sentinels.indexOf(section.charAt(at));
    if (message < 0) constant.push(section.charCodeAt(at));
    else {
      close();
      parts.push(message);
    }
  }
  close();
  return parts;
}
