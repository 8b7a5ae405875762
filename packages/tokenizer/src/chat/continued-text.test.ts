/** Text encoded in parts, and pairs, with tokenizers that put a space before a text. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createTokenizer, type Tokenizer } from '../tokenizer.ts';
import { encodeChat } from './chat-example.ts';
import { createChatTemplate } from './chat-template.ts';
import { encodeCompletion } from './completion-example.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const load = (family: string): Tokenizer =>
  createTokenizer(JSON.parse(read(`${family}.json`)), `${family}.json`);

describe.each([
  ['llama2', 'llama2'],
  ['llama2', 'zephyr'],
  ['mistral', 'mistral'],
  ['phi3', 'phi3'],
  ['gemma', 'gemma'],
  ['qwen', 'qwen2'],
  ['llama3', 'llama3'],
])('the %s tokenizer with the %s template', (family, shape) => {
  const tokenizer = load(family);
  const template = createChatTemplate(read(`chat/${shape}.jinja`), {
    source: shape,
    variables: {
      bos_token: family === 'gemma' ? '<bos>' : '<s>',
      eos_token: family === 'gemma' ? '<eos>' : '</s>',
    },
  });
  const messages = [
    { role: 'user', content: 'Where is my order?' },
    { role: 'assistant', content: 'It is on its way.' },
    { role: 'user', content: 'Thanks' },
    { role: 'assistant', content: 'You are welcome 👋' },
  ];

  test('a conversation has the tokens of its rendered text', () => {
    const text = template.render(messages, {});
    const { tokens, supervised } = encodeChat(tokenizer, template, messages);
    expect(tokens).toEqual(tokenizer.encode(text, { special: true }));
    const answers = tokens.filter((_, i) => supervised[i] === 1);
    expect(tokenizer.decode(answers, { skipSpecial: true })).toContain('on its way.');
  });

  test('a prompt has the tokens that lead to the answer', () => {
    const { tokens } = encodeChat(tokenizer, template, messages.slice(0, 2));
    const options = { addGenerationPrompt: true };
    const prompt = encodeChat(tokenizer, template, messages.slice(0, 1), options).tokens;
    expect(tokens.slice(0, prompt.length)).toEqual(prompt);
  });
});

test.each(['llama2', 'mistral', 't5', 'roberta-prefix-space'])(
  '%s puts a space before a text that starts, not before one that goes on',
  (family) => {
    const tokenizer = load(family);
    const [start, rest] = ['Where is', 'n’t the order'];
    const together = tokenizer.encode(`${start}${rest}`);
    const apart = [...tokenizer.encode(start), ...tokenizer.encode(rest, { after: 'text' })];
    expect(tokenizer.decode(apart)).toBe(tokenizer.decode(together));
    const two = [...tokenizer.encode(start), ...tokenizer.encode(rest)];
    expect(tokenizer.decode(two)).not.toBe(tokenizer.decode(together));
    const { tokens, offsets } = tokenizer.encodeWithOffsets(rest, { after: 'text' });
    expect(tokens).toEqual(tokenizer.encode(rest, { after: 'text' }));
    expect(offsets.at(-1)![1]).toBe(rest.length);
    const eos = 2;
    const example = encodeCompletion(tokenizer, { prompt: start, completion: rest, eos });
    expect(example.tokens).toEqual([...tokenizer.prefix, ...apart, eos]);
  },
);

describe('windows', () => {
  const bert = load('bert-uncased');

  test('an empty context has one window, and a question without room is refused', () => {
    const [window, ...more] = bert.encodeWindows(['Who?', ''], { maxTokens: 16 });
    expect(more).toEqual([]);
    expect([...window!.special]).toEqual([1, ...bert.encode('Who?').map(() => 0), 1, 1]);
    expect(() => bert.encodeWindows(['Who is it?', 'He'], { maxTokens: 5 })).toThrow(
      'take 7 of 5 tokens, which leaves -2 for the second',
    );
    const taken = bert.encode('Who is it?').length + 3;
    expect(() =>
      bert.encodeWindows(['Who is it?', 'He'], { maxTokens: taken + 2, stride: 2 }),
    ).toThrow(RangeError);
    expect(() => bert.encodeWindows(['a', 'b'], { maxTokens: 20, stride: 0.5 })).toThrow(
      RangeError,
    );
  });

  test('every token of the context is in a window, neighbours share the stride', () => {
    const context = 'The order left on Monday; it arrives at noon. '.repeat(5);
    const whole = bert.encodeWithOffsets(context);
    const windows = bert.encodeWindows(['When?', context], { maxTokens: 24, stride: 5 });
    const parts = windows.map(({ tokens, sequences, offsets }) =>
      tokens.flatMap((id, i) => (sequences[i] === 1 ? [{ id, offset: offsets[i] }] : [])),
    );
    const all = parts.flatMap((part, i) => (i === 0 ? part : part.slice(5)));
    expect(all.map(({ id }) => id)).toEqual(whole.tokens);
    expect(all.map(({ offset }) => offset)).toEqual(whole.offsets);
  });

  test('special tokens written in the texts stay plain text', () => {
    const [window] = bert.encodeWindows(['[SEP]', 'a [MASK]'], { maxTokens: 64 });
    expect(window!.special.filter((bit) => bit === 1)).toHaveLength(3);
    const sep = bert.tokenId('[SEP]');
    expect(window!.tokens.filter((token) => token === sep)).toHaveLength(2);
  });
});

test.each(['llama2', 'bert-uncased', 't5', 'unigram-bytes', 'gpt2'])(
  '%s reads lone surrogates as the replacement character',
  (family) => {
    const tokenizer = load(family);
    const { tokens, offsets } = tokenizer.encodeWithOffsets('order \ud800order');
    expect(tokens).toEqual(tokenizer.encode('order \ufffdorder'));
    expect(offsets.at(-1)![1]).toBe(12);
  },
);

describe('files that cannot be honoured', () => {
  const file = (family: string) => JSON.parse(read(`${family}.json`)) as Record<string, unknown>;
  const model = (family: string) => file(family).model as Record<string, unknown>;
  test.each<[string, object, RegExp]>([
    [
      'bert-uncased',
      { model: { ...model('bert-uncased'), unk_token: '[odd]' } },
      /unk_token "\[odd/,
    ],
    ['t5', { model: { ...model('t5'), unk_id: 9999 } }, /model.unk_id 9999 is not in/],
    ['t5', { model: { ...model('t5'), vocab: [['a']] } }, /model.vocab.0/],
    ['t5', { normalizer: { type: 'Precompiled' } }, /normalizer.precompiled_charsmap is not/],
    ['llama2', { decoder: { type: 'CTC' } }, /decoder "CTC" is not supported/],
    ['llama2', { model: { ...model('llama2'), end_of_word_suffix: '</w>' } }, /end_of_word_suffix/],
    [
      'llama2',
      { decoder: { type: 'Sequence', decoders: [{ type: 'Fuse' }, { type: 'ByteFallback' }] } },
      /decoder.decoders.1 "ByteFallback" after "Fuse"/,
    ],
    [
      'roberta',
      {
        post_processor: {
          type: 'Sequence',
          processors: [file('bert-cased').post_processor, file('bert-cased').post_processor],
        },
      },
      /post_processor.processors.1 "BertProcessing" after another template/,
    ],
  ])('%s: %#', (family, change, message) => {
    expect(() => createTokenizer({ ...file(family), ...change }, 'odd.json')).toThrow(message);
  });

  test('a hostile character map ends in a refusal or in text, not in a loop or a crash', () => {
    const bytes = Buffer.alloc(64, 0xff);
    bytes.writeUInt32LE(32, 0);
    const normalizer = { type: 'Precompiled', precompiled_charsmap: bytes.toString('base64') };
    const tokenizer = createTokenizer({ ...file('t5'), normalizer });
    expect(tokenizer.encode('order it\u0301').length).toBeGreaterThan(0);
  });
});
