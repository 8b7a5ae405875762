import { type CodePoints, everyCharacter, lastCodePoint } from './code-points.ts';
import type { Expression } from './regular-expression.ts';

/** How large the automata of one schema may become together, so that no schema can use up a server. */
export type AutomatonLimits = {
  /** States of all automata, finished or in between. */
  readonly states: number;
  /** Steps of building them, each a few dozen nanoseconds. */
  readonly work: number;
};

export const automatonLimits: AutomatonLimits = { states: 20_000, work: 5_000_000 };

/** What is left of the limits while a schema is read. */
export type Budget = { states: number; work: number };

/** An automaton is larger than the limits allow. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** Takes from what is left. Throws TooLargeError when that is too little. */
export function spend(budget: Budget, kind: keyof Budget, amount = 1): void {
  budget[kind] -= amount;
  if (budget[kind] < 0) throw new TooLargeError('is too large an automaton');
}

/**
 * A deterministic finite automaton over characters. Characters that no state tells apart are one class; every
 * state can still reach one that accepts, unless none can.
 */
export type Automaton = {
  /** Ranges of characters: where each begins, in rising order, and its class, −1 for no character. */
  readonly from: readonly number[];
  readonly classOf: readonly number[];
  readonly classes: number;
  /** By state × class: the next state, or −1. State 0 is the start. */
  readonly next: readonly number[];
  readonly accepts: readonly boolean[];
};

/** Accepts every text. */
export const anyText: Automaton = {
  from: [0, 0xd800, 0xe000],
  classOf: [0, -1, 0],
  classes: 1,
  next: [0],
  accepts: [true],
};

/** A nondeterministic automaton's node: characters lead to `to[0]`; the others are passed without one. */
type Node = {
  readonly kind: 'characters' | 'pass' | 'start' | 'end';
  readonly set: CodePoints;
  readonly to: number[];
};

/**
 * The automaton of the texts in which an expression is found (Thompson's construction, then subsets of its
 * nodes). Throws TooLargeError.
 */
export function searchAutomaton(expression: Expression, budget: Budget): Automaton {
  const nodes = construct(expression, budget);
  const { from, classOf, classes, classesOf } = partition(nodes, budget);
  /** Nodes that are reached without a character from some; anchors hold at the ends of the text only. */
  const closure = (begin: Iterable<number>, atStart: boolean, atEnd: boolean): Set<number> => {
    const reached = new Set(begin);
    // What is added while the set is walked is walked too.
    for (const place of reached) {
      spend(budget, 'work');
      const { kind, to } = nodes[place]!;
      const passes = kind === 'pass' || (kind === 'start' && atStart) || (kind === 'end' && atEnd);
      if (passes) for (const other of to) reached.add(other);
    }
    return reached;
  };

  const next: number[] = [];
  const accepts: boolean[] = [];
  const subsets: (readonly number[])[] = [];
  const states = new Map<string, number>();
  const matched = nodes.length - 1;
  /** Nodes that were passed and cannot be again tell states apart that are one. */
  const isKept = (place: number) =>
    nodes[place]!.kind === 'characters' || nodes[place]!.kind === 'end';
  const stateOf = (begin: Iterable<number>, atStart: boolean): number => {
    const all = closure(begin, atStart, false);
    // Where the expression is found already, anything may follow.
    const subset = all.has(matched) ? [matched] : [...all].filter((place) => isKept(place));
    const key = subset.toSorted((a, b) => a - b).join();
    const name = atStart ? `^${key}` : key;
    const known = states.get(name);
    if (known !== undefined) return known;
    spend(budget, 'states');
    const state = subsets.push(subset) - 1;
    states.set(name, state);
    accepts.push(closure(subset, atStart, true).has(matched));
    return state;
  };

  stateOf([0], true);
  for (let state = 0; state < subsets.length; state++) {
    spend(budget, 'work', classes);
    const targets: number[][] = Array.from({ length: classes }, () => []);
    for (const place of subsets[state]!)
      for (const each of classesOf[place]!) {
        spend(budget, 'work');
        targets[each]!.push(...nodes[place]!.to);
      }
    for (const reached of targets) next.push(reached.length === 0 ? -1 : stateOf(reached, false));
  }
  return live({ from, classOf, classes, next, accepts });
}

/** Node 0 begins, and the last is reached when the expression was found somewhere. */
function construct(expression: Expression, budget: Budget): readonly Node[] {
  const nodes: Node[] = [];
  const add = (kind: Node['kind'], to: number[] = [], set: CodePoints = []): number => {
    spend(budget, 'states');
    return nodes.push({ kind, set, to }) - 1;
  };
  /** Adds the nodes of an expression behind a node, and returns the node they end at. */
  const extend = (before: number, part: Expression): number => {
    spend(budget, 'work');
    switch (part.kind) {
      case 'characters':
      case 'start':
      case 'end': {
        const after = add('pass');
        const set = part.kind === 'characters' ? part.set : [];
        nodes[before]!.to.push(add(part.kind, [after], set));
        return after;
      }
      case 'sequence':
        return part.parts.reduce(extend, before);
      case 'choice': {
        const after = add('pass');
        for (const option of part.options) nodes[extend(behind(before), option)]!.to.push(after);
        return after;
      }
      case 'repeat': {
        let last = before;
        for (let i = 0; i < part.least; i++) last = extend(last, part.of);
        if (Number.isFinite(part.most)) {
          const after = add('pass');
          nodes[last]!.to.push(after);
          for (let i = part.least; i < part.most; i++) {
            last = extend(last, part.of);
            nodes[last]!.to.push(after);
          }
          return after;
        }
        const again = behind(last);
        nodes[extend(again, part.of)]!.to.push(again);
        return behind(again);
      }
    }
  };
  const behind = (before: number): number => {
    const after = add('pass');
    nodes[before]!.to.push(after);
    return after;
  };
  const begin = add('pass');
  nodes[begin]!.to.push(add('characters', [begin], everyCharacter));
  const end = extend(behind(begin), expression);
  const match = add('characters', [], everyCharacter);
  nodes[match]!.to.push(match);
  nodes[end]!.to.push(match);
  return nodes;
}

/** Characters that all nodes treat alike become one class; `classesOf` a node are those it takes. */
function partition(nodes: readonly Node[], budget: Budget) {
  const sets = [...new Set(nodes.map(({ set }) => set))];
  const cuts = new Set([0, 0xd800, 0xe000]);
  for (const set of sets)
    for (const [low, high] of set) {
      cuts.add(low);
      if (high < lastCodePoint) cuts.add(high + 1);
    }
  const from = [...cuts].toSorted((a, b) => a - b);
  const placeOf = new Map(from.map((cut, place) => [cut, place]));
  const members: number[][] = from.map(() => []);
  for (const [index, set] of sets.entries())
    for (const [low, high] of set)
      for (let i = placeOf.get(low)!; i < from.length && from[i]! <= high; i++) {
        spend(budget, 'work');
        members[i]!.push(index);
      }
  const names = new Map<string, number>();
  const classOf = members.map((sharing, i) => {
    if (from[i] === 0xd800) return -1;
    const name = sharing.join();
    const known = names.get(name) ?? names.size;
    names.set(name, known);
    return known;
  });
  const bySet: Set<number>[] = sets.map(() => new Set());
  for (const [i, sharing] of members.entries())
    for (const set of sharing) if (classOf[i]! >= 0) bySet[set]!.add(classOf[i]!);
  const classesBySet = new Map(sets.map((set, index) => [set, [...bySet[index]!]]));
  const classesOf = nodes.map(({ set }) => classesBySet.get(set)!);
  return { from, classOf, classes: names.size, classesOf };
}

/** The automaton of the texts that both accept. Throws TooLargeError. */
export function intersection(one: Automaton, two: Automaton, budget: Budget): Automaton {
  if (one === anyText) return two;
  const from = [...new Set([...one.from, ...two.from])].toSorted((a, b) => a - b);
  const pairs = new Map<string, number>();
  const classPairs: (readonly [number, number])[] = [];
  const classOf = from.map((low) => {
    const both = [classAt(one, low), classAt(two, low)] as const;
    if (both[0] < 0 || both[1] < 0) return -1;
    const name = both.join();
    const known = pairs.get(name) ?? classPairs.push(both) - 1;
    pairs.set(name, known);
    return known;
  });
  const states = new Map<number, number>();
  const reached: (readonly [number, number])[] = [];
  const width = two.accepts.length;
  const stateOf = (first: number, second: number): number => {
    const name = first * width + second;
    const known = states.get(name);
    if (known !== undefined) return known;
    spend(budget, 'states');
    states.set(name, reached.length);
    return reached.push([first, second]) - 1;
  };
  const next: number[] = [];
  stateOf(0, 0);
  for (const [first, second] of reached)
    for (const [a, b] of classPairs) {
      spend(budget, 'work');
      const toFirst = one.next[first * one.classes + a]!;
      const toSecond = two.next[second * two.classes + b]!;
      next.push(toFirst < 0 || toSecond < 0 ? -1 : stateOf(toFirst, toSecond));
    }
  const accepts = reached.map(([first, second]) => one.accepts[first]! && two.accepts[second]!);
  return live({ from, classOf, classes: classPairs.length, next, accepts });
}

/** The automaton of the texts that another does not accept. */
export function complementOf(automaton: Automaton): Automaton {
  const { next, accepts, classes } = automaton;
  const sink = accepts.length;
  return live({
    ...automaton,
    next: [...next, ...Array.from({ length: classes }, () => sink)].map((to) =>
      to < 0 ? sink : to,
    ),
    accepts: [...accepts, false].map((does) => !does),
  });
}

function classAt({ from, classOf }: Automaton, character: number): number {
  return classOf[from.findLastIndex((low) => low <= character)]!;
}

/** The same without steps into states from which no text is accepted. */
function live(automaton: Automaton): Automaton {
  const distances = toAcceptance(automaton);
  return { ...automaton, next: automaton.next.map((to) => (distances[to]! < Infinity ? to : -1)) };
}

/** By state, the fewest characters to one that accepts; infinite where none is reached. */
export function toAcceptance({ accepts, next, classes }: Automaton): readonly number[] {
  const before: number[][] = accepts.map(() => []);
  for (const [place, to] of next.entries())
    if (to >= 0) before[to]!.push(Math.floor(place / classes));
  const distances = accepts.map((does) => (does ? 0 : Number.POSITIVE_INFINITY));
  const reached = new Set(accepts.keys().filter((state) => accepts[state]));
  for (const state of reached)
    for (const earlier of before[state]!) {
      // The set is walked in the order of the distances.
      distances[earlier] = Math.min(distances[earlier]!, distances[state]! + 1);
      reached.add(earlier);
    }
  return distances;
}
