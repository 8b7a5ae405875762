import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { automatonLimits } from './automaton.ts';
import { formats } from './formats.ts';
import { isOfFormat } from './schema.fixture.ts';
import { readText } from './string-schema.ts';
import { type TextForm, textForm } from './text-form.ts';

const formOf = (format: string): TextForm =>
  textForm(readText({ format }, '', { budget: { ...automatonLimits }, automata: new Map() }));

function accepts(form: TextForm, text: string): boolean {
  let state: number | undefined = form.start;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    state = form.arcs(state).find(({ low, high }) => low <= point && point <= high)?.to;
    if (state === undefined) return false;
  }
  return form.accepts(state);
}

it('knows the formats that OpenAI lists', () => {
  expect(Object.keys(formats).toSorted()).toEqual(
    'date date-time duration email hostname ipv4 ipv6 time uuid'.split(' '),
  );
});

describe.each(Object.keys(formats))('%s', (format) => {
  it('allows only texts of its kind', () => {
    const form = formOf(format);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1e6)), (random) => {
        let state = form.start;
        let text = '';
        for (const draw of random) {
          const arcs = form.arcs(state);
          if (form.accepts(state) && (arcs.length === 0 || draw % 4 === 0)) break;
          const { low, high, to } = arcs[draw % arcs.length]!;
          text += String.fromCodePoint(low + (draw % (high - low + 1)));
          state = to;
        }
        expect(isOfFormat[format]!(text), text).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

it.each([
  ['date', '2024-02-29', true],
  ['date', '2023-02-29', false],
  ['date', '1900-02-29', false],
  ['date', '2000-02-29', true],
  ['date', '2026-04-31', false],
  ['date-time', '2026-11-21T10:15:30.25+01:00', true],
  ['date-time', '2026-11-21 10:15:30Z', false],
  ['date-time', '2026-11-21T10:15:30', false],
  ['time', '23:59:59Z', true],
  ['time', '24:00:00Z', false],
  ['duration', 'P1Y2M3DT4H5M6S', true],
  ['duration', 'P2W', true],
  ['duration', 'P', false],
  ['duration', 'PT', false],
  ['email', "o'neil+a.b@example.co.uk", true],
  ['email', 'a..b@example.com', false],
  ['email', `${'a'.repeat(64)}@b.de`, true],
  ['email', `${'a'.repeat(65)}@b.de`, false],
  ['email', 'é@b.de', false],
  ['hostname', 'a-1.example', true],
  ['hostname', 'ab--c.example', false],
  ['hostname', `${'a'.repeat(63)}.b`, true],
  ['hostname', `${'a'.repeat(64)}.b`, false],
  ['hostname', 'a-.b', false],
  ['hostname', `${'a.'.repeat(126)}b`, true],
  ['hostname', `${'a.'.repeat(127)}b`, false],
  ['ipv4', '192.168.0.255', true],
  ['ipv4', '192.168.00.1', false],
  ['ipv4', '256.1.1.1', false],
  ['ipv6', '::', true],
  ['ipv6', '::ffff:192.0.2.1', true],
  ['ipv6', '1:2:3:4:5:6:7:8', true],
  ['ipv6', '1:2:3:4:5:6:7::', true],
  ['ipv6', '1:2:3:4:5:6:7:8::', false],
  ['ipv6', '1::2::3', false],
  ['uuid', '123e4567-e89b-12d3-a456-426614174000', true],
  ['uuid', '123e4567e89b12d3a456426614174000', false],
])('%s of %s: %s', (format, text, expected) => {
  expect(accepts(formOf(format), text)).toBe(expected);
});
