import { type Automaton, automatonLimits, type Budget, TooLargeError } from './automaton.ts';
import { PatternError } from './regular-expression.ts';
import { automataOf } from './string-schema.ts';

/**
 * Reads patterns of JSON Schema for texts to be searched with, in time that grows with the text alone, whatever the pattern: each becomes
 * an automaton. What is returned throws PatternError for a pattern that is wrong or not supported, and for those that together take more
 * than a schema may.
 * @example const isOrder = patternReader()('^[A-Z]{2}-\\d{4}$'); isOrder('AB-1234'); // true
 */
export function patternReader(
  limits: Budget = automatonLimits,
): (pattern: string) => (text: string) => boolean {
  const budget = { ...limits };
  return (pattern) => {
    const automata = build(pattern, budget);
    return (text) => automata.every((automaton) => accepts(automaton, text));
  };
}

function build(pattern: string, budget: Budget): readonly Automaton[] {
  try {
    return automataOf(pattern, budget);
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    throw new PatternError('makes the automata of the schema too large');
  }
}

function accepts(
  { from, classOf, classes, next, accepts: ends }: Automaton,
  text: string,
): boolean {
  let state = 0;
  for (const character of text) {
    const kind = classOf[rangeOf(from, character.codePointAt(0)!)]!;
    state = kind < 0 ? -1 : next[state * classes + kind]!;
    if (state < 0) return false;
  }
  return ends[state]!;
}

/** The last range that begins at a character or before it. */
function rangeOf(from: readonly number[], character: number): number {
  let [low, high] = [0, from.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (from[middle]! <= character) low = middle;
    else high = middle - 1;
  }
  return low;
}
