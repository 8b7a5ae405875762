import { TokenizerError } from '../error.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { renderChat } from './chat-template.ts';
import type { ChatTemplate, Message } from './rendered-chat.ts';

/** How a model writes calls of tools: read off what its chat template makes of some. */
export type ToolForm = {
  /** What stands before the first call and in none; empty where an answer that is a call begins with the call. */
  readonly opener: string;
  /** From the opener on: what stands before the name, between name and arguments, and behind the last call. */
  readonly lead: string;
  readonly middle: string;
  readonly close: string;
  /** What stands between the arguments of a call and the name of the next; null: an answer has one call. */
  readonly separator: string | null;
  /** `object`: a call is a JSON object with name and arguments; `framed`: the name stands outside of JSON. */
  readonly style: 'object' | 'framed';
  /** Whether ids have to be nine letters and digits. */
  readonly shortIds: boolean;
  /** Tokens that calls are written with and that texts are shown without. */
  readonly control: readonly string[];
};

/**
 * The form of a template's calls, or why a model cannot be asked for any. `isWritten`: the template writes tools, calls
 * and results all the same, so that a model can be trained on them.
 */
export type ToolSupport =
  | { readonly form: ToolForm; readonly isWritten: true }
  | { readonly problem: string; readonly isWritten: boolean };

/** In `middle`, `close` and `separator`: the place of an id. */
export const idPlace = '\u0000';

/** What Llama 3.1 may begin a call with. */
export const pythonTag = '<|python_tag|>';

const names = ['probe_alpha', 'probe_beta'] as const;
const values = ['probe_one', 'probe_two'] as const;
const tools = names.map((name) => ({
  type: 'function',
  function: {
    name,
    description: 'Probes.',
    parameters: {
      type: 'object',
      properties: { probe_key: { type: 'string', description: 'A key.' } },
      required: ['probe_key'],
    },
  },
}));
const question: Message = { role: 'user', content: 'q' };
const result = 'probe_result';

function callsOf(ids: readonly string[]): Message {
  return {
    role: 'assistant',
    tool_calls: ids.map((id, i) => ({
      id,
      type: 'function',
      function: { name: names[i], arguments: { probe_key: values[i] } },
    })),
  };
}

/**
 * Finds out how a template writes tools, calls and their results, by letting it write some. A template that leaves one
 * of them out has no tools; neither has one whose calls cannot be read back.
 * @example const support = toolSupport(tokenizer, template);
 */
export function toolSupport(tokenizer: Tokenizer, template: ChatTemplate): ToolSupport {
  const offered = attempt(() => template.render([question], { tools, addGenerationPrompt: true }));
  if (offered?.includes(names[0]) !== true)
    return { problem: 'its chat template has no place for tools', isWritten: false };
  for (const ids of [
    ['call_0123456789', 'call_9876543210'],
    ['abcdefgh1', 'abcdefgh2'],
  ]) {
    const one = answerOf(template, callsOf(ids.slice(0, 1)));
    if (one === undefined) continue;
    const told = attempt(() =>
      template.render(
        [
          question,
          callsOf(ids.slice(0, 1)),
          { role: 'tool', tool_call_id: ids[0], name: names[0], content: result },
        ],
        { tools, addGenerationPrompt: true },
      ),
    );
    if (told?.includes(result) !== true)
      return { problem: 'its chat template has no place for what tools return', isWritten: false };
    const plain = answerOf(template, { role: 'assistant', content: result }) ?? '';
    const two = answerOf(template, callsOf(ids));
    const form = formOf(tokenizer, { one, two, plain, ids });
    if (form !== undefined) return { form, isWritten: true };
    return {
      problem: 'its chat template writes no calls of tools that can be read back',
      isWritten: one.includes(names[0]) && one.includes(values[0]),
    };
  }
  return { problem: 'its chat template refuses calls of tools', isWritten: false };
}

/** What a template makes of an answer, without its header. */
function answerOf(template: ChatTemplate, answer: Message): string | undefined {
  return attempt(() => {
    const { text, spans } = renderChat(template, [question, answer], { tools });
    const last = spans.findLast(({ kind }) => kind === 'answer');
    return last && text.slice(last.start, last.end);
  });
}

function attempt<T>(render: () => T): T | undefined {
  try {
    return render();
  } catch (error) {
    if (error instanceof TokenizerError) return undefined;
    throw error;
  }
}

type Texts = {
  readonly one: string;
  readonly two: string | undefined;
  readonly plain: string;
  readonly ids: readonly string[];
};

function formOf(tokenizer: Tokenizer, { one, two, plain, ids }: Texts): ToolForm | undefined {
  const first = placeOf(one, 0);
  if (first === undefined) return undefined;
  // What any answer begins and ends with is no part of the calls.
  const [before = '', end = ''] = plain.split(result);
  const start = before !== '' && one.startsWith(before) ? before.length : 0;
  const lead = one.slice(start, first.name);
  const tail = one.slice(first.end);
  const close = end !== '' && tail.endsWith(end) ? tail.slice(0, -end.length) : undefined;
  const second = two === undefined ? undefined : placeOf(two, 1);
  const separator =
    two === undefined || second === undefined
      ? undefined
      : two.slice(placeOf(two, 0)?.end, second.name);
  const style = lead.trimEnd().endsWith('"') ? 'object' : 'framed';
  const bracket = lead.search(/[[{]\s*[[{"]/);
  const opener = (style === 'object' ? lead.slice(0, Math.max(bracket, 0)) : lead).trim();
  if (style === 'framed' && opener === '') return undefined;
  const placed = (text: string) => ids.reduce((kept, id) => kept.replaceAll(id, idPlace), text);
  const form = {
    opener,
    lead: lead.slice(lead.indexOf(opener)),
    middle: placed(one.slice(first.name + names[0].length, first.start)),
    close: placed(close ?? withoutLastControl(tokenizer, tail)),
    separator: separator === undefined ? null : placed(separator),
    style,
    shortIds: ids[0]?.length === 9,
  } as const;
  if (style === 'object' && keysOf(form) === undefined) return undefined;
  // Llama 3.1 writes calls of its own tools behind this token, and other calls at times.
  const written = [
    form.lead,
    form.middle,
    form.close,
    form.separator ?? '',
    opener === '' ? pythonTag : '',
  ];
  return { ...form, control: addedIn(tokenizer, written) };
}

/** The keys of a call's name and arguments. */
export function keysOf({
  lead,
  middle,
}: Pick<ToolForm, 'lead' | 'middle'>):
  | { readonly name: string; readonly arguments: string }
  | undefined {
  const name = /"(\w+)"\s*:\s*"$/.exec(lead)?.[1];
  const told = /"(\w+)"\s*:\s*$/.exec(middle)?.[1];
  return name === undefined || told === undefined ? undefined : { name, arguments: told };
}

type Place = { readonly name: number; readonly start: number; readonly end: number };

/** Where a call's name and arguments stand; undefined where the arguments are not the text of their object. */
function placeOf(text: string, index: 0 | 1): Place | undefined {
  const found = new RegExp(`\\{\\s*"probe_key":\\s*"${values[index]}"\\s*\\}`).exec(text);
  if (found === null) return undefined;
  const name = text.lastIndexOf(names[index], found.index);
  if (name < 0) return undefined;
  return { name, start: found.index, end: found.index + found[0].length };
}

/** A text up to the control token that it ends with. */
function withoutLastControl(tokenizer: Tokenizer, text: string): string {
  const last = tokenizer.specialTokens.find((token) => text.trimEnd().endsWith(token));
  return last === undefined ? text : text.trimEnd().slice(0, -last.length);
}

/** The added tokens that texts are written with. */
function addedIn(tokenizer: Tokenizer, texts: readonly string[]): string[] {
  const tokens = texts.flatMap((text) => tokenizer.encode(text, { special: true }));
  const added = tokens.filter((token) => tokenizer.isAdded(token));
  return [...new Set(added)].map((token) => tokenizer.decode([token]));
}
