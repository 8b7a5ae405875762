import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createStopFilter } from './stop-filter.ts';

/** All that comes out of these pieces. */
function through(pieces: readonly string[], stops: readonly string[]): string {
  const filter = createStopFilter(stops);
  let shown = '';
  for (const piece of pieces) {
    const { text, isStopped } = filter.push(piece);
    shown += text;
    if (isStopped) return shown;
  }
  return shown + filter.end();
}

it('shows text at once when nothing of it can become a stop text', () => {
  const filter = createStopFilter(['\n\n', 'END']);
  expect(filter.push('hello E')).toEqual({ text: 'hello ', isStopped: false });
  expect(filter.push('N')).toEqual({ text: '', isStopped: false });
  expect(filter.push('x')).toEqual({ text: 'ENx', isStopped: false });
  expect(filter.push('EEN')).toEqual({ text: 'E', isStopped: false });
  expect(filter.push('D and more')).toEqual({ text: '', isStopped: true });
  expect(filter.push('more')).toEqual({ text: '', isStopped: true });
});

it('gives the text before the stop text that is complete first, however it is cut', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '🙂'), maxLength: 30 });
  const stop = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '🙂'),
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(
      text,
      fc.array(stop, { maxLength: 3 }),
      fc.array(fc.nat(30)),
      (all, stops, cuts) => {
        const places = [
          0,
          ...cuts.filter((at) => at < all.length).sort((a, b) => a - b),
          all.length,
        ];
        const pieces = places.slice(1).map((at, index) => all.slice(places[index], at));
        let wanted = all;
        search: for (let end = 1; end <= all.length; end++)
          for (let start = 0; start < end; start++)
            if (stops.includes(all.slice(start, end))) {
              wanted = all.slice(0, start);
              break search;
            }
        expect(through(pieces, stops)).toBe(wanted);
      },
    ),
  );
});
