import type { Tensor } from '../graph/tensor.ts';

/** The sums that forward passes report, added up over micro-batches. */
export type Tally = {
  readonly loss: number;
  readonly correct: number;
  /** Means of the figures that the objective names; one that counted nothing, or is not finite, is left out. */
  readonly figures: Readonly<Record<string, number>>;
  /** The loss of each target, a list for each pass; of graphs that tell it. */
  readonly losses: readonly Float32Array[];
};

export type TallyBuilder = {
  /** Adds the outputs of one run of a graph that holds those of `lossGraph`. */
  add(outputs: Readonly<Record<string, Tensor>>): void;
  done(): Tally;
};

const figurePattern = /^figure\.(.+)\.total$/;

/** Starts from zero. */
export function createTally(): TallyBuilder {
  let loss = 0;
  let correct = 0;
  const sums = new Map<string, { total: number; count: number }>();
  const losses: Float32Array[] = [];
  const number = (outputs: Readonly<Record<string, Tensor>>, name: string): number =>
    Number(outputs[name]?.data[0]);
  return {
    add(outputs) {
      loss += number(outputs, 'loss');
      correct += number(outputs, 'correct');
      // A copy: what a run gives may be written over by the next.
      if (outputs.target_losses !== undefined)
        losses.push(Float32Array.from(outputs.target_losses.data as Float32Array));
      for (const key of Object.keys(outputs)) {
        const name = figurePattern.exec(key)?.[1];
        if (name === undefined) continue;
        const { total, count } = sums.get(name) ?? { total: 0, count: 0 };
        sums.set(name, {
          total: total + number(outputs, key),
          count: count + number(outputs, `figure.${name}.count`),
        });
      }
    },
    done: () => ({
      ...{ loss, correct, losses },
      figures: Object.fromEntries(
        [...sums]
          .map(([name, { total, count }]) => [name, total / count] as const)
          .filter(([, mean]) => Number.isFinite(mean)),
      ),
    }),
  };
}
