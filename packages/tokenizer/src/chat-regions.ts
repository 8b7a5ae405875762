import type {
  ChatSpan,
  ChatTemplate,
  Message,
  RenderedChat,
  RenderOptions,
} from './chat-template.ts';
import { TokenizerError } from './error.ts';
import { pickSentinels } from './sentinel.ts';

type Region = { start: number; end: number };
type Request = { messages: readonly Message[]; options: RenderOptions };

const isAnswer = ({ role }: Message): boolean => role === 'assistant';

/** Renders, and finds what the assistant wrote: from the template's tags, else from its prefixes. */
export function findRegions(
  template: ChatTemplate,
  messages: readonly Message[],
  options: RenderOptions,
): RenderedChat {
  const request = { messages, options };
  const text = template.render(messages, options);
  const isPrompt = options.addGenerationPrompt === true;
  if (template.isTagged) {
    const regions = regionsFromTags(template, request, text);
    return { text, spans: toSpans(template, text, regions, messages), foundBy: 'tags' };
  }
  try {
    const regions = regionsFromPrefixes(template, request, text);
    return { text, spans: toSpans(template, text, regions, messages), foundBy: 'prefixes' };
  } catch (error) {
    if (!isPrompt || !(error instanceof TokenizerError)) throw error;
    const spans: ChatSpan[] = [{ start: 0, end: text.length, kind: 'context', supervised: false }];
    return { text, spans, foundBy: 'none' };
  }
}

function regionsFromTags(
  template: ChatTemplate,
  { messages, options }: Request,
  text: string,
): Region[] {
  const [open, close] = pickSentinels(2, text) as [string, string];
  const marked = template.renderMarked(messages, options, { open, close });
  const regions: Region[] = [];
  let plain = '';
  let start: number | undefined;
  for (const piece of marked.split(new RegExp(`([${open}${close}])`))) {
    const isOpen = piece === open;
    if (!isOpen && piece !== close) {
      plain += piece;
      continue;
    }
    if (isOpen !== (start === undefined))
      refuse(template, 'its generation tags do not pair up in the rendered text');
    if (start === undefined) start = plain.length;
    else {
      regions.push({ start, end: plain.length });
      start = undefined;
    }
  }
  if (start !== undefined)
    refuse(template, 'its generation tags do not pair up in the rendered text');
  if (plain !== text)
    refuse(template, 'it changes text that holds generation tags, so they cannot be located');
  return regions;
}

/**
 * For each answer: the text up to and including its header is what the messages before it render to with
 * a generation prompt. That holds only for templates whose text grows with the conversation, so both
 * prefixes are checked on the strings.
 */
function regionsFromPrefixes(
  template: ChatTemplate,
  { messages, options }: Request,
  text: string,
): Region[] {
  const regions: Region[] = [];
  messages.forEach((message, at) => {
    if (!isAnswer(message)) return;
    const before = template.render(messages.slice(0, at), {
      ...options,
      addGenerationPrompt: true,
    });
    const isLast = at === messages.length - 1 && options.addGenerationPrompt !== true;
    const alone = isLast
      ? text
      : template.render(messages.slice(0, at + 1), { ...options, addGenerationPrompt: false });
    const after = text.startsWith(alone) ? alone : withoutEnd(alone, template.endOfText);
    if (!after.startsWith(before) || !text.startsWith(after)) {
      const problem = `it renders the conversation up to message ${at + 1} differently alone than within the whole`;
      refuse(template, `${problem}; put {% generation %} tags around what the assistant writes`);
    }
    regions.push({ start: before.length, end: after.length });
  });
  return regions;
}

/** Some templates end every conversation, though not every answer, with the end-of-text token (Phi 3). */
function withoutEnd(rendered: string, endOfText: string | undefined): string {
  if (!endOfText || !rendered.endsWith(endOfText)) return rendered;
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

function refuse(template: ChatTemplate, problem: string): never {
  throw new TokenizerError(template.source, `the chat template cannot be segmented: ${problem}`);
}
