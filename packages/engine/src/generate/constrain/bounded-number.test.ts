import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedNumber, type NumberBounds } from './bounded-number.ts';
import type { JsonNumber } from './json-number.ts';

/** The state behind a text; undefined when the machine refuses it. */
function after(machine: JsonNumber, text: string): number | undefined {
  let state: number | undefined = machine.start;
  for (const byte of Buffer.from(text)) {
    state = machine.step(state, byte);
    if (state === undefined) return undefined;
  }
  return state;
}

function takes(machine: JsonNumber, text: string): boolean {
  const state = after(machine, text);
  return state !== undefined && machine.mayEnd(state);
}

/** Whether a text without exponent is within bounds, by whole numbers of 10^−20. */
function isWithin(bounds: NumberBounds, text: string): boolean {
  const scaled = (value: string): bigint => {
    const [whole = '', behind = ''] = value.split('.');
    return BigInt(whole + behind.padEnd(20, '0'));
  };
  const value = scaled(text);
  const of = (bound: number | undefined): bigint | undefined =>
    bound === undefined ? undefined : scaled(bound.toFixed(2));
  const [low, above] = [of(bounds.minimum), of(bounds.exclusiveMinimum)];
  const [high, below] = [of(bounds.maximum), of(bounds.exclusiveMaximum)];
  const multiple = of(bounds.multipleOf);
  return (
    (low === undefined || value >= low) &&
    (above === undefined || value > above) &&
    (high === undefined || value <= high) &&
    (below === undefined || value < below) &&
    (multiple === undefined || value % multiple === 0n) &&
    !(bounds.isInteger && text.includes('.')) &&
    !/^-0\.?0*$/.test(text)
  );
}

const placesOf = (value: number): number => String(value).split('.')[1]?.length ?? 0;
/** Bounds with up to two places behind the point. */
const bound = fc.integer({ min: -2500, max: 2500 }).map((value) => value / 100);
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
const anyBounds: fc.Arbitrary<NumberBounds> = fc.record({
  isInteger: fc.boolean(),
  minimum: maybe(bound),
  exclusiveMinimum: maybe(bound),
  maximum: maybe(bound),
  exclusiveMaximum: maybe(bound),
  multipleOf: maybe(fc.constantFrom(0.01, 0.05, 0.25, 1, 1.5, 3, 7, 10, 0.7)),
});

const texts = ['', '-'].flatMap((sign) =>
  Array.from({ length: 31 }, (_, whole) => String(whole)).flatMap((whole) => [
    `${sign}${whole}`,
    ...['0', '1', '5', '9', '00', '05', '10', '25', '70', '99', '250'].map(
      (behind) => `${sign}${whole}.${behind}`,
    ),
  ]),
);

describe('boundedNumber', () => {
  it('takes exactly the numbers within its bounds', () => {
    fc.assert(
      fc.property(anyBounds, (bounds) => {
        const machine = boundedNumber(bounds);
        const most = bounds.multipleOf === undefined ? 3 : placesOf(bounds.multipleOf);
        for (const text of texts) {
          // Multiples are written with no more places than the one that they are multiples of.
          if ((text.split('.')[1] ?? '').length > most) continue;
          expect(takes(machine, text), `${text} ${JSON.stringify(bounds)}`).toBe(
            isWithin(bounds, text),
          );
        }
      }),
      { numRuns: 70 },
    );
  });

  it('never begins what it cannot end', () => {
    const digits = fc.infiniteStream(fc.nat(99));
    fc.assert(
      fc.property(anyBounds, digits, (bounds, random) => {
        const machine = boundedNumber(bounds);
        if (!machine.isPossible) return;
        let state = machine.start;
        let text = '';
        for (const draw of random) {
          const next = [...'-0123456789.'].filter(
            (character) => machine.step(state, character.charCodeAt(0)) !== undefined,
          );
          if (machine.mayEnd(state) && (next.length === 0 || draw < 20)) break;
          expect(next.length, text).toBeGreaterThan(0);
          text += next[draw % next.length]!;
          state = after(machine, text)!;
        }
        expect(isWithin(bounds, text), `${text} ${JSON.stringify(bounds)}`).toBe(true);
        expect(text.replaceAll(/\D/g, '').length).toBeLessThanOrEqual(16);
      }),
      { numRuns: 400 },
    );
  });

  it.each<[Partial<NumberBounds>, string, boolean]>([
    [{ isInteger: true, minimum: 0, maximum: 0 }, '0', true],
    [{ isInteger: true, minimum: 0, maximum: 0 }, '-0', false],
    [{ isInteger: true, minimum: 1 }, '9007199254740991', true],
    [{ isInteger: true, minimum: 1 }, '9007199254740992', false],
    [{ isInteger: true, minimum: 0.5, maximum: 1.5 }, '1', true],
    [{ isInteger: true, exclusiveMinimum: 1, exclusiveMaximum: 3 }, '2', true],
    [{ isInteger: true, multipleOf: 1000003, minimum: 1 }, '1000003000', true],
    [{ isInteger: true, multipleOf: 1000003, minimum: 1 }, '1000003001', false],
    [{ exclusiveMaximum: 1, minimum: 0 }, '0.99999999999999', true],
    [{ exclusiveMaximum: 1, minimum: 0 }, '1', false],
    [{ exclusiveMaximum: 1, minimum: 0 }, '0.999999999999999', false],
    [{ maximum: 0.3 }, '0.3', true],
    [{ maximum: 0.3 }, '0.30000000000001', false],
    [{ minimum: 0.1, maximum: 0.1 }, '0.100', true],
    [{ minimum: -1e300, maximum: 1e300 }, '-123.5', true],
    [{ minimum: -1 }, '1e2', false],
    [{ exclusiveMinimum: 0 }, '0.00000000000001', true],
    [{ multipleOf: 0.01 }, '0.07', true],
    [{ multipleOf: 1e-20 }, '0.5', true],
    [{ multipleOf: 1e20 }, '0', true],
  ])('%j takes %s: %s', (bounds, text, expected) => {
    expect(takes(boundedNumber({ isInteger: false, ...bounds }), text)).toBe(expected);
  });

  it.each<Partial<NumberBounds>>([
    { minimum: 2, maximum: 1 },
    { exclusiveMinimum: 1, maximum: 1 },
    { isInteger: true, exclusiveMinimum: 1, exclusiveMaximum: 2 },
    { isInteger: true, minimum: 1e16 },
    { isInteger: true, multipleOf: 7, minimum: 8, maximum: 13 },
    { multipleOf: 0.3, minimum: 0.1, maximum: 0.2 },
    { exclusiveMinimum: 0, maximum: 1e-16 },
  ])('%j leaves no number', (bounds) => {
    expect(boundedNumber({ isInteger: false, ...bounds }).isPossible).toBe(false);
  });
});
