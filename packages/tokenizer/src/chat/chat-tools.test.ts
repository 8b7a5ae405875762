/** Conversations with tool calls as examples, against what transformers renders (bench/reference/chat_tools.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TokenizerError } from '../error.ts';
import { trainByteLevelBpe } from '../learn/train-bpe.ts';
import { createTokenizer } from '../tokenizer.ts';
import { encodeConversation } from './chat-conversation.ts';
import { type EncodedExample, encodeChat } from './chat-example.ts';
import { createChatTemplate } from './chat-template.ts';
import type { Message } from './rendered-chat.ts';
import { templateCalls } from './tool-messages.ts';

type Vector = {
  template: string;
  text: string | null;
  kind: string;
  messages: Message[];
  error?: string;
  whole: string;
  answers: { asked: string; told: string }[];
  mask?: string[];
};

const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const { tools, vectors } = JSON.parse(read('chat-tools.json')) as {
  tools: unknown[];
  vectors: Vector[];
};
const specialTokens = ['<|im_start|>', '<|im_end|>', '<s>', '</s>', '<|eot_id|>', '[TOOL_CALLS]'];
const tokenizer = createTokenizer(
  trainByteLevelBpe(['find_order state order name arguments tool_call '.repeat(9)], {
    vocabularySize: 320,
    specialTokens,
  }),
);
const options = { tools, variables: { date_string: '5 Nov 2026' } };
type Example = Pick<EncodedExample<number[] | Int32Array>, 'tokens' | 'supervised'>;

const textOf = ({ tokens }: Example) => tokenizer.decode(tokens);
/** Each stretch of targets as text. */
function targetsOf({ tokens, supervised }: Example): string[] {
  const runs: number[][] = [];
  for (const [at, token] of tokens.entries()) {
    if (supervised[at] !== 1) continue;
    if (supervised[at - 1] === 1) runs.at(-1)?.push(token);
    else runs.push([token]);
  }
  return runs.map((run) => tokenizer.decode(run));
}

describe.each(vectors)('$template, $kind', (vector) => {
  const template = createChatTemplate(vector.text ?? read(`chat/${vector.template}.jinja`), {
    source: `${vector.template}.jinja`,
    variables: { bos_token: '<s>', eos_token: '</s>' },
  });
  const messages = templateCalls(vector.messages);
  const encode = (those: readonly Message[]) =>
    encodeConversation(tokenizer, template, those, options);

  test('its examples are what transformers renders', () => {
    if (vector.error !== undefined) {
      expect(() => encode(messages)).toThrow(TokenizerError);
      expect(() => encode(messages)).toThrow(vector.error);
      return;
    }
    const { examples, controlStrings } = encode(messages);
    const told = vector.answers.map((answer) => answer.told);
    expect([[vector.whole], told]).toContainEqual(examples.map(textOf));
    // What stood in the arguments is text, and ends no answer.
    expect(controlStrings).toContain('<|im_end|>');
  });

  test('the targets are calls and answers with their ends, and nothing that a tool said', () => {
    if (vector.error !== undefined) return;
    const wanted = vector.answers.map(({ asked, told }) => {
      expect(told.startsWith(asked)).toBe(true);
      return told.slice(asked.length).trimEnd();
    });
    const { examples } = encode(messages);
    const targets = examples.flatMap(targetsOf);
    // Of Qwen 3, each answer is taught as it is asked for.
    expect(targets.map((text) => text.trimEnd())).toEqual(wanted);
    if (vector.mask !== undefined) expect(targets).toEqual(vector.mask);
  });

  test('what is before an answer is what it is asked with, token for token', () => {
    if (vector.error !== undefined) return;
    const places = messages.flatMap(({ role }, at) => (role === 'assistant' ? [at] : []));
    for (const [index, at] of places.entries()) {
      const asked = encodeChat(tokenizer, template, messages.slice(0, at), {
        ...options,
        addGenerationPrompt: true,
      });
      expect(textOf(asked)).toBe(vector.answers[index]?.asked);
      const upTo = encode(messages.slice(0, at + 1)).examples.at(-1);
      expect([...(upTo?.tokens.slice(0, asked.tokens.length) ?? [])]).toEqual(asked.tokens);
    }
  });
});

test('numbers of arguments are those of Python, and ids are short where they have to be', () => {
  const called = (id: string, text: string) => ({
    role: 'assistant',
    content: '',
    tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: text } }],
  });
  const show = createChatTemplate('{{ messages | tojson }}', { source: 'show' });
  const [message] = templateCalls([called('call_1', '{"a": 1.0, "b": 1, "c": 2.50, "d": 1e2}')], {
    shortIds: true,
  });
  expect(show.render([message as Message], {})).toMatch(
    /^\[\{"role": "assistant", "tool_calls": \[\{"id": "[0-9a-f]{9}", "type": "function", "function": \{"name": "f", "arguments": \{"a": 1\.0, "b": 1, "c": 2\.5, "d": 100\.0\}\}\}\]\}\]$/,
  );
  const answered = { role: 'tool', content: 'r', tool_call_id: 'call_1' };
  const [call, result] = templateCalls([called('call_1', 'no JSON'), answered], { shortIds: true });
  const id = result?.tool_call_id;
  expect(call?.tool_calls).toMatchObject([{ id, function: { arguments: 'no JSON' } }]);
});
