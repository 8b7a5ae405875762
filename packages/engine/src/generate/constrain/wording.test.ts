import { expect, it } from 'vitest';
import { createForm, type Mark } from './constraint.ts';
import { createJsonMachine } from './json-machine.ts';
import { readJsonSchema } from './json-schema.ts';
import { tokenTrie } from './token-trie.ts';
import { type Wording, wordedSchema } from './wording.ts';

const place = readJsonSchema({
  type: 'object',
  properties: { city: { enum: ['Rome', 'Oslo'] }, days: { type: 'integer', maximum: 9 } },
  required: ['city'],
});
const none = readJsonSchema({ type: 'object', additionalProperties: false });
const calls: Wording = {
  sequence: [
    '<call>',
    {
      some: {
        choice: [{ sequence: ['weather(', place, ')'] }, { sequence: ['now(', none, ')'] }],
      },
      separator: '; ',
    },
    '</call>',
  ],
};

function takes(wording: Wording, text: string): boolean {
  const machine = createJsonMachine(wordedSchema(wording));
  let state: number | undefined = machine.start;
  for (const byte of Buffer.from(text)) {
    state = machine.step(state, byte);
    if (state === undefined) return false;
  }
  return machine.mayEnd(state);
}

it('takes fixed texts with JSON between them', () => {
  expect(takes(calls, '<call>weather({"city": "Rome", "days": 3})</call>')).toBe(true);
  expect(takes(calls, '<call>now({}); weather({"city":"Oslo"}); now({})</call>')).toBe(true);
  expect(takes(calls, '<call></call>')).toBe(false);
  expect(takes(calls, '<call>weather({"city": "Paris"})</call>')).toBe(false);
  expect(takes(calls, '<call>now({"city": "Rome"})</call>')).toBe(false);
  expect(takes(calls, '<call>now({}); </call>')).toBe(false);
  expect(takes({ choice: [place, calls] }, '{"city": "Rome"}')).toBe(true);
  expect(takes({ sequence: ['a', '', 'b'] }, 'ab')).toBe(true);
});

/** Tokens of one byte, and some of several; the last is the end. */
const longer = ['<call>', '<call>now', '<call>never', 'weather('];
const texts = [...Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte)), ...longer];
const bytes = [...texts.map((text) => Buffer.from(text)), undefined];
const vocabulary = { bytes, trie: tokenTrie(bytes) };
const end = texts.length;
const behind: Wording = { sequence: ['now(', none, ')</call>'] };

/** Which tokens may come behind these. */
function behindTokens(said: readonly string[], mark?: Mark): string[] {
  const constraint = createForm(wordedSchema(behind), vocabulary).begin([end], mark);
  for (const text of said) constraint.advance(texts.lastIndexOf(text));
  const logits = new Float32Array(bytes.length);
  constraint.mask(logits);
  return [...logits.keys()].filter((id) => logits[id] === 0).map((id) => texts[id] ?? 'end');
}

it('leaves an answer alone until it says the mark, and then holds it to the form', () => {
  const mark = { text: '<call>', isFirst: false };
  const all = bytes.length;
  expect(behindTokens(['h', 'i', '<'], mark)).toHaveLength(all);
  expect(behindTokens(['h', 'i', '<call>'], mark)).toEqual([' ', 'n']);
  expect(behindTokens([...'<<call>now({})</call>'], mark)).toEqual(['end']);
  // One token that says the mark and goes on in the form, and one that does not.
  expect(behindTokens(['<call>now'], mark)).toEqual(['(']);
  expect(behindTokens(['<call>never'], mark)).toHaveLength(all);
  const first = { ...mark, isFirst: true };
  expect(behindTokens([' ', '\n', '<call>'], first)).toEqual([' ', 'n']);
  expect(behindTokens(['x', '<call>'], first)).toHaveLength(all);
  expect(behindTokens([])).toEqual([' ', 'n']);
});
