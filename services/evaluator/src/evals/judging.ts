import type { ItemResult, Judging } from '@lathe/contracts/http/eval-run';

const noPairs = { answer: 0, other: 0, tie: 0, consistent: 0 };

/** What a criterion's judge chose so far, with one more row. */
export function addJudged(
  before: Judging | undefined,
  { label, orders, human }: NonNullable<ItemResult['judged']>,
): Judging {
  const { pairs, human: compared } = before ?? {};
  return {
    ...(compared === undefined && human === null
      ? {}
      : { human: human === null ? compared : withRow(compared ?? [], label, human) }),
    ...(orders === undefined ? {} : { pairs: withPair(pairs ?? noPairs, { label, orders }) }),
  };
}

type Pairs = NonNullable<Judging['pairs']>;

function withPair(
  pairs: Pairs,
  {
    label,
    orders: [first, last],
  }: { readonly label: string; readonly orders: readonly [string, string] },
): Pairs {
  const outcome = label === 'answer' || label === 'other' ? label : 'tie';
  return {
    ...pairs,
    [outcome]: pairs[outcome] + 1,
    consistent: pairs.consistent + Number(first === last),
  };
}

type Compared = NonNullable<Judging['human']>;

function withRow(compared: Compared, judge: string, person: string): Compared {
  const labels = new Map(compared.map((each) => [each.label, each]));
  for (const label of new Set([judge, person])) {
    const counts = labels.get(label) ?? { label, judge: 0, person: 0, both: 0 };
    labels.set(label, {
      label,
      judge: counts.judge + Number(label === judge),
      person: counts.person + Number(label === person),
      both: counts.both + Number(label === judge && label === person),
    });
  }
  return [...labels.values()].toSorted((a, b) => (a.label < b.label ? -1 : 1));
}
