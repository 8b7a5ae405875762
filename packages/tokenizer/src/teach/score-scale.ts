/** The least and the highest score of pairs of texts. */
export type ScoreEnds = readonly [least: number, most: number];

/** What scores of pairs say of how close their texts lie. */
export type ScoreScale = {
  readonly ends: ScoreEnds;
  /** Whether scores are cosines and taught as they are. */
  readonly isPlain: boolean;
  /** The cosine that a score stands for. */
  closeness(score: number): number;
};

/**
 * The scale that scores are on, by the least and the highest of them: cosines, where all lie from -1 to 1, or else one
 * whose low end is 0, for texts apart, and whose high end 1, for the same. Its ends are whole numbers: the least score where some
 * are negative, 1 where none is lower and none above 10, else 0; and the highest. `asked`: the ends, where somebody knows them.
 * @example scoreScale([0.2, 4.8]).closeness(4); // 0.8
 */
export function scoreScale([lowest, highest]: ScoreEnds, asked?: ScoreEnds): ScoreScale {
  if (asked === undefined && lowest >= -1 && highest <= 1)
    return { ends: [lowest < 0 ? -1 : 0, 1], isPlain: true, closeness: (score) => score };
  const low = lowest < 0 ? Math.floor(lowest) : lowest >= 1 && highest <= 10 ? 1 : 0;
  const [least, most] = asked ?? [low, Math.max(low + 1, Math.ceil(highest))];
  return {
    ends: [least, most],
    isPlain: false,
    closeness: (score) => (score - least) / (most - least),
  };
}
