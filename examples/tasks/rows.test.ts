import { expect, it } from 'vitest';
import {
  banking77Pairs,
  banking77Rows,
  conllRows,
  gsm8kPairs,
  gsm8kRows,
  pubmedRows,
  pubmedSummaries,
  sentenceRows,
  snipsRows,
  squadArticles,
} from './rows.ts';

it('turns each public form into the rows of its task', () => {
  expect(banking77Rows('text,category\n"Where, exactly?",card_arrival\n')).toEqual([
    { text: 'Where, exactly?', label: 'card_arrival' },
  ]);
  expect(banking77Pairs('text,category\na,x\nb,y\nc,x\nd,x\n')).toEqual([
    { anchor: 'a', positive: 'c' },
  ]);
  expect(conllRows('Empire\tB-location\nState\tI-location\n\n.\tO\n')).toEqual([
    { tokens: ['Empire', 'State'], ner_tags: ['B-location', 'I-location'] },
    { tokens: ['.'], ner_tags: ['O'] },
  ]);
  const pieces = [{ text: 'play ' }, { text: '𝐈bar vodo', entity: 'track' }, { text: ' now' }];
  expect(snipsRows(JSON.stringify({ PlayMusic: [{ data: pieces }] }))).toEqual([
    { text: 'play 𝐈bar vodo now', spans: [{ start: 5, end: 14, label: 'track' }] },
  ]);
  const qas = [{ id: '1', question: 'Who?', answers: [{ text: 'Ann', answer_start: 0 }] }];
  const squad = { data: [{ paragraphs: [{ context: 'Ann came.', qas }] }] };
  expect(squadArticles(JSON.stringify(squad))).toEqual([
    [
      {
        ...{ id: '1', question: 'Who?', context: 'Ann came.' },
        answers: { text: ['Ann'], answer_start: [0] },
      },
    ],
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
  const sum = '{"question": "12+2?", "answer": "12+2=<<12+2=14>>14, not 2.14\\n#### 14"}\n';
  expect(gsm8kPairs(sum)).toEqual([
    {
      prompt: '12+2?',
      chosen: '12+2=14, not 2.14\n#### 14',
      rejected: '12+2=15, not 2.14\n#### 15',
    },
  ]);
});
