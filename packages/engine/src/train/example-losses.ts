import type { Objective } from '../objectives/objective.ts';

/** The loss of an example that was not shown yet: no loss is below 0. */
const notShown = -1;

/**
 * An example that was shown twice or more, with its loss where it was shown first and last, in nats a target. Of one that hides
 * other tokens each time the last is the lowest after the first: one look may have met its hardest words.
 */
export type SeenExample = {
  /** Its place among the examples. */
  readonly example: number;
  readonly first: number;
  readonly last: number;
};

/** What of an objective says which losses are an example's. */
type Told<Example> = Pick<Objective<Example>, 'targets' | 'weight' | 'lossesOf' | 'inEpoch'>;

/** Losses by the place of the example. */
export type FirstAndLast = { readonly first: Float32Array; readonly last: Float32Array };

/**
 * What steps told of the loss of each example: where they showed it first, and where they showed it last.
 * @example
 * const examples = [textExample([1, 2, 3])];
 * const losses = new ExampleLosses({ examples, objective: causalLm });
 * for (const told of [[3, 1], [1, 1]]) losses.add([0], Float32Array.from(told));
 * losses.seen(); // [{ example: 0, first: 2, last: 1 }]
 */
export class ExampleLosses<Example> {
  readonly #examples: readonly Example[];
  readonly #objective: Told<Example>;
  readonly #losses: FirstAndLast;

  constructor({
    examples,
    objective,
  }: {
    readonly examples: readonly Example[];
    readonly objective: Told<Example>;
  }) {
    const none = () => new Float32Array(examples.length).fill(notShown);
    this.#examples = examples;
    this.#objective = objective;
    this.#losses = { first: none(), last: none() };
  }

  /** Takes in the losses of a pass over the examples of these places, of each target or each example; undefined: it told none. */
  add(places: readonly number[], losses: Float32Array | undefined): void {
    if (losses === undefined) return;
    const { targets, weight, lossesOf, inEpoch } = this.#objective;
    const { first, last } = this.#losses;
    let at = 0;
    for (const place of places) {
      const example = this.#examples[place] as Example;
      let sum = 0;
      for (let left = lossesOf === 'examples' ? 1 : targets(example); left > 0; left--)
        sum += losses[at++] as number;
      const loss = sum / weight(example);
      const before = last[place] as number;
      if (first[place] === notShown) first[place] = loss;
      else last[place] = inEpoch && before !== notShown ? Math.min(before, loss) : loss;
    }
  }

  /** What a run that goes on needs; undefined where nothing was told. */
  stored(): FirstAndLast | undefined {
    return this.#losses.first.every((loss) => loss === notShown) ? undefined : this.#losses;
  }

  /** Goes on from what was stored; from nothing where that is not known. */
  restore(stored: FirstAndLast | undefined): void {
    for (const name of ['first', 'last'] as const)
      if (stored === undefined) this.#losses[name].fill(notShown);
      else this.#losses[name].set(stored[name]);
  }

  /** The examples that were shown twice or more. */
  seen(): SeenExample[] {
    const { first, last } = this.#losses;
    return [...last].flatMap((loss, example) =>
      loss === notShown ? [] : [{ example, first: first[example] as number, last: loss }],
    );
  }
}
