import { TokenizerError } from '../error.ts';
import { Undecided } from '../jinja/value/unknown-texts.ts';
import {
  answerStart,
  isAnswer,
  locateAnswers,
  type Region,
  type Request,
  refuse,
} from './chat-places.ts';
import type {
  ChatSpan,
  ChatTemplate,
  Message,
  RenderedChat,
  RenderOptions,
} from './rendered-chat.ts';
import { pickSentinels } from './sentinel.ts';

/**
 * Renders, and finds what the assistant wrote: from the template's tags, else from its prefixes. Where the text does
 * not grow with the conversation, each answer is found where its text stands; in a prompt none is looked for then.
 */
export function findRegions(
  template: ChatTemplate,
  messages: readonly Message[],
  options: RenderOptions,
): RenderedChat {
  const request = { messages, options };
  const found = findStableRegions(template, request);
  if (found !== undefined) return found;
  const text = template.render(messages, options);
  if (options.addGenerationPrompt === true)
    return { text, spans: contextOnly(text), foundBy: 'none' };
  const regions = locateAnswers(template, request, text);
  return { text, spans: toSpans(template, text, regions, messages), foundBy: 'contents' };
}

/** As `findRegions`, but undefined where the text of the template does not grow with the conversation. */
export function findStableRegions(
  template: ChatTemplate,
  request: Request,
): RenderedChat | undefined {
  const { messages, options } = request;
  if (template.isTagged) {
    const { text, tagged } = template.renderTagged(messages, options);
    const regions = ofAnswers(tagged ?? regionsFromMarks(template, request, text), messages);
    return { text, spans: toSpans(template, text, regions, messages), foundBy: 'tags' };
  }
  const text = template.render(messages, options);
  try {
    const found = regionsFromPrefixes(template, request, text);
    if (found === undefined) return undefined;
    const spans = toSpans(template, text, found.regions, messages);
    const { surplus } = found;
    return { text, spans, foundBy: 'prefixes', ...(surplus !== '' && { promptSurplus: surplus }) };
  } catch (error) {
    if (options.addGenerationPrompt !== true || !(error instanceof TokenizerError)) throw error;
    if (template.unknown !== undefined) throw new Undecided('how an answer begins');
    return { text, spans: contextOnly(text), foundBy: 'none' };
  }
}

/**
 * The conversation with its last message as the only answer, which goes on from what the messages before it are
 * asked with. Where the template opens that prompt otherwise than the answer, it begins where the answer does.
 */
export function findLastAnswer(
  template: ChatTemplate,
  { messages, options }: Request,
): RenderedChat {
  const last = messages.length - 1;
  const text = template.render(messages, options);
  const asked = { ...options, addGenerationPrompt: true };
  const prompt = findRegions(template, messages.slice(0, last), asked);
  if (startsWith(template, text, prompt.text)) {
    const answer = { start: prompt.text.length, end: text.length, message: last };
    const before = prompt.spans.map((span) => ({ ...span, supervised: false }));
    const spans: ChatSpan[] = [...before, { ...answer, kind: 'answer', supervised: true }];
    return { text, spans, foundBy: 'prefixes' };
  }
  if (template.unknown !== undefined) throw new Undecided('where an answer begins');
  const { start, surplus } = answerStart(template, { messages, options, at: last }, text);
  const answer = { start, end: text.length, message: last };
  const spans: ChatSpan[] = [
    ...contextOnly(text.slice(0, start)),
    { ...answer, kind: 'answer', supervised: true },
  ];
  return { text, spans, foundBy: 'prefixes', ...(surplus !== '' && { promptSurplus: surplus }) };
}

function contextOnly(text: string): ChatSpan[] {
  return [{ start: 0, end: text.length, kind: 'context', supervised: false }];
}

/** The tagged answers of a template that may print them elsewhere before it prints them in the text. */
function regionsFromMarks(
  template: ChatTemplate,
  { messages, options }: Request,
  text: string,
): Region[] {
  const [open, close] = pickSentinels(2, text) as [string, string];
  const marked = template.renderMarked(messages, options, { open, close });
  const regions: Region[] = [];
  let start: number | undefined;
  // Marks that were gone past, and whether all that stands between them is the text.
  let marks = 0;
  let isSame = true;
  for (let from = 0; from < marked.length; ) {
    const mark = start === undefined ? open : close;
    const found = marked.indexOf(mark, from);
    const to = found < 0 ? marked.length : found;
    const piece = marked.slice(from, to);
    if (piece.includes(open) || piece.includes(close))
      refuse(template, 'its generation tags do not pair up in the rendered text');
    isSame &&= text.startsWith(piece, from - marks);
    from = to + 1;
    if (found < 0) break;
    if (start === undefined) start = to - marks;
    else {
      regions.push({ start, end: to - marks });
      start = undefined;
    }
    marks++;
  }
  if (start !== undefined)
    refuse(template, 'its generation tags do not pair up in the rendered text');
  if (!isSame || marked.length - marks !== text.length)
    refuse(template, 'it changes text that holds generation tags, so they cannot be located');
  return regions;
}

/** The regions with the message of each, where there are as many of them as answers. */
function ofAnswers(regions: readonly Region[], messages: readonly Message[]): readonly Region[] {
  const answers = [...messages.keys()].filter((at) => isAnswer(messages[at] as Message));
  if (answers.length !== regions.length) return regions;
  return regions.map((region, i) => ({ ...region, message: answers[i] as number }));
}

/**
 * For each answer: the text up to and including its header is what the messages before it render to with
 * a generation prompt. That holds only for templates whose text grows with the conversation: undefined for others.
 * A prompt may go on with what the text of an answer does not have, which is the `surplus`.
 */
function regionsFromPrefixes(
  template: ChatTemplate,
  { messages, options }: Request,
  text: string,
): { regions: Region[]; surplus: string } | undefined {
  const regions: Region[] = [];
  let surplus = '';
  for (const [at, message] of messages.entries()) {
    if (!isAnswer(message)) continue;
    const before = template.render(messages.slice(0, at), {
      ...options,
      addGenerationPrompt: true,
    });
    const isLast = at === messages.length - 1 && options.addGenerationPrompt !== true;
    const alone = isLast
      ? text
      : template.render(messages.slice(0, at + 1), { ...options, addGenerationPrompt: false });
    const after = startsWith(template, text, alone) ? alone : withoutEnd(template, alone);
    if (!startsWith(template, text, after)) return undefined;
    // Without the end of text nothing ends the answer: it had that instead of an end of its turn.
    if (after !== alone && endsWith(template, after, message.content ?? '')) return undefined;
    let start = before.length;
    if (!startsWith(template, after, before)) {
      if (template.unknown !== undefined) throw new Undecided('where an answer begins');
      const found = answerStart(template, { messages, options, at }, after);
      start = found.start;
      surplus = found.surplus;
    }
    regions.push({ start, end: after.length, message: at });
  }
  return { regions, surplus };
}

function startsWith({ unknown }: ChatTemplate, text: string, part: string): boolean {
  return unknown === undefined ? text.startsWith(part) : unknown.startsWith(text, part);
}

/** Whether a text ends with what a message says, but for white space. */
function endsWith({ unknown }: ChatTemplate, text: string, content: string): boolean {
  if (unknown !== undefined) return unknown.endsWith(text, content);
  return text.trimEnd().endsWith(content.trim());
}

/** Some templates end every conversation, though not every answer, with the end-of-text token (Phi 3). */
function withoutEnd({ endOfText, unknown }: ChatTemplate, rendered: string): string {
  if (!endOfText) return rendered;
  if (unknown?.isIn(rendered.slice(-endOfText.length))) throw new Undecided('how an answer ends');
  if (!rendered.endsWith(endOfText)) return rendered;
  return rendered.slice(0, -endOfText.length);
}

function toSpans(
  template: ChatTemplate,
  text: string,
  regions: readonly Region[],
  messages: readonly Message[],
): ChatSpan[] {
  const answers = messages.filter(isAnswer);
  const isWeighted = answers.some(({ weight }) => weight === 0);
  if (isWeighted && regions.length !== answers.length) {
    const problem = `it marks ${regions.length} answers of ${answers.length} assistant messages`;
    refuse(template, `${problem}, so weight 0 cannot be applied`);
  }
  const spans: ChatSpan[] = [];
  let end = 0;
  const addContext = (to: number): void => {
    if (to > end) spans.push({ start: end, end: to, kind: 'context', supervised: false });
  };
  regions.forEach((region, i) => {
    addContext(region.start);
    spans.push({
      ...region,
      kind: 'answer',
      supervised: !(isWeighted && answers[i]?.weight === 0),
    });
    end = region.end;
  });
  addContext(text.length);
  return spans;
}
