import { expect, it } from 'vitest';
import { inputs, recordedFamilies } from './task-inputs.fixture.ts';
import { onFirstTokens, wordsOfTokens } from './words.ts';

/** Words with a blank between them, and where each is. */
function joined(words: readonly string[]): { text: string; places: [number, number][] } {
  let at = 0;
  const places = words.map((word): [number, number] => {
    const start = at;
    at += word.length + 1;
    return [start, start + word.length];
  });
  return { text: words.join(' '), places };
}

const parted = recordedFamilies.filter(([, { words }]) => words !== null);

it.each(parted)('finds the word of each token as %s does', (_, recorded, open) => {
  const tokenizer = open();
  for (const [at, words] of inputs.words.entries()) {
    const { text, places } = joined(words);
    const [window] = tokenizer.encodeWindows([text], { maxTokens: 512 });
    expect([window?.tokens, [...wordsOfTokens(window!, places)]]).toEqual(recorded.words?.[at]);
  }
});

it.each(recordedFamilies)('cuts a long text into windows as %s does', (_, recorded, open) => {
  const tokenizer = open();
  for (const [at, text] of inputs.texts.entries()) {
    const windows = tokenizer.encodeWindows([text], { maxTokens: 16, stride: 4 });
    expect(windows.map(({ tokens }) => tokens)).toEqual(recorded.windows[at]);
    expect(tokenizer.encodeWindows([text], { maxTokens: Infinity })).toHaveLength(1);
  }
});

it('puts the number of a word at its first token', () => {
  const tokens = Int32Array.of(-1, 0, 0, 1, -1, 2, 2, -1);
  expect([...onFirstTokens(tokens, [5, 0, 7])]).toEqual([-1, 5, -1, 0, -1, 7, -1, -1]);
  expect([...onFirstTokens(tokens, [5, 0, 7], 0)]).toEqual([-1, -1, -1, 0, -1, 7, -1, -1]);
});
