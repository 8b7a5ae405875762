import type { ChatRequest } from '@lathe/contracts/http/chat';
import { sentenceOf } from '../../api/client.ts';
import { useQueryText } from '../../shell/router.ts';

/** Fields of the form by their names in the address, with what they hold at first. */
const usual = {
  system: '',
  temperature: '0.7',
  top_p: '1',
  max: '256',
  seed: '7',
  tools: '',
  schema: '',
} as const;
type Name = keyof typeof usual;

/** What is asked with, as typed: a text and its setter by name. */
export type ChatSettings = Readonly<Record<Name, readonly [string, (value: string) => void]>>;

/** The settings of the chat, which are kept in the address. */
export function useChatSettings(): ChatSettings {
  return {
    system: useQueryText('system', usual.system),
    temperature: useQueryText('temperature', usual.temperature),
    top_p: useQueryText('top_p', usual.top_p),
    max: useQueryText('max', usual.max),
    seed: useQueryText('seed', usual.seed),
    tools: useQueryText('tools', usual.tools),
    schema: useQueryText('schema', usual.schema),
  };
}

/** Alternatives that are shown for each token. */
const shownAlternatives = 5;

type Body = Omit<ChatRequest, 'model' | 'messages'>;

/** The request without model and messages. Throws with a sentence where a field is not JSON. */
export function requestOf({ temperature, top_p, max, seed, tools, schema }: ChatSettings): Body {
  const called = jsonOf<NonNullable<ChatRequest['tools']>>(tools[0], 'The tools');
  const wanted = jsonOf<Record<string, unknown>>(schema[0], 'The JSON schema');
  return {
    temperature: Number(temperature[0]),
    top_p: Number(top_p[0]),
    max_completion_tokens: Number(max[0]),
    ...(seed[0] === '' ? {} : { seed: Number(seed[0]) }),
    ...(called && { tools: called }),
    ...(wanted && {
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: wanted } },
    }),
    logprobs: true,
    top_logprobs: shownAlternatives,
    stream: true,
    stream_options: { include_usage: true },
  };
}

function jsonOf<T>(text: string, what: string): T | null {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${what} cannot be read as JSON: ${sentenceOf(error)}`);
  }
}
