import { expect, it } from 'vitest';
import { optionsIn } from '../options/options-in.ts';
import { queryOf, requestOf, withShape } from './reading-options.ts';

it('keeps all that says how rows are read in the address, and asks for it', () => {
  const data = {
    format: 'multiple-choice',
    choice_answers: 'from_1',
    wrong_rows_share: 0.1,
  } as const;
  const query = new URLSearchParams(queryOf({ model: 'lathe-tiny', data }).slice(1));
  expect(query.get('model')).toBe('lathe-tiny');
  expect(optionsIn(query.get('data'))).toEqual(data);
  expect(requestOf({ model: '', data })).toEqual({ lathe: { data } });
  expect(queryOf({ model: '', data: {} })).toBe('');
  expect(requestOf({ model: '', data: {} })).toEqual({});
});

it('takes another shape of the rows and leaves what else was said', () => {
  const data = { format: 'text', columns: { text: 'a' }, too_long: 'drop' } as const;
  expect(withShape(data, { format: 'pairs' })).toEqual({ format: 'pairs', too_long: 'drop' });
  expect(withShape(data)).toEqual({ too_long: 'drop' });
});
