import type { CanonicalRow } from '@lathe/contracts/artifact/dataset';
import { expect, it } from 'vitest';
import { countLanguages, createLanguageSample, otherLanguage } from './language-sample.ts';
import { languagesOf } from './languages.ts';

it.each([
  ['en', 'I would like to return the shoes that I ordered last week.'],
  ['de', 'Ich möchte die Schuhe zurückgeben, die ich letzte Woche bestellt habe.'],
  ['fr', 'Je voudrais renvoyer les chaussures que j’ai commandées la semaine dernière.'],
  ['es', 'Quisiera devolver los zapatos que pedí la semana pasada.'],
  ['it', 'Vorrei restituire le scarpe che ho ordinato la settimana scorsa.'],
  ['pl', 'Chciałbym zwrócić buty, które zamówiłem w zeszłym tygodniu.'],
  ['ru', 'Я хотел бы вернуть обувь, которую заказал на прошлой неделе.'],
  ['ja', '先週注文した靴を返品したいのですが。'],
  ['zh', '我想退回上周订购的鞋子。'],
  ['', '12345 678'],
  ['', 'ok'],
])('%s: %s', (language, text) => {
  expect(languagesOf([text])).toEqual([language]);
});

const rowOf = (line: number): CanonicalRow => ({
  kind: 'text',
  line,
  part: 0,
  text: `row ${line}`,
});

it('looks at a bounded number of rows, the same whatever order they come in', () => {
  const numbers = Array.from({ length: 1000 }, (_, at) => (at * 7919) % 1000);
  const [there, back] = [createLanguageSample(), createLanguageSample()];
  for (const line of numbers) there.add(() => rowOf(line), line);
  for (const line of numbers.toReversed()) back.add(() => rowOf(line), line);
  expect(there.texts()).toHaveLength(100);
  expect(there.texts()).toEqual(back.texts());
  const long = createLanguageSample();
  long.add(() => ({ kind: 'completion', line: 1, prompt: 'a'.repeat(500), completion: 'b' }), 1);
  expect(long.texts()).toEqual(['a'.repeat(200)]);
});

it('warns where most of both files are told, and differ', () => {
  const english = countLanguages(['en', 'en', 'en', 'en', '', 'de', 'en']);
  const german = countLanguages(['de', 'de', 'de', 'de', 'de', 'fr']);
  expect(english).toEqual([
    { language: 'en', rows: 5 },
    { language: 'de', rows: 1 },
  ]);
  expect(otherLanguage(english, german, 'validation_file')?.message).toContain(
    'Most of the validation rows are in the language de',
  );
  expect(otherLanguage(english, english, 'validation_file')).toBeUndefined();
  expect(otherLanguage(english, german.slice(1), 'validation_file')).toBeUndefined();
});
