import { asksForNothing } from '@lathe/contracts/http/nothing';
import {
  fail,
  isObject,
  nameOf,
  quoted,
  type RowIssue,
  warn,
} from '../../check/validate-message.ts';
import type { Place } from './format.ts';
import { isText, type TurnKeys, turnKeysOf, unpacked } from './said.ts';
import { callsIn } from './tool-text.ts';

/** Who speaks, by the names that ShareGPT's dialects have for them. */
export const speakers: Readonly<
  Partial<Record<string, 'system' | 'user' | 'assistant' | 'call' | 'tool'>>
> = {
  ...{ system: 'system', human: 'user', user: 'user', prompter: 'user' },
  ...{ gpt: 'assistant', assistant: 'assistant', model: 'assistant', chatgpt: 'assistant' },
  ...{
    chatbot: 'assistant',
    bing: 'assistant',
    bard: 'assistant',
    ai: 'assistant',
    bot: 'assistant',
  },
  ...{ function_call: 'call', tool_call: 'call' },
  ...{ observation: 'tool', tool: 'tool', tool_response: 'tool', function_response: 'tool' },
  ...{ function: 'tool' },
};

export type Spoken = {
  readonly messages: Record<string, unknown>[];
  readonly places: Place[];
  readonly issues: RowIssue[];
};

/**
 * The messages that turns `{from, value}` are, whatever these keys are called. Calls stand as JSON in their text and get ids by their
 * places; observations answer them in their order. What no message can be made of is an error at its place, which is below `name`.
 */
export function messagesOf(turns: readonly unknown[], name: string): Spoken {
  const spoken: Spoken = { messages: [], places: [], issues: [] };
  const report = (issue: RowIssue) => spoken.issues.push(issue);
  let open: string[] = [];
  for (const [turn, said] of turns.entries()) {
    const place = `${name}[${turn}]`;
    if (!isObject(said)) {
      fail(report, place, 'type', `${place} must be an object, not ${nameOf(said)}`);
      continue;
    }
    const keys = turnKeysOf(said) ?? { speaker: 'from', text: 'value' };
    const from = said[keys.speaker];
    const value = said[keys.text];
    const speaker = speakers[String(from).trim().toLowerCase()];
    const [by, what] = [`${place}.${keys.speaker}`, `${place}.${keys.text}`];
    if (speaker === undefined) {
      const known = Object.keys(speakers).join(', ');
      fail(report, by, 'role', `${by} is ${quoted(String(from))}, and must be one of ${known}`);
      continue;
    }
    const at = `messages[${spoken.messages.length}]`;
    spoken.places.push([at, place], [`${at}.role`, by]);
    for (const key of ['content', 'tool_calls', 'tool_call_id'])
      spoken.places.push([`${at}.${key}`, what]);
    checkOthers(said, { place, keys }, report);
    const weight = (speaker === 'assistant' || speaker === 'call') && weightOf(said, place, report);
    if (speaker !== 'call') {
      const answered = speaker === 'tool' ? open.shift() : undefined;
      if (speaker === 'tool' && answered === undefined)
        fail(report, place, 'tool-call-id', `${place} answers a call, and none is open before it`);
      const isCalled = answered !== undefined && { tool_call_id: answered };
      spoken.messages.push({ role: speaker, content: value, ...isCalled, ...weight });
      continue;
    }
    const calls = callsIn(value, turn);
    if (calls === undefined) {
      const wanted = '{"name": …, "arguments": {…}}';
      fail(report, what, 'tool-calls', `${what} must be the JSON of ${wanted}`);
      continue;
    }
    open = calls.map(({ id }) => id);
    spoken.messages.push({ role: 'assistant', content: null, tool_calls: calls, ...weight });
  }
  return spoken;
}

/** The weight of an answer; of another than 0 or 1, which rows of this form have for other trainers, it is said that it is not used. */
function weightOf(
  { weight }: Readonly<Record<string, unknown>>,
  place: string,
  report: (issue: RowIssue) => void,
): { readonly weight: 0 | 1 } | undefined {
  if (weight === 0 || weight === 1) return { weight };
  const message = `${place}.weight is not used, since it is neither 0 nor 1`;
  if (!asksForNothing(weight) && weight !== '')
    warn(report, `${place}."weight"`, 'unknown-key', message);
  return undefined;
}

/** Keys of a turn that may say more than its text. */
const furtherContent =
  /^(?:(?:tool|function)_?calls?|(?:image|audio|video|file|media|attachment)s?|image_url|parts)$/i;
/** A place in a text for what is no text. */
const placeholder = /<\|?(?:image|img|audio|video)(?:[ _-]?\d+|_\w+)?\|?>/i;
const address = /^\s*(?:data:|https?:)/i;

/** Whether a value holds more than a word on where a text comes from: an object or a list, an address, or what the text has a place for. */
function holdsMore(value: unknown, text: unknown): boolean {
  if (typeof value === 'object') return true;
  return (isText(value) && address.test(value)) || (isText(text) && placeholder.test(text));
}

/** Keys that tell of a turn and change nothing in it; of weights those of answers are taken. */
const besideTurn: ReadonlySet<string> = new Set(['id', 'metadata', 'created_at', 'weight']);

/** What stands in a turn beside its text. */
function checkOthers(
  said: Readonly<Record<string, unknown>>,
  { place, keys }: { readonly place: string; readonly keys: TurnKeys },
  report: (issue: RowIssue) => void,
): void {
  for (const key of Object.keys(said)) {
    if (key === keys.speaker || key === keys.text || besideTurn.has(key)) continue;
    const value = unpacked(said[key]);
    if (asksForNothing(value) || value === '') continue;
    if (furtherContent.test(key) && holdsMore(value, said[keys.text])) {
      const message = `${place}.${key} cannot be trained: only text can be, and calls in turns of their own`;
      fail(report, `${place}.${key}`, 'unsupported', message);
    } else {
      const message = `the key ${quoted(key)} of ${place} is not used`;
      warn(report, `${place}.${quoted(key)}`, 'unknown-key', message);
    }
  }
}

/** Takes off what nobody answers, and says so. */
export function endAtAnswer({ messages, places, issues }: Spoken): void {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  const left = messages.length - last - 1;
  if (last < 0 || left === 0) return;
  const [, place = ''] = places.find(([made]) => made === `messages[${last + 1}]`) ?? [];
  const rest = left === 1 ? 'has no answer after it' : `and what follows it have no answer`;
  warn((issue) => issues.push(issue), place, 'unanswered', `${place} ${rest}, and is left out`);
  messages.splice(last + 1);
}
