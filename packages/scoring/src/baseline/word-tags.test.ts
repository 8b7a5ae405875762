import { expect, it } from 'vitest';
import { fitWordTags } from './word-tags.ts';

it('gives each word its most frequent tag, and an unknown one that of its lower case', () => {
  const tags = fitWordTags([
    { words: ['May', 'came', 'in', 'May'], tags: ['B-PER', 'O', 'O', 'B-DATE'] },
    { words: ['may', 'may', 'May'], tags: ['O', 'O', 'B-DATE'] },
  ]);
  expect(tags(['May', 'may', 'CAME', 'MAY', 'Zoe'])).toEqual(['B-DATE', 'O', 'O', 'B-DATE', 'O']);
});
