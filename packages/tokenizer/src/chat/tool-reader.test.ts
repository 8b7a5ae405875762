import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainByteLevelBpe } from '../learn/train-bpe.ts';
import { createTokenizer } from '../tokenizer.ts';
import { createChatTemplate } from './chat-template.ts';
import { type ToolForm, toolSupport } from './tool-form.ts';
import { createToolReader, readCalls } from './tool-reader.ts';

const tokenizer = createTokenizer(
  trainByteLevelBpe([''], {
    vocabularySize: 300,
    specialTokens: ['<|im_start|>', '<|im_end|>', '</s>', '<|eot_id|>', '[TOOL_CALLS]'],
  }),
);
const fixtures = new URL('../fixtures/', import.meta.url);
const own = JSON.parse(readFileSync(new URL('chat-tools.json', fixtures), 'utf8')) as {
  vectors: { template: string; text: string | null; answers?: { asked: string; told: string }[] }[];
};

function supportOf(name: string) {
  const text =
    own.vectors.find(({ template }) => template === name)?.text ??
    readFileSync(new URL(`chat/${name}.jinja`, fixtures), 'utf8');
  const variables = { bos_token: '<s>', eos_token: '</s>' };
  return toolSupport(tokenizer, createChatTemplate(text, { source: name, variables }));
}
function formOf(name: string): ToolForm {
  const support = supportOf(name);
  if ('form' in support) return support.form;
  throw new Error(support.problem);
}
const call = { name: 'find_order', arguments: '{"order": "12"}' };

describe('the form of calls is read off the template', () => {
  test.each([
    ['qwen2', '<tool_call>', '<tool_call>\n{"name": "', '}\n</tool_call>', false],
    ['qwen3', '<tool_call>', '<tool_call>\n{"name": "', '}\n</tool_call>', false],
    ['tagged', '<tool_call>', '<tool_call>[{"name": "', '}]</tool_call>', false],
    ['mistral', '[TOOL_CALLS]', '[TOOL_CALLS] [{"name": "', ', "id": "\u0000"}]', true],
    ['llama3', '', '{"name": "', '}', false],
    ['framed', '<call>', '<call>', '</call>', false],
  ])('%s', (name, opener, lead, close, shortIds) => {
    const form = formOf(name);
    expect(form).toMatchObject({ opener, lead, close, shortIds });
    expect(form.separator === null).toBe(name === 'llama3');
    expect(form.control).toEqual(name === 'mistral' ? ['[TOOL_CALLS]'] : []);
  });

  test.each(['llama2', 'zephyr', 'gemma', 'phi3', 'smollm2'])('%s has no tools', (name) => {
    expect(supportOf(name)).toEqual({
      problem: 'its chat template has no place for tools',
      isWritten: false,
    });
  });
});

/** What is read, however the answer is cut. */
function read(form: ToolForm, answer: string) {
  const whole = readCalls(form, answer);
  for (const size of [1, 2, 3, 7]) {
    const reader = createToolReader(form);
    const pieces = answer.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [];
    const parts = [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
    const text = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
    const calls = parts.flatMap((part) => (part.kind === 'call' ? [part] : []));
    const told = calls.map(({ index, name }) => ({
      name,
      arguments: parts
        .map((part) => (part.kind === 'arguments' && part.index === index ? part.text : ''))
        .join(''),
    }));
    expect({ text, calls: told }).toEqual(whole);
  }
  return whole;
}

describe('answers of each family', () => {
  const { arguments: told, name } = call;
  test.each<[string, string, string, (typeof call)[]]>([
    ['qwen2', `<tool_call>\n{"name": "${name}", "arguments": ${told}}\n</tool_call>`, '', [call]],
    ['qwen2', `Well.\n<tool_call>{"name":"${name}","parameters":${told}}`, 'Well.', [call]],
    [
      'qwen2',
      `<tool_call>\n{"name": "${name}", "arguments": ${told}}\n</tool_call>\n<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>`,
      '',
      [call, { name: 'now', arguments: '{}' }],
    ],
    ['qwen2', `<tool_call>[{"name": "${name}", "arguments": ${told}}]</tool_call>`, '', [call]],
    [
      'qwen2',
      `<tool_call>{"arguments": ${told}, "name": "${name}"}</tool_call>`,
      '',
      [{ name, arguments: '{"order":"12"}' }],
    ],
    [
      'qwen2',
      `<tool_call>{"name": "${name}", "arguments": "{\\"order\\": \\"12\\"}"}</tool_call>`,
      '',
      [call],
    ],
    ['qwen2', 'a < b and {"name": "x"}', 'a < b and {"name": "x"}', []],
    [
      'qwen2',
      'see <tool_call>nothing</tool_call> here',
      'see<tool_call>nothing</tool_call> here',
      [],
    ],
    ['qwen2', '<tool_call>\n{"name": "fin', '<tool_call>\n{"name": "fin', []],
    [
      'qwen2',
      `<tool_call>\n{"name": "${name}", "arguments": {"order": "1`,
      '',
      [{ name, arguments: '{"order": "1' }],
    ],
    ['llama3', `{"name": "${name}", "parameters": ${told}}`, '', [call]],
    ['llama3', `<|python_tag|>{"name": "${name}", "parameters": ${told}}`, '', [call]],
    [
      'llama3',
      `{"type": "function", "name": "${name}", "parameters": ${told}}; {"name": "now", "parameters": {}}`,
      '',
      [call, { name: 'now', arguments: '{}' }],
    ],
    ['llama3', '{"answer": 42} is it', '{"answer": 42} is it', []],
    ['llama3', `Try {"name": "${name}"}`, `Try {"name": "${name}"}`, []],
    [
      'mistral',
      `[TOOL_CALLS] [{"name": "${name}", "arguments": ${told}, "id": "abcdefgh1"}, {"name": "now", "arguments": {}, "id": "abcdefgh2"}]`,
      '',
      [call, { name: 'now', arguments: '{}' }],
    ],
    [
      'framed',
      `Well <call>${name}<sep>${told}</call><call>now<sep>{}</call>`,
      'Well',
      [call, { name: 'now', arguments: '{}' }],
    ],
  ])('%s: %s', (family, answer, text, calls) => {
    expect(read(formOf(family), answer)).toEqual({ text, calls });
  });

  test('a brace or a quote in a text ends nothing', () => {
    const tricky = '{"a": "}\\"{", "b": [{"c": "]"}]}';
    const answer = `<tool_call>\n{"name": "f", "arguments": ${tricky}}\n</tool_call>`;
    expect(read(formOf('qwen2'), answer).calls).toEqual([{ name: 'f', arguments: tricky }]);
  });
});

test.each(['qwen2', 'qwen3', 'llama3', 'mistral', 'tagged', 'framed'])(
  'what the template of %s makes of calls is read back',
  (name) => {
    const form = formOf(name);
    const told = own.vectors
      .filter(({ template }) => template === name)
      .flatMap(({ answers = [] }) => answers)
      .map(({ asked, told: text }) => text.slice(asked.length))
      .filter((text) => text.includes('find_order'));
    expect(told.length).toBeGreaterThan(2);
    for (const text of told) {
      const [first] = readCalls(form, text).calls;
      expect(first?.name).toBe('find_order');
      expect(JSON.parse(first?.arguments ?? '')).toMatchObject({ order: '12 é\n<|im_end|>' });
    }
  },
);

test.each(['qwen2', 'llama3', 'mistral', 'framed'])(
  'whatever a model of %s writes is read the same in whole and in pieces',
  (name) => {
    const form = formOf(name);
    const bits = fc.constantFrom(
      ...[form.opener, form.lead, form.middle, form.close, form.separator ?? ', '],
      ...['<tool_call>', '</tool_call>', '<|python_tag|>', '{', '}', '[', ']', '"', '\\', ','],
      ...['"name": ', '"arguments": ', '"f"', 'f', '{"a": 1}', ' ', '\n', 'hello', '<', '<sep>'],
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 14 }), (written) => {
        const answer = written.join('');
        read(form, answer);
        const { calls, text } = readCalls(form, answer);
        const squeeze = (given: string) => given.replaceAll(/\s/g, '');
        // Where nothing was called, all of it is text.
        if (calls.length === 0) expect(squeeze(text)).toBe(squeeze(answer));
      }),
      { numRuns: 300 },
    );
  },
);
