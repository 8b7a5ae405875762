import { expect, it } from 'vitest';
import { answerSpan } from './answer-span.ts';
import { inputs, recordedFamilies } from './task-inputs.fixture.ts';

const { context } = inputs;

it.each(recordedFamilies)('finds answers as run_qa.py does with %s', (_, recorded, open) => {
  const windows = open().encodeWindows(['Where?', context], { maxTokens: 28, stride: 6 });
  for (const [at, answer] of inputs.answers.entries()) {
    const start = answer === null ? 0 : context.indexOf(answer);
    const place = answer === null ? undefined : { start, end: start + answer.length };
    const found = windows.map((window) => {
      const [first, last] = (place && answerSpan(window, place)) ?? [0, 0];
      return [window.tokens, first, last];
    });
    // Where one character is several tokens the reference has the last of them first.
    const wanted = recorded.answers[at]?.map(([ids, from, to]) => [
      ids,
      Math.min(from, to),
      Math.max(from, to),
    ]);
    expect(found, answer ?? 'none').toEqual(wanted);
  }
});
