import { packShared, sortByTokens } from '../batch/shared-prompts.ts';
import { inGroups } from '../batch/window-rows.ts';
import type { WindowShape } from '../nn/window.ts';
import { joined, type Rollout } from '../objectives/policy/rollout-feeds.ts';

/** Most answers in a window: bounds the room for what is summed by answers. */
export const mostInWindow = 16;

type Window = { readonly members: Rollout[]; tokens: number; targets: number };

/**
 * Lays answers into the windows of a fixed shape, the longest first, each into the first window with room for its tokens and
 * its targets; a window has room for as many targets as its share of the shape. Where prompts are shared, answers that begin
 * alike with their prompts come together instead, and take room for what is their own. The same answers always lie the same. Throws
 * RangeError for one that is longer than a window.
 */
export function packRollouts(
  rollouts: readonly Rollout[],
  { rows, tokens, targets }: WindowShape,
  sharesPrompts = false,
): Rollout[][][] {
  const room = Math.floor(targets / rows);
  if (sharesPrompts) return inGroups(packedAlike(rollouts, { tokens, targets: room }), rows);
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
  return inGroups(
    windows.map(({ members }) => members),
    rows,
  );
}

function packedAlike(
  rollouts: readonly Rollout[],
  room: { readonly tokens: number; readonly targets: number },
): Rollout[][] {
  const { order, shared } = sortByTokens(
    rollouts.map((rollout) => joined(rollout, { maskTruncated: false }).tokens),
  );
  const sorted = Array.from(order, (index) => rollouts[index] as Rollout);
  const units = sorted.map((rollout, at) => ({
    size: lengthOf(rollout),
    shared: shared[at] as number,
    targets: rollout.completion.length,
  }));
  const windows = packShared(units, { ...room, members: mostInWindow });
  return windows.map((window) => window.map((index) => sorted[index] as Rollout));
}

/**
 * The tokens of a step's longest answers as they are planned: each group begins with a prompt of its own, and each of its
 * answers goes on in its own way.
 */
export function plannedGroups(
  { prompt, completion }: Pick<Rollout, 'prompt' | 'completion'>,
  groupSize: number,
): (rollout: number) => readonly Int32Array[] {
  return (rollout) => {
    const tokens = new Int32Array(prompt.length + completion.length);
    tokens[0] = Math.floor(rollout / groupSize);
    tokens[prompt.length] = rollout % groupSize;
    return [tokens];
  };
}

function lengthOf({ prompt, completion }: Rollout): number {
  return prompt.length + completion.length;
}
