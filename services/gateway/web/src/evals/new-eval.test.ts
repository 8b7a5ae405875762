import { createEvalSchema } from '@lathe/contracts/http/eval';
import { createRunSchema } from '@lathe/contracts/http/eval-run';
import { expect, it } from 'vitest';
import { firstGrader } from '../graders/examples.ts';
import { evalRequest, itemsOf, runRequest } from './new-eval.ts';

const draft = {
  ...{ name: 'Routing', system: '', question: '{{ item.question }}', grader: firstGrader },
  rows: '{"question": "Where?", "answer": "here"}\n\n{"question": "When?", "answer": "now"}\n',
};

it('makes requests that the API takes', () => {
  expect(createEvalSchema.parse(evalRequest(draft))).toMatchObject({
    name: 'Routing',
    data_source_config: { item_schema: { properties: { question: {}, answer: {} } } },
  });
  expect(createRunSchema.parse(runRequest(draft, 'lathe-tiny')).data_source).toMatchObject({
    model: 'lathe-tiny',
    source: {
      content: [
        { item: { question: 'Where?', answer: 'here' } },
        { item: { question: 'When?', answer: 'now' } },
      ],
    },
    input_messages: { template: [{ role: 'user', content: '{{ item.question }}' }] },
  });
});

it('names the line that is no row', () => {
  expect(() => itemsOf({ rows: '{"a": 1}\n[2]' })).toThrow('Line 2 is no object');
  expect(() => itemsOf({ rows: '{"a": 1' })).toThrow('Line 1 cannot be read as JSON');
});
