import {
  fail,
  isObject,
  nameOf,
  quoted,
  type RowIssue,
  warn,
} from '../../check/validate-message.ts';
import type { Place } from './format.ts';
import { callsIn } from './tool-text.ts';

/** Who speaks, by the names that ShareGPT's dialects have for them. */
export const speakers: Readonly<
  Partial<Record<string, 'system' | 'user' | 'assistant' | 'call' | 'tool'>>
> = {
  ...{ system: 'system', human: 'user', user: 'user', prompter: 'user' },
  ...{ gpt: 'assistant', assistant: 'assistant', model: 'assistant', chatgpt: 'assistant' },
  ...{ bing: 'assistant', bard: 'assistant', ai: 'assistant', bot: 'assistant' },
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
 * The messages that turns `{from, value}` are. Calls stand as JSON in their text and get ids by their places; observations answer
 * them in their order. What no message can be made of is an error at its place, which is below `name`.
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
    const { from, value } = said;
    const speaker = speakers[String(from).toLowerCase()];
    if (speaker === undefined) {
      const known = Object.keys(speakers).join(', ');
      fail(
        report,
        `${place}.from`,
        'role',
        `${place}.from is ${quoted(String(from))}, and must be one of ${known}`,
      );
      continue;
    }
    const at = `messages[${spoken.messages.length}]`;
    spoken.places.push([at, place], [`${at}.role`, `${place}.from`]);
    for (const key of ['content', 'tool_calls', 'tool_call_id'])
      spoken.places.push([`${at}.${key}`, `${place}.value`]);
    if (speaker !== 'call') {
      const answered = speaker === 'tool' ? open.shift() : undefined;
      if (speaker === 'tool' && answered === undefined)
        fail(report, place, 'tool-call-id', `${place} answers a call, and none is open before it`);
      const isCalled = answered !== undefined && { tool_call_id: answered };
      spoken.messages.push({ role: speaker, content: value, ...isCalled });
      continue;
    }
    const calls = callsIn(value, turn);
    if (calls === undefined) {
      const wanted = '{"name": …, "arguments": {…}}';
      fail(report, `${place}.value`, 'tool-calls', `${place}.value must be the JSON of ${wanted}`);
      continue;
    }
    open = calls.map(({ id }) => id);
    spoken.messages.push({ role: 'assistant', content: null, tool_calls: calls });
  }
  return spoken;
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
