import type { WindowShape } from '../../nn/window.ts';
import type { Placed, Scorecard, Scored, VectorData } from '../objective.ts';

/** How a scorecard that looks at every answer at the end works. */
export type Reading<Example, Answer> = Omit<Scored<Example>, 'open'> & {
  /** The answers to the examples of a micro-batch, in their order. */
  read(
    placed: readonly Placed<Example>[],
    vectors: VectorData,
    shape: WindowShape,
  ): readonly Answer[];
  /** Metrics of all answers, in the order of the examples; one that is not finite is left out. */
  figures(
    examples: readonly Example[],
    answers: readonly Answer[],
  ): Readonly<Record<string, number>>;
};

/** A scorecard that collects the answers, which come in any order, and scores them together. */
export function collected<Example, Answer>({
  read,
  figures,
  ...rest
}: Reading<Example, Answer>): Scored<Example> {
  return {
    ...rest,
    open(examples): Scorecard<Example> {
      const known = new Map<Example, Answer>();
      return {
        add(placed, vectors, shape) {
          const answers = read(placed, vectors, shape);
          for (const [at, { example }] of placed.entries())
            known.set(example, answers[at] as Answer);
        },
        figures() {
          const answered = examples.filter((example) => known.has(example));
          const found = figures(
            answered,
            answered.map((example) => known.get(example) as Answer),
          );
          return Object.fromEntries(
            Object.entries(found).filter(([, value]) => Number.isFinite(value)),
          );
        },
      };
    },
  };
}

/** A vector that the forward pass must have given. Throws Error where it did not. */
export function vectorOf(vectors: VectorData, name: string): Float32Array {
  const found = vectors[name];
  if (found === undefined) throw new Error(`the forward pass gives no ${name}`);
  return found;
}

/** The place of the largest number, the first of equal ones. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++)
    if ((values[at] as number) > (values[best] as number)) best = at;
  return best;
}
