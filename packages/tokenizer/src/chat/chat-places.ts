import { TokenizerError } from '../error.ts';
import type { ChatTemplate, Message, RenderOptions } from './rendered-chat.ts';
import { pickSentinels } from './sentinel.ts';

/** A stretch of rendered text; `message`: of which message it is. */
export type Region = { start: number; end: number; message?: number };
export type Request = { messages: readonly Message[]; options: RenderOptions };

export const isAnswer = ({ role }: Message): boolean => role === 'assistant';

/** Throws the error for a template in whose text answers cannot be found. */
export function refuse(template: ChatTemplate, problem: string): never {
  throw new TokenizerError(template.source, `the chat template cannot be segmented: ${problem}`);
}

/** An answer within a conversation. */
type Place = Request & { at: number };

/**
 * Where an answer begins in the text of the messages up to it, when its generation prompt goes on in another way
 * than the answer, such as with an opened thought: after the part of its header that stands there. `surplus` is the
 * rest of the prompt. Throws TokenizerError where nothing of the header does.
 */
export function answerStart(
  template: ChatTemplate,
  { messages, options, at }: Place,
  text: string,
): { start: number; surplus: string } {
  const alone = { messages: messages.slice(0, at + 1), options: plainly(options), at };
  const content = contentPlace(template, alone, text);
  const { history, header } = headerOf(template, alone);
  const from = text.startsWith(history) ? history.length : 0;
  const found = content && afterHeader(text.slice(from, content.start), header);
  if (found === undefined) return refuseHeader(template, at);
  return { start: from + found.start, surplus: found.surplus };
}

/**
 * Each answer where its text stands in the text of the whole conversation, for templates that render a message in
 * another way once others follow. Throws TokenizerError for an answer that the template leaves out.
 */
export function locateAnswers(template: ChatTemplate, request: Request, text: string): Region[] {
  const { messages, options } = request;
  const regions: Region[] = [];
  for (const [at, message] of messages.entries()) {
    if (!isAnswer(message)) continue;
    const content = contentPlace(template, { ...request, at }, text);
    if (content === undefined) {
      const problem = `it leaves out message ${at + 1} once others follow`;
      refuse(template, `${problem}; put {% generation %} tags around what the assistant writes`);
    }
    const from = regions.at(-1)?.end ?? 0;
    const alone = { messages: messages.slice(0, at + 1), options: plainly(options), at };
    const { start, tail } = startInWhole(template, alone, { text, from, to: content.start });
    const end = content.end + commonPrefix(text.slice(content.end), tail);
    regions.push({ start, end, message: at });
  }
  return regions;
}

/** The answer begins between these places; its text begins at `to`. */
type Search = { text: string; from: number; to: number };

/** Where the answer begins, and what ends it where it is the last message. */
function startInWhole(
  template: ChatTemplate,
  place: Place,
  { text, from, to }: Search,
): { start: number; tail: string } {
  const alone = template.render(place.messages, place.options);
  const inAlone = contentPlace(template, place, alone);
  const tail = inAlone === undefined ? '' : alone.slice(inAlone.end);
  const prompt = promptOf(template, place);
  if (prompt.length >= from && prompt.length <= to && text.startsWith(prompt))
    return { start: prompt.length, tail };
  const before = text.slice(from, to);
  const lead =
    inAlone === undefined || !alone.startsWith(prompt)
      ? ''
      : alone.slice(prompt.length, inAlone.start);
  if (lead !== '' && before.endsWith(lead)) return { start: to - lead.length, tail };
  const found = afterHeader(before, headerOf(template, place).header);
  if (found === undefined) return refuseHeader(template, place.at);
  return { start: from + found.start, tail };
}

function promptOf(template: ChatTemplate, { messages, options, at }: Place): string {
  return template.render(messages.slice(0, at), { ...options, addGenerationPrompt: true });
}

/** What a generation prompt adds to the messages before an answer; its last line where it changes them or adds nothing. */
function headerOf(template: ChatTemplate, place: Place): { history: string; header: string } {
  const history = template.render(place.messages.slice(0, place.at), place.options);
  const prompt = promptOf(template, place);
  const isAdded = prompt.startsWith(history) && prompt !== history;
  const from = isAdded ? history.length : prompt.trimEnd().lastIndexOf('\n') + 1;
  return { history, header: prompt.slice(from) };
}

/**
 * Where a header ends in the text before what an answer says: the whole of it, as many of its lines as stand there, or
 * as many characters as stand next to what is said. `surplus` is the rest. undefined where nothing of it is there.
 */
function afterHeader(
  before: string,
  header: string,
): { start: number; surplus: string } | undefined {
  for (let end = header.length; end > 0; ) {
    const at = before.lastIndexOf(header.slice(0, end));
    if (at >= 0) return { start: at + end, surplus: header.slice(end) };
    end = end === 1 ? 0 : header.lastIndexOf('\n', end - 2) + 1;
  }
  for (let end = header.length; end > 0; end--)
    if (before.endsWith(header.slice(0, end)))
      return { start: before.length, surplus: header.slice(end) };
  return undefined;
}

function refuseHeader(template: ChatTemplate, at: number): never {
  const problem = `its generation prompt is not how message ${at + 1} begins`;
  refuse(template, `${problem}; put {% generation %} tags around what the assistant writes`);
}

/**
 * Where the text depends on what a message says: between what stays before and behind when the message says
 * something else. undefined when nothing does.
 */
function contentPlace(
  template: ChatTemplate,
  { messages, options, at }: Place,
  text: string,
): { start: number; end: number } | undefined {
  const [other] = pickSentinels(1, text) as [string];
  const changed = messages.map((message, i) =>
    i === at ? { ...message, content: other } : message,
  );
  const marked = template.render(changed, options);
  if (!marked.includes(other)) return undefined;
  const start = commonPrefix(text, marked);
  let same = 0;
  const most = Math.min(text.length - start, marked.length - start);
  while (same < most && text.at(-1 - same) === marked.at(-1 - same)) same++;
  return { start, end: text.length - same };
}

function plainly(options: RenderOptions): RenderOptions {
  return { ...options, addGenerationPrompt: false };
}

function commonPrefix(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  return length;
}
