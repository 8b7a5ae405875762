import { expect, it } from 'vitest';
import {
  banking77Rows,
  conllRows,
  gsm8kRows,
  pubmedRows,
  pubmedSummaries,
  sentenceRows,
  snipsRows,
  squadRows,
} from './rows.ts';

it('turns each public form into the rows of its task', () => {
  expect(banking77Rows('text,category\n"Where, exactly?",card_arrival\n')).toEqual([
    { text: 'Where, exactly?', label: 'card_arrival' },
  ]);
  expect(conllRows('Empire\tB-location\nState\tI-location\n\n.\tO\n')).toEqual([
    { tokens: ['Empire', 'State'], ner_tags: ['B-location', 'I-location'] },
    { tokens: ['.'], ner_tags: ['O'] },
  ]);
  const pieces = [{ text: 'play ' }, { text: 'Ibar vodo', entity: 'track' }, { text: ' now' }];
  expect(snipsRows(JSON.stringify({ PlayMusic: [{ data: pieces }] }))).toEqual([
    { text: 'play Ibar vodo now', spans: [{ start: 5, end: 14, label: 'track' }] },
  ]);
  const qas = [{ id: '1', question: 'Who?', answers: [{ text: 'Ann', answer_start: 0 }] }];
  const squad = { data: [{ paragraphs: [{ context: 'Ann came.', qas }] }] };
  expect(squadRows(JSON.stringify(squad))).toEqual([
    {
      ...{ id: '1', question: 'Who?', context: 'Ann came.' },
      answers: { text: ['Ann'], answer_start: [0] },
    },
  ]);
  expect(sentenceRows('good . \n\n', 'positive')).toEqual([{ text: 'good .', label: 'positive' }]);
  const entry = { QUESTION: 'Q?', CONTEXTS: ['a', 'b'], final_decision: 'yes', LONG_ANSWER: 'L' };
  const pubmed = JSON.stringify({ 1: entry });
  expect(pubmedRows(pubmed)).toEqual([{ text: 'Q?', text_pair: 'a b', label: 'yes' }]);
  const messages = (question: string, answer: string) => ({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  });
  expect(pubmedSummaries(pubmed)).toEqual([messages('a\nb\n\nQ?', 'L')]);
  expect(gsm8kRows('{"question": "1+1?", "answer": "2\\n#### 2"}\n')).toEqual([
    messages('1+1?', '2\n#### 2'),
  ]);
});
