import type { WindowShape } from '../nn/window.ts';
import type { Rollout } from '../objectives/policy/rollout-feeds.ts';

/** Most answers in a window: bounds the room for what is summed by answers. */
export const mostInWindow = 16;

type Window = { readonly members: Rollout[]; tokens: number; targets: number };

/**
 * Lays answers into the windows of a fixed shape, the longest first, each into the first window with room for its tokens and
 * its targets; a window has room for as many targets as its share of the shape. The same answers always lie the same. Throws
 * RangeError for one that is longer than a window.
 */
export function packRollouts(
  rollouts: readonly Rollout[],
  { rows, tokens, targets }: WindowShape,
): Rollout[][][] {
  const room = Math.floor(targets / rows);
  const windows: Window[] = [];
  for (const rollout of rollouts.toSorted((a, b) => lengthOf(b) - lengthOf(a))) {
    const length = lengthOf(rollout);
    const own = rollout.completion.length;
    if (length > tokens || own > room)
      throw new RangeError(
        `an answer of ${own} tokens to a prompt of ${length - own} does not fit a window of ${tokens}`,
      );
    const open = windows.find(
      (window) =>
        window.tokens + length <= tokens &&
        window.targets + own <= room &&
        window.members.length < mostInWindow,
    );
    const window = open ?? { members: [], tokens: 0, targets: 0 };
    if (open === undefined) windows.push(window);
    window.members.push(rollout);
    window.tokens += length;
    window.targets += own;
  }
  const microBatches: Rollout[][][] = [];
  for (let at = 0; at < windows.length; at += rows)
    microBatches.push(windows.slice(at, at + rows).map(({ members }) => members));
  return microBatches;
}

function lengthOf({ prompt, completion }: Rollout): number {
  return prompt.length + completion.length;
}
