import { expect, it } from 'vitest';
import { messagesOf, noAnswer, type Turn } from './turn.ts';

const call = {
  id: 'call_1',
  type: 'function' as const,
  function: { name: 'find', arguments: '{"number":7}' },
};
const turns: readonly Turn[] = [
  { question: 'Hello', answer: { ...noAnswer, state: 'done', text: 'Hi.' } },
  { question: 'Lost', answer: { ...noAnswer, state: 'failed', problem: 'The model is gone.' } },
  { question: 'Where is 7?', answer: { ...noAnswer, state: 'done', calls: [call] } },
];

it('sends what was said so far, without what failed; what follows a call is its result', () => {
  expect(messagesOf('Be short.', turns, '{"at":"Rome"}')).toEqual([
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hi.' },
    { role: 'user', content: 'Where is 7?' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'call_1', content: '{"at":"Rome"}' },
  ]);
});

it('begins with the question alone', () => {
  expect(messagesOf(' ', [], 'Hello')).toEqual([{ role: 'user', content: 'Hello' }]);
});
