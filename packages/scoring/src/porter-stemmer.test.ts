import { expect, it } from 'vitest';
import { porterStem } from './porter-stemmer.ts';
import { vectors } from './vectors.fixture.ts';

it("stems as NLTK's stemmer does", () => {
  const wanted = vectors<Record<string, string>>('stems');
  const stems = Object.keys(wanted).map((word) => [word, porterStem(word)]);
  expect(stems.length).toBeGreaterThan(1000);
  expect(Object.fromEntries(stems)).toEqual(wanted);
});
