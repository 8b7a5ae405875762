/** Conversations as examples, against what transformers renders (bench/reference/chat_answers.py). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { trainByteLevelBpe } from '../learn/train-bpe.ts';
import { createTokenizer, loadTokenizer } from '../tokenizer.ts';
import { encodeConversation, endsAnswers } from './chat-conversation.ts';
import { type EncodedExample, encodeChat } from './chat-example.ts';
import { createChatTemplate } from './chat-template.ts';
import type { Message } from './rendered-chat.ts';

type Vector = {
  template: string;
  /** null: of fixtures/chat. */
  text: string | null;
  kind: string;
  messages: Message[];
  whole: string;
  answers: { asked: string; told: string }[];
};

const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const vectors = JSON.parse(read('chat-answers.json')) as Vector[];
const specialTokens = ['<|im_start|>', '<|im_end|>', '<s>', '</s>', '<|end|>', '<end_of_turn>'];
const words = 'system user assistant the one two return brief yes no maybe think\n'.repeat(3);
const tokenizer = createTokenizer(
  trainByteLevelBpe([words], { vocabularySize: 330, specialTokens }),
);
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
/** Templates that render what came before in another way once something follows. */
const rewriting = ['qwen3', 'ends-last', 'system-last'];

describe.each(vectors)('$template, $kind', (vector) => {
  const { template: name, messages, whole, answers } = vector;
  const template = createChatTemplate(vector.text ?? read(`chat/${name}.jinja`), {
    source: `${name}.jinja`,
    variables: { bos_token: '<s>', eos_token: '</s>' },
  });
  const isSplit = rewriting.includes(name) && (name !== 'system-last' || vector.kind === 'system');
  const { examples, promptSurplus } = encodeConversation(tokenizer, template, messages);

  test('its examples are what transformers renders', () => {
    expect(examples.map(textOf)).toEqual(isSplit ? answers.map(({ told }) => told) : [whole]);
  });

  test('what is before an answer is what it is asked with, token for token', () => {
    const places = messages.flatMap(({ role }, at) => (role === 'assistant' ? [at] : []));
    for (const [index, { tokens, supervised }] of (isSplit ? examples : []).entries()) {
      const before = tokens.slice(0, supervised.indexOf(1));
      expect(tokenizer.decode(before)).toBe(answers[index]?.asked);
      const earlier = messages.slice(0, places[index]);
      const asked = encodeChat(tokenizer, template, earlier, { addGenerationPrompt: true });
      expect([...before]).toEqual(asked.tokens);
    }
  });

  test('the targets are the answers with their ends', () => {
    expect(promptSurplus).toBe(name === 'opens-thought' ? '<think>\n' : undefined);
    const wanted = answers.map(({ asked, told }) => {
      const header = asked.slice(0, asked.length - (promptSurplus?.length ?? 0));
      expect(told.startsWith(header)).toBe(true);
      // Blanks after the last token of control are the template's.
      return told.slice(header.length).trimEnd();
    });
    const found = examples.flatMap(targetsOf);
    expect(found).toHaveLength(wanted.length);
    // Phi 3 ends the whole text, though not every answer, with the end of text.
    for (const [index, text] of found.entries())
      expect([wanted[index], wanted[index]?.replace(/\n<\/s>$/, '')]).toContain(text);
  });

  test('answers of weight 0 are in no target', () => {
    const last = messages.findLastIndex(({ role }) => role === 'assistant');
    const quiet = messages.map((message, at) =>
      message.role === 'assistant' && at !== last ? { ...message, weight: 0 } : message,
    );
    const only = encodeConversation(tokenizer, template, quiet);
    expect(only.examples.map(textOf)).toEqual([whole]);
    expect(only.examples.flatMap(targetsOf)).toEqual(examples.flatMap(targetsOf).slice(-1));
  });

  test('answers end with a token', () => {
    expect(endsAnswers(tokenizer, template)).toBe(true);
  });
});

describe('reported templates on the built-in model', async () => {
  type Reported = {
    template: string[];
    messages: Message[];
    right: { tokens: number[] };
  };
  const tiny = await loadTokenizer(
    fileURLToPath(new URL('../../../../models/lathe-tiny', import.meta.url)),
  );
  const open = (name: string) => {
    const { template, ...others } = JSON.parse(read(`reported/${name}.json`)) as Reported;
    const settings = { source: name, variables: { eos_token: '<|im_end|>' } };
    return { ...others, template: createChatTemplate(template.join(''), settings) };
  };
  const supervised = (example: Example): string =>
    tiny.decode(example.tokens.filter((_, at) => example.supervised[at] === 1));

  test.each([
    ['13-thought-in-last-answer-only', 'yes<|im_end|><think>\n\n</think>\n\nno<|im_end|>'],
    ['14-thought-opened-by-the-prompt', 'answer<|im_end|>'],
  ])('%s', (name, targets) => {
    const { template, messages, right } = open(name);
    const example = encodeChat(tiny, template, messages);
    expect([...example.tokens]).toEqual(right.tokens);
    expect(supervised(example)).toBe(targets);
  });

  test('what is left out of an answer is told, and where all of it is there nothing is', () => {
    const { template, messages } = open('15-template-drops-part-of-answer');
    const { examples, losses } = encodeConversation(tiny, template, messages);
    expect(examples.map(supervised)).toEqual(['short<|im_end|>']);
    const lost = '<think>long reasoning here</think>'.length;
    const of = messages[1]?.content?.length;
    expect(losses).toEqual([{ message: 1, kind: 'text', characters: lost, of }]);
    const strips = createChatTemplate(
      "{% for message in messages %}{% if message.role == 'user' %}<|im_start|>user\n{{ message.content }}<|im_end|>\n{% else %}<|im_start|>assistant\n{{ message.content.strip('\n') }}<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
      { source: 'strips.jinja' },
    );
    const coded = [
      { role: 'user', content: 'Indent it' },
      { role: 'assistant', content: '\n    return 1\n' },
    ];
    // Line ends go, the blanks behind them stay.
    expect(encodeConversation(tiny, strips, coded).losses).toEqual([
      { message: 1, kind: 'blanks', characters: 2, of: 14 },
    ]);
    for (const vector of vectors.filter(({ template: name }) => name === 'qwen3')) {
      const qwen = createChatTemplate(read('chat/qwen3.jinja'), { source: 'qwen3.jinja' });
      expect(encodeConversation(tokenizer, qwen, vector.messages).losses).toEqual([]);
    }
  });
});
