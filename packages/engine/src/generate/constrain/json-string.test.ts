import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { automatonLimits } from './automaton.ts';
import { createJsonString } from './json-string.ts';
import type { Keywords } from './schema-keywords.ts';
import { readText, type StringReader } from './string-schema.ts';
import { textForm } from './text-form.ts';

const reader = (): StringReader => ({ budget: { ...automatonLimits }, automata: new Map() });

/** Whether a JSON string, its first quote left out, is taken to its end. */
function takes(schema: Keywords, written: string | Uint8Array): boolean {
  const machine = createJsonString(textForm(readText(schema, '', reader())));
  let state: number | 'done' | undefined = machine.start;
  for (const byte of Buffer.from(written)) {
    if (state === 'done' || state === undefined) return false;
    state = machine.step(state, byte);
  }
  return state === 'done';
}

describe('createJsonString', () => {
  it.each<[Keywords, string, boolean]>([
    [{ pattern: '^é$' }, 'é"', true],
    [{ pattern: '^é$' }, '\\u00e9"', true],
    [{ pattern: '^é$' }, '\\u00E8"', false],
    [{ pattern: '^😀$' }, '😀"', true],
    [{ pattern: '^😀$' }, '\\ud83d\\ude00"', true],
    [{ pattern: '^😀$' }, '\\ud83d\\ude01"', false],
    [{ pattern: '^😀$' }, '\\ud83d"', false],
    [{ pattern: '^[😀-😂]{2}$' }, '😂\\uD83D\\uDE00"', true],
    [{ pattern: '^\\n"\\\\/$' }, '\\n\\"\\\\\\/"', true],
    [{ pattern: '^\\n$' }, '\n"', false],
    [{ pattern: '^\\u0000$' }, '\\u0000"', true],
    [{ pattern: '^n$' }, '\\n"', false],
    [{ pattern: '^\\x7f$' }, '\\u007f"', true],
    [{ maxLength: 1 }, '\\ud83d\\ude00"', true],
    [{ maxLength: 1 }, '\\ud83d\\ude00a"', false],
    [{ minLength: 2 }, '😀"', false],
    [{}, '\\ude00"', false],
    [{}, '\\ud83dx"', false],
    [{}, '\\ud83d\\u0041"', false],
    [{}, '\\uDBFF\\uDFFF"', true],
  ])('%j takes %s: %s', (schema, written, expected) => {
    expect(takes(schema, written)).toBe(expected);
  });

  it('takes UTF-8 and nothing like it', () => {
    const wrong = [
      [0xc0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0x80],
      [0xc3],
      [0xff],
    ];
    for (const bytes of wrong)
      expect(takes({}, Uint8Array.from([...bytes, 0x22])), String(bytes)).toBe(false);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(takes({}, JSON.stringify(text).slice(1).replaceAll('\x7f', '\\u007f'))).toBe(true);
      }),
    );
  });

  it('reads what JSON.parse reads, however a pattern cuts the characters up', () => {
    const edges = [
      0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x103ff, 0x10400, 0x10ffff,
    ];
    const point = fc.oneof(
      fc.constantFrom(...edges),
      fc.integer({ min: 0x20, max: 0xd7ff }),
      fc.integer({ min: 0xe000, max: 0x10ffff }),
    );
    const hex = (value: number) => `\\u{${value.toString(16)}}`;
    fc.assert(
      fc.property(point, point, point, fc.boolean(), (one, two, asked, isEscaped) => {
        const [low, high] = one < two ? [one, two] : [two, one];
        const text = String.fromCodePoint(asked);
        const units = Array.from(text.split(''), (unit) => unit.charCodeAt(0).toString(16));
        const escaped = units.map((unit) => `\\u${unit.padStart(4, '0')}`).join('');
        const written = isEscaped || asked === 0x7f ? escaped : JSON.stringify(text).slice(1, -1);
        expect(takes({ pattern: `^[${hex(low)}-${hex(high)}]$` }, `${written}"`)).toBe(
          low <= asked && asked <= high,
        );
      }),
      { numRuns: 400 },
    );
  });
});
