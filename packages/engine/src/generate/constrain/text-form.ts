import { type Automaton, anyText, type Budget, spend, toAcceptance } from './automaton.ts';
import { lastCodePoint } from './code-points.ts';

/** Characters from `low` to `high`, both with, and the state they lead to. */
export type Arc = { readonly low: number; readonly high: number; readonly to: number };

/**
 * The texts that an automaton accepts and that have a number of characters. A state is a state of the automaton
 * and the characters so far; from each that `arcs` lead to, an end can be reached.
 */
export type TextForm = {
  readonly start: number;
  /** Whether there is any such text. */
  readonly isPossible: boolean;
  /** What the next character may be, in rising order. */
  arcs(state: number): readonly Arc[];
  accepts(state: number): boolean;
};

/** What a form is made of: plain data, so that what is dear to make can be made elsewhere. */
export type TextRule = {
  readonly automaton: Automaton;
  readonly minLength: number;
  readonly maxLength: number;
  /** By state, the fewest characters to one that accepts; infinite where none is reached. */
  readonly distances: readonly number[];
  /** By the characters that are still missing, which states may have so many to come; the last holds for all more. */
  readonly missing: readonly Uint8Array[];
};

/** The form of a rule. */
export function textForm(rule: TextRule): TextForm {
  const { automaton, minLength, maxLength } = rule;
  const { from, classOf, classes, next, accepts } = automaton;
  const width = accepts.length;
  const isAlive = lives(rule);
  // Beyond what can matter any more the number of characters is not kept: states stay few.
  const most = Number.isFinite(maxLength) ? maxLength : minLength;
  return {
    start: 0,
    isPossible: isAlive(0, 0),
    accepts(state) {
      return Math.floor(state / width) >= minLength && accepts[state % width]!;
    },
    arcs(state) {
      const count = Math.floor(state / width);
      if (count >= maxLength) return [];
      const after = Math.min(count + 1, most);
      const row = (state % width) * classes;
      const arcs: { low: number; high: number; to: number }[] = [];
      for (const [i, low] of from.entries()) {
        const reached = classOf[i]! < 0 ? -1 : next[row + classOf[i]!]!;
        if (reached < 0 || !isAlive(reached, after)) continue;
        const high = (from[i + 1] ?? lastCodePoint + 1) - 1;
        const to = after * width + reached;
        const last = arcs.at(-1);
        if (last?.to === to && last.high === low - 1) last.high = high;
        else arcs.push({ low, high, to });
      }
      return arcs;
    },
  };
}

export const anyTextRule = textRule(anyText, 0, Number.POSITIVE_INFINITY, { states: 1, work: 10 });

/** Throws TooLargeError when the lengths make the automaton larger than the budget. */
export function textRule(
  automaton: Automaton,
  minLength: number,
  maxLength: number,
  budget: Budget,
): TextRule {
  const { next, classes } = automaton;
  /** The states from which one character leads into some. */
  const before = (states: Uint8Array): Uint8Array => {
    spend(budget, 'work', next.length);
    const earlier = new Uint8Array(states.length);
    for (const [place, to] of next.entries())
      if (to >= 0 && states[to] === 1) earlier[Math.floor(place / classes)] = 1;
    return earlier;
  };
  spend(budget, 'work', automaton.next.length);
  const distances = toAcceptance(automaton);
  const enough = Uint8Array.from(distances, (distance) =>
    Number(distance <= maxLength - minLength),
  );
  const missing: Uint8Array[] = [enough];
  while (missing.length <= minLength) {
    const earlier = before(missing.at(-1)!);
    if (isSame(earlier, missing.at(-1)!)) break;
    missing.push(earlier);
  }
  return { automaton, minLength, maxLength, distances, missing };
}

/** Whether a text of an allowed length can be reached from a state of the automaton with `count` characters. */
function lives(rule: TextRule): (state: number, count: number) => boolean {
  const { minLength, maxLength, distances, missing } = rule;
  const isNear = (state: number, room: number): boolean =>
    Number.isFinite(distances[state]!) && distances[state]! <= room;
  return (state, count) => {
    if (count >= minLength) return isNear(state, maxLength - count);
    return missing[Math.min(minLength - count, missing.length - 1)]![state] === 1;
  };
}

function isSame(one: Uint8Array, two: Uint8Array): boolean {
  return one.every((value, place) => value === two[place]);
}
