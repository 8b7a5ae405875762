/** What may be shown of the text so far, and whether a stop text was found. */
type Filtered = { readonly text: string; readonly isStopped: boolean };

/**
 * Holds text back for as long as it may be the beginning of a stop text, also when that comes in
 * several pieces. The stop text itself and what follows it never comes out.
 */
export type StopFilter = {
  push(text: string): Filtered;
  /** What is still held back at the end: it was no stop text after all. */
  end(): string;
};

export function createStopFilter(stops: readonly string[]): StopFilter {
  let held = '';
  let isStopped = false;
  return {
    push(text) {
      if (isStopped) return { text: '', isStopped };
      held += text;
      const at = firstStop(held, stops);
      if (at !== -1) {
        isStopped = true;
        const shown = held.slice(0, at);
        held = '';
        return { text: shown, isStopped };
      }
      const keep = longestBeginning(held, stops);
      const shown = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { text: shown, isStopped };
    },
    end() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

/**
 * Where the stop text begins that is complete first, or -1; of two that end together the longer. So
 * the answer does not depend on how the text was cut into pieces.
 */
function firstStop(text: string, stops: readonly string[]): number {
  let first = -1;
  let end = Number.POSITIVE_INFINITY;
  for (const stop of stops) {
    const at = text.indexOf(stop);
    if (at === -1) continue;
    const stopEnd = at + stop.length;
    if (stopEnd < end || (stopEnd === end && at < first)) [first, end] = [at, stopEnd];
  }
  return first;
}

/** Length of the longest end of the text that is the beginning of a stop text. */
function longestBeginning(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops)
    for (let size = Math.min(stop.length - 1, text.length); size > longest; size--)
      if (text.endsWith(stop.slice(0, size))) {
        longest = size;
        break;
      }
  return longest;
}
