import { classificationScores } from '@lathe/scoring/classification';
import { multiLabelScores } from '@lathe/scoring/multi-label';
import { pearson, spearman } from '@lathe/scoring/regression';
import type { Scored } from '../objective.ts';
import { argmax, collected, vectorOf } from './collected.ts';

type Labelled = { readonly label: number | Float32Array };
type Settings = {
  readonly problem: 'single-label' | 'multi-label' | 'regression';
  readonly labels: number;
};

/** Classification of texts by its problem, from `vectors.scores` `[targets, labels]`, whose rows are the examples in turn. */
export function scoredLabels({ problem, labels }: Settings): Scored<Labelled> {
  const scoresOf = (vectors: Parameters<typeof vectorOf>[0], count: number) => {
    const scores = vectorOf(vectors, 'scores');
    return Array.from({ length: count }, (_, at) => scores.slice(at * labels, (at + 1) * labels));
  };
  const reading = {
    read: (placed: readonly unknown[], vectors: Parameters<typeof vectorOf>[0]) =>
      scoresOf(vectors, placed.length),
  };
  if (problem === 'single-label')
    return collected<Labelled, Float32Array>({
      ...reading,
      metrics: ['macro_f1', 'weighted_f1', 'mcc'],
      figures(examples, answers) {
        const gold = examples.map(({ label }) => String(label));
        const given = answers.map((scores) => String(argmax(scores)));
        const { macroF1, weightedF1, mcc } = classificationScores(gold, given);
        return { macro_f1: macroF1, weighted_f1: weightedF1, mcc };
      },
    });
  if (problem === 'multi-label')
    return collected<Labelled, Float32Array>({
      ...reading,
      metrics: ['micro_f1', 'macro_f1'],
      figures(examples, answers) {
        // A score above 0 is a probability above one half.
        const those = (values: ArrayLike<number>) =>
          Array.from(values).flatMap((value, at) => (value > 0 ? [String(at)] : []));
        const { microF1, macroF1 } = multiLabelScores(
          examples.map(({ label }) => those(label as Float32Array)),
          answers.map(those),
          Array.from({ length: labels }, (_, at) => String(at)),
        );
        return { micro_f1: microF1, macro_f1: macroF1 };
      },
    });
  return collected<Labelled, Float32Array>({
    ...reading,
    metrics: ['spearman', 'pearson'],
    nothingIsRight: true,
    figures(examples, answers) {
      const gold = examples.flatMap(({ label }) => [...(label as Float32Array)]);
      const given = answers.flatMap((scores) => [...scores]);
      return { spearman: spearman(gold, given), pearson: pearson(gold, given) };
    },
  });
}
