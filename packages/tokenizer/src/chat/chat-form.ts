import { TokenizerError } from '../error.ts';
import { Undecided, UnknownTexts } from '../jinja/value/unknown-texts.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { isAnswer } from './chat-places.ts';
import { findLastAnswer, findStableRegions } from './chat-regions.ts';
import type { ChatTemplate, Message, RenderedChat } from './rendered-chat.ts';
import { pickSentinels } from './sentinel.ts';

/** A text without special tokens: constants in UTF-16 units, and what messages say by their numbers. */
export type FormText = readonly (Uint16Array | number)[];

/** A stretch that is encoded by itself: special tokens by their ids, and texts between them. */
type FormSpan = {
  readonly supervised: boolean;
  readonly sections: readonly (number | FormText)[];
};

/** What conversations of some roles are rendered to, whatever their messages say, where what is taken for granted of them holds. */
export type ChatForm = {
  readonly messages: number;
  /** As many as `encodeConversation` makes of it. */
  readonly examples: readonly {
    readonly spans: readonly FormSpan[];
    readonly foundBy: RenderedChat['foundBy'];
  }[];
  /** Messages that neither begin nor end with white space. */
  readonly tight: readonly number[];
  /** What no message holds, as ASCII. */
  readonly lacking: readonly Buffer[];
  /** Whether messages beyond ASCII may hold something else that none may hold. */
  readonly isOfAscii: boolean;
  /** Characters by their codes that a message does not begin with, or does not end with but for white space. */
  readonly notFirst: readonly Edge[];
  readonly notLast: readonly Edge[];
  /** Whether it holds at the time of its making alone. */
  readonly asksTime: boolean;
};

type Edge = { readonly message: number; readonly code: number };

/**
 * The form of conversations of these roles, whose messages are not blank and have no part of a special token in them; undefined
 * where the template may make something else of some of them, leaves a message out, or prompts otherwise than it answers.
 */
export function chatForm(
  encoder: NonNullable<Tokenizer['plain']>,
  template: ChatTemplate,
  roles: readonly string[],
): ChatForm | undefined {
  const signs = pickSentinels(roles.length, '');
  const messages = roles.map((role, at): Message => ({ role, content: signs[at] as string }));
  const unknown = new UnknownTexts(signs);
  const renders = rendersOf(template.withUnknown(unknown), messages);
  if (renders === undefined || !areWhole(renders, messages)) return undefined;
  const lacking = [...unknown.lacking];
  const numberOf = (sign: string): number => signs.indexOf(sign);
  const edges = (those: UnknownTexts['notFirst']): Edge[] =>
    those.map(({ sign, character }) => ({
      message: numberOf(sign),
      code: character.charCodeAt(0),
    }));
  return {
    messages: messages.length,
    examples: renders.map(({ text, spans, foundBy }) => ({
      foundBy,
      spans: spans.map(({ start, end, supervised }) => ({
        supervised,
        sections: encoder
          .sections(text.slice(start, end))
          .map((section) => (typeof section === 'number' ? section : formText(section, signs))),
      })),
    })),
    tight: [...unknown.tight].map(numberOf),
    // What is not ASCII is in none that is.
    lacking: lacking.filter((part) => isAscii.test(part)).map((part) => Buffer.from(part)),
    isOfAscii: !lacking.every((part) => isAscii.test(part)),
    notFirst: edges(unknown.notFirst),
    notLast: edges(unknown.notLast),
    asksTime: unknown.asksTime,
  };
}

const isAscii = /^[\0-\x7f]*$/;

/** As `encodeConversation` renders it; undefined where that depends on what messages say, or fails. */
function rendersOf(
  template: ChatTemplate,
  messages: readonly Message[],
): readonly RenderedChat[] | undefined {
  try {
    const whole = findStableRegions(template, { messages, options: {} });
    if (whole !== undefined) return [whole];
    return messages.flatMap((message, at) =>
      isAnswer(message)
        ? [findLastAnswer(template, { messages: messages.slice(0, at + 1), options: {} })]
        : [],
    );
  } catch (error) {
    if (error instanceof TokenizerError || error instanceof Undecided) return undefined;
    throw error;
  }
}

/** Whether every answer that is taught is in its own text, and all that others say in the last one. */
function areWhole(renders: readonly RenderedChat[], messages: readonly Message[]): boolean {
  const holds = (text: string, message: number): boolean =>
    text.includes(messages[message]?.content as string);
  const last = renders.at(-1);
  return (
    last !== undefined &&
    messages.every((message, at) => isAnswer(message) || holds(last.text, at)) &&
    renders.every(({ text, spans }) =>
      spans.every(
        ({ supervised, message, start, end }) =>
          !supervised || message === undefined || holds(text.slice(start, end), message),
      ),
    )
  );
}

function formText(section: string, signs: readonly string[]): FormText {
  const parts: (Uint16Array | number)[] = [];
  let constant: number[] = [];
  const close = (): void => {
    if (constant.length > 0) parts.push(Uint16Array.from(constant));
    constant = [];
  };
  for (let at = 0; at < section.length; at++) {
    const message = signs.indexOf(section.charAt(at));
    if (message < 0) constant.push(section.charCodeAt(at));
    else {
      close();
      parts.push(message);
    }
  }
  close();
  return parts;
}
