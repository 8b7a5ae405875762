/**
 * Takes the characters of a JSON number. States are small whole numbers; from each a number can be finished,
 * unless none is possible at all.
 */
export type JsonNumber = {
  readonly start: number;
  readonly isPossible: boolean;
  /** The state after one byte; undefined when no number goes on with it. */
  step(state: number, byte: number): number | undefined;
  mayEnd(state: number): boolean;
};

const phases = [
  'start',
  'sign',
  'zero',
  'int',
  'point',
  'fraction',
  'e',
  'esign',
  'exponent',
] as const;
/** Where in `-12.5e+3` a number is. */
type Phase = (typeof phases)[number];

/** Digits before the point, and behind it, so that no number runs on for ever; more than float64 can tell. */
const mostDigits = 16;
const mostExponentDigits = 2;
const mayEndIn: ReadonlySet<Phase> = new Set(['zero', 'int', 'fraction', 'exponent']);
const digitsPerPhase = mostDigits + 1;

/** Any number, or any whole number. A state is a phase and the digits of its part so far. */
export function anyNumber(isInteger: boolean): JsonNumber {
  const phaseOf = (state: number): Phase => phases[Math.floor(state / digitsPerPhase)]!;
  return {
    start: 0,
    isPossible: true,
    mayEnd: (state) => mayEndIn.has(phaseOf(state)),
    step(state, byte) {
      const reached = stepNumber(phaseOf(state), state % digitsPerPhase, {
        character: String.fromCharCode(byte),
        isInteger,
      });
      return reached === undefined
        ? undefined
        : phases.indexOf(reached[0]) * digitsPerPhase + reached[1];
    },
  };
}

/** The phase after a character, and its digits. */
function stepNumber(
  phase: Phase,
  digits: number,
  { character, isInteger }: { readonly character: string; readonly isInteger: boolean },
): readonly [Phase, number] | undefined {
  const isDigit = character >= '0' && character <= '9';
  const isE = character === 'e' || character === 'E';
  switch (phase) {
    case 'start':
    case 'sign':
      if (phase === 'start' && character === '-') return ['sign', 0];
      if (!isDigit) return undefined;
      return character === '0' ? ['zero', 0] : ['int', 1];
    case 'zero':
    case 'int':
      if (phase === 'int' && isDigit && digits < mostDigits) return ['int', digits + 1];
      if (isInteger) return undefined;
      if (character === '.') return ['point', 0];
      return isE ? ['e', 0] : undefined;
    case 'point':
      return isDigit ? ['fraction', 1] : undefined;
    case 'fraction':
      if (isDigit && digits < mostDigits) return ['fraction', digits + 1];
      return isE ? ['e', 0] : undefined;
    case 'e':
      if (character === '+' || character === '-') return ['esign', 0];
      return isDigit ? ['exponent', 1] : undefined;
    case 'esign':
      return isDigit ? ['exponent', 1] : undefined;
    case 'exponent':
      return isDigit && digits < mostExponentDigits ? ['exponent', digits + 1] : undefined;
  }
}
