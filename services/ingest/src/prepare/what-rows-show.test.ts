import { expect, it } from 'vitest';
import { whatRowsShow } from './what-rows-show.ts';

it('says before training which gain the held-out rows can show', () => {
  expect(whatRowsShow(0)).toEqual({ gain: null, told: '' });
  expect(whatRowsShow(20).told).toMatch(
    /^ 20 held-out rows are too few to tell a gain from chance; \d{3} rows would show a gain of 5 points\.$/,
  );
  expect(whatRowsShow(1).told).toMatch(/^ 1 held-out row is too few to tell a gain from chance; /);
  const { gain, told } = whatRowsShow(100);
  expect(gain).toBeGreaterThan(0.1);
  expect(gain).toBeLessThan(0.16);
  expect(told).toMatch(
    /^ 100 held-out rows show a gain of 14 points; \d{3} rows would show one of 5\.$/,
  );
  expect(whatRowsShow(1000, 2000).told).toBe(' 1000 held-out rows show a gain of 5 points.');
});

it('counts the rows that are scored, not all that are held out', () => {
  const { gain, told } = whatRowsShow(1000);
  expect(gain).toBe(whatRowsShow(200).gain);
  expect(told).toMatch(
    /^ 200 scored rows of 1000 show a gain of 10 points; \d{3} rows would show one of 5\.$/,
  );
  expect(whatRowsShow(1000, 100).gain).toBe(whatRowsShow(100).gain);
});
