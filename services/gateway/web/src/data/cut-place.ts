/**
 * Where a cut stands among bars of lengths, in bars from the left edge; a bar holds the lengths above the bound before
 * its own, and up to it. Null beyond the last bar.
 * @example cutPlace([64, 128], 128); // 2
 */
export function cutPlace(bounds: readonly number[], cut: number): number | null {
  const at = bounds.findIndex((upTo) => upTo >= cut);
  const bound = bounds[at];
  if (bound === undefined) return null;
  const low = bounds[at - 1] ?? 0;
  return at + (cut - low) / (bound - low);
}
