import { describe, expect, it } from 'vitest';
import { messagesOf } from './turns.ts';

/** What becomes of an answer with more keys beside its text. */
function answerWith(more: object, value = 'Hello.') {
  const turns = [
    { from: 'human', value: 'Hi' },
    { from: 'gpt', value, ...more },
  ];
  const { messages, issues } = messagesOf(turns, 'conversations');
  return { answer: messages[1], found: issues.map(({ level, rule, path }) => [level, rule, path]) };
}

const said = { role: 'assistant', content: 'Hello.' };
const unused = (key: string) => [['warn', 'unknown-key', `conversations[1]."${key}"`]];

describe('the weight of an answer', () => {
  it.each([0, 1])('is taken where it is %j', (weight) => {
    expect(answerWith({ weight })).toEqual({ answer: { ...said, weight }, found: [] });
  });

  it.each([0.5, 2, '1', true, { of: 1 }])('is left out and told where it is %j', (weight) => {
    expect(answerWith({ weight })).toEqual({ answer: said, found: unused('weight') });
  });

  it('may be absent', () => {
    expect(answerWith({ weight: null })).toEqual({ answer: said, found: [] });
  });

  it('is left out of calls, too', () => {
    const call = { from: 'function_call', value: '{"name": "f", "arguments": {}}', weight: 0.5 };
    const { messages, issues } = messagesOf([{ from: 'human', value: 'Hi' }, call], 'turns');
    expect(messages[1]).not.toHaveProperty('weight');
    expect(issues).toEqual([
      {
        ...{ path: 'turns[1]."weight"', rule: 'unknown-key', level: 'warn' },
        message: 'turns[1].weight is not used, since it is neither 0 nor 1',
      },
    ]);
  });
});

describe('what stands beside a text', () => {
  it.each([
    ['file', 'x.txt'],
    ['files', 'a.txt, b.txt'],
    ['media', 'chat'],
    ['attachment', false],
    ['parts', 2],
  ])('is told and left out where %s only says %j', (key, value) => {
    expect(answerWith({ [key]: value })).toEqual({ answer: said, found: unused(key) });
  });

  it.each<[string, unknown, string?]>([
    ['image', { bytes: 'AA==' }],
    ['parts', [{ text: 'more' }]],
    ['tool_calls', '[{"name": "f", "arguments": {}}]'],
    ['file', 'data:image/png;base64,AA=='],
    ['image_url', 'https://example.org/a.png'],
    ['image', 'a.png', 'See <image>.'],
    ['audio', 'a.wav', '<|audio_1|> Hello.'],
  ])('is wrong where %s is %j', (key, value, text) => {
    const wrong = [['error', 'unsupported', `conversations[1].${key}`]];
    expect(answerWith({ [key]: value }, text).found).toEqual(wrong);
  });

  it('may ask for nothing', () => {
    expect(answerWith({ files: [], image: null, parts: '', tool_calls: '[]' }).found).toEqual([]);
  });
});
