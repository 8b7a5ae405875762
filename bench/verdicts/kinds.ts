import { type Metric, pairedBootstrap } from '@lathe/scoring/bootstrap';
import { compareMetrics, compareRates, type Outcome } from '@lathe/scoring/compare';
import { rowsForDifference, rowsForRates } from '@lathe/scoring/power';
import { seededRandom } from '@lathe/scoring/random';
import { rouge } from '@lathe/scoring/rouge';
import { spanCounts, spanF1 } from '@lathe/scoring/spans';

type Random = () => number;

/** One kind of experiment: rows that two contestants answer, the second with so much of a gain. */
export type Kind = {
  readonly name: string;
  /** How the two are told apart, and what a gain of `shift` makes of the metric, on so many rows. */
  compare(rows: number, shift: number, random: Random): Outcome;
  /** The shift that raises the metric by `gain`. */
  readonly shiftFor: (gain: number) => number;
  /** Rows that are advised for that gain. */
  readonly advised: (gain: number) => number;
};

/** Of a pilot that is drawn from, and of one that tells what a shift is worth. */
const [pilotRows, manyRows] = [4000, 20_000];

/** Right or wrong: three of ten rows are such that only one of the two is right. */
const rate: Kind = {
  name: 'rate, exact McNemar test',
  compare(rows, shift, random) {
    const tuned: boolean[] = [];
    const other: boolean[] = [];
    for (let row = 0; row < rows; row++) {
      const isUneven = random() < 0.3;
      const right = random() < (isUneven ? 0.5 + shift / 0.6 : 0.6);
      tuned.push(right);
      other.push(isUneven ? !right : right);
    }
    return compareRates(tuned, other);
  },
  shiftFor: (gain) => gain,
  advised: (gain) => rowsForRates({ gain, discordance: 0.3 }),
};

/** What one contestant makes of a row that is so hard, with so much skill; both from 0 to 1. */
type Answer<Scored> = (hardness: number, skill: number, random: Random) => Scored;

type MeasuredOptions<Scored> = {
  readonly name: string;
  readonly answer: Answer<Scored>;
  /** Of the other contestant, where it goes another way; without a shift as good as `answer`. */
  readonly otherAnswer?: Answer<Scored>;
  readonly metricOf: (answers: readonly Scored[]) => Metric;
  /** Of both without a gain. */
  readonly skill: number;
  /** Rows of one cluster are equally hard, and what chance does for one of the two it does in all of them. */
  readonly clusterRows: number;
};

/** A kind that is compared by the bootstrap; what a skill is worth, and how far the difference varies, is seen in a pilot. */
function measured<Scored>(options: MeasuredOptions<Scored>): Kind {
  const draw = (rows: number, shift: number, random: Random) => {
    const { answer, otherAnswer = answer, metricOf, skill, clusterRows } = options;
    const [tuned, other]: [Scored[], Scored[]] = [[], []];
    let [hardness, luck] = [0, 0];
    for (let row = 0; row < rows; row++) {
      if (row % clusterRows === 0) [hardness, luck] = [random(), random() - 0.5];
      const lean = clusterRows === 1 ? 0 : 0.4 * luck;
      tuned.push(answer(hardness, skill + shift + lean, random));
      other.push(otherAnswer(hardness, skill - lean, random));
    }
    const clusters =
      clusterRows === 1 ? undefined : tuned.map((_, row) => Math.floor(row / clusterRows));
    const metrics = [metricOf(tuned), metricOf(other)] as const;
    return { rows, metrics, both: metricOf([...tuned, ...other]), clusters };
  };
  const gainOf = (shift: number) => {
    const { rows, metrics } = draw(manyRows, shift, seededRandom(77));
    const all = Int32Array.from({ length: rows }, (_, row) => row);
    return metrics[0](all) - metrics[1](all);
  };
  const errorOf = (shift: number) => {
    const { rows, metrics, clusters } = draw(pilotRows, shift, seededRandom(79));
    return pairedBootstrap(rows, metrics, { seed: 78, clusters }).standardError;
  };
  const pilots = new Map<number, { readonly shift: number; readonly rows: number }>();
  const pilot = (gain: number) => {
    const known = pilots.get(gain) ?? findShift({ gainOf, errorOf }, gain);
    pilots.set(gain, known);
    return known;
  };
  return {
    name: options.name,
    compare(rows, shift, random) {
      const { clusters, ...answered } = draw(rows, shift, random);
      return compareMetrics(answered, { seed: Math.floor(random() * 2 ** 32), clusters });
    },
    shiftFor: (gain) => pilot(gain).shift,
    advised: (gain) => pilot(gain).rows,
  };
}

type Pilot = Readonly<Record<'gainOf' | 'errorOf', (shift: number) => number>>;

/** The shift that is worth the gain, by halving, and the rows that the pilot's standard error asks for. */
function findShift({ gainOf, errorOf }: Pilot, gain: number) {
  let [low, high] = [0, 0.5];
  for (let round = 0; round < 12; round++) {
    const middle = (low + high) / 2;
    if (gainOf(middle) < gain) low = middle;
    else high = middle;
  }
  const rows = rowsForDifference({ gain, standardError: errorOf(high), rows: pilotRows });
  return { shift: high, rows };
}

function meanOf(values: readonly number[]): Metric {
  const all = Float64Array.from(values);
  return (draw) => {
    let sum = 0;
    for (let at = 0; at < draw.length; at++) sum += all[draw[at] as number] as number;
    return sum / draw.length;
  };
}

/** F1 of spans, added up over the draw. */
function f1Of(counts: readonly (readonly number[])[]): Metric {
  const all = Int32Array.from(counts.flat());
  return (draw) => {
    let [right, predicted, expected] = [0, 0, 0];
    for (let at = 0; at < draw.length; at++) {
      const row = 3 * (draw[at] as number);
      right += all[row] as number;
      predicted += all[row + 1] as number;
      expected += all[row + 2] as number;
    }
    return spanF1([right, predicted, expected]);
  };
}

const chance = (skill: number, hardness: number) =>
  Math.min(1, Math.max(0, skill + 0.5 * (0.5 - hardness)));

/** A sentence of ten words with names in it: found, or missed, or found where there is none. */
const tags: Answer<number[]> = (hardness, skill, random) => {
  const gold = Array.from({ length: 10 }, () => (random() < 0.2 ? 'B-PER' : 'O'));
  const told = gold.map((tag) => {
    const isRight = random() < chance(skill, hardness);
    if (tag === 'O') return isRight || random() < 0.75 ? 'O' : 'B-PER';
    return isRight ? 'B-PER' : 'O';
  });
  return spanCounts(gold, told, 'lenient');
};

/** One that finds 70 % of the names and takes 3 of 16 other words for one: F1 is 4/7. */
const eagerTags: Answer<number[]> = (hardness, skill, random) =>
  taggedBy({ found: chance(skill + 0.2, hardness), taken: 3 / 16 }, random);

/** One that finds 40 % of the names, and takes nothing else for one: F1 is 4/7 too. */
const carefulTags: Answer<number[]> = (hardness, skill, random) =>
  taggedBy({ found: chance(skill - 0.1, hardness), taken: 0 }, random);

function taggedBy({ found, taken }: { found: number; taken: number }, random: Random): number[] {
  const gold = Array.from({ length: 10 }, () => (random() < 0.2 ? 'B-PER' : 'O'));
  const told = gold.map((tag) => (random() < (tag === 'O' ? taken : found) ? 'B-PER' : 'O'));
  return spanCounts(gold, told, 'lenient');
}

/** Twenty words of an answer: each the right one, or another. */
const words: Answer<number> = (hardness, skill, random) => {
  const reference = Array.from({ length: 20 }, (_, at) => `word${at}`);
  const told = reference.map((word, at) =>
    random() < chance(skill, hardness) ? word : `other${at}`,
  );
  return rouge(reference.join(' '), told.join(' ')).rougeL.f1;
};

/** As good on the whole, but one answer of ten is ruined, and the others are better. */
const sometimesRuined: Answer<number> = (hardness, skill, random) =>
  random() < 0.1 ? 0 : words(hardness, skill / 0.9, random);

const rightOrWrong: Answer<number> = (hardness, skill, random) =>
  random() < chance(skill, hardness) ? 1 : 0;

export const kinds: readonly Kind[] = [
  rate,
  measured({ name: 'span F1', answer: tags, metricOf: f1Of, skill: 0.5, clusterRows: 1 }),
  measured({
    ...{ name: 'span F1, more found against fewer taken', metricOf: f1Of, clusterRows: 1 },
    ...{ answer: eagerTags, otherAnswer: carefulTags, skill: 0.5 },
  }),
  measured({ name: 'ROUGE-L', answer: words, metricOf: meanOf, skill: 0.5, clusterRows: 1 }),
  measured({
    ...{ name: 'rate in clusters of 5 rows', answer: rightOrWrong, metricOf: meanOf },
    ...{ skill: 0.5, clusterRows: 5 },
  }),
];

/** As good on the whole in a way that few rows hardly show: by chance few of them are ruined, and nothing tells that more would be. */
export const unevenKind: Kind = measured({
  ...{ name: 'ROUGE-L, one answer of ten ruined', metricOf: meanOf, clusterRows: 1 },
  ...{ answer: sometimesRuined, otherAnswer: words, skill: 0.5 },
});
