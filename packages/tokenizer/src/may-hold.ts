/** Beginnings that are looked for one by one: of more the first characters alone. */
const mostBeginnings = 8;

/**
 * A fast check whether a text may hold one of some strings: where it says no, none is there. It looks for the
 * beginnings of the strings, of which special tokens have few.
 */
export function mayHoldOf(strings: readonly string[]): (text: string) => boolean {
  const two = new Set(strings.map((string) => string.slice(0, 2)));
  const beginnings =
    two.size <= mostBeginnings
      ? [...two]
      : [...new Set(strings.map((string) => string.slice(0, 1)))];
  return (text) => {
    for (const beginning of beginnings) if (text.includes(beginning)) return true;
    return false;
  };
}
