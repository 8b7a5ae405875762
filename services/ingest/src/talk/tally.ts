/** What was not used: why, how often, and where it stood the first times. */
type Unused = {
  readonly reason: string;
  readonly count: number;
  readonly places: string[];
};

/** Counts what is not used, by reason. */
export type Tally = {
  /** `place` is what a reader looks for in the file. */
  readonly add: (reason: string, place: string, count?: number) => void;
  /** The most frequent reason first. */
  readonly list: () => Unused[];
};

/** More reasons than this are counted as one: hostile input could make a reason of its own for every message. */
const mostReasons = 200;
const mostPlaceLetters = 200;

/** An empty tally that remembers so many places a reason. */
export function createTally(places = 5): Tally {
  const reasons = new Map<string, { count: number; places: string[] }>();
  return {
    add(reason, place, count = 1) {
      const known = reasons.has(reason) || reasons.size < mostReasons;
      const name = known ? reason : 'other reasons';
      const entry = reasons.get(name) ?? { count: 0, places: [] };
      reasons.set(name, entry);
      entry.count += count;
      if (entry.places.length < places) entry.places.push(place.slice(0, mostPlaceLetters));
    },
    list: () =>
      [...reasons]
        .map(([reason, entry]) => ({ reason, ...entry }))
        .toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1)),
  };
}
