import type { ChoiceAnswers, Columns } from '@lathe/contracts/artifact/detection';
import { type Choices, isStem, labelOfColumn, placeOfAnswer, readChoices } from './choices.ts';
import { spelled } from './columns.ts';
import { columnOf, type Known, type Match, type Row, type Sampled } from './format.ts';
import { isNumber, isText, unpacked } from './said.ts';

/** Names of a question with choices, of what it is about, of its choices, and of the right one: the likeliest first. */
export const usualChoices = {
  question: [
    ...['question', 'ctx', 'stem', 'question_stem', 'query', 'goal', 'sentence', 'startphrase'],
    ...['prompt', 'input', 'problem'],
  ],
  context: [
    ...['context', 'passage', 'article', 'premise', 'support', 'background', 'paragraph', 'story'],
  ],
  choices: ['choices', 'options', 'endings', 'candidates', 'alternatives'],
  answer: [
    ...['answer', 'answerkey', 'answer_key', 'label', 'correct', 'correct_answer', 'gold'],
    ...['answer_idx', 'answer_index', 'correct_option', 'correct_choice', 'target', 'cop'],
  ],
} as const;

/** Columns of a choice each: `option_b`, `ending0`, `sol1`; or `A`, which in lower case is as often something else. */
const oneChoice = /^(option|choice|ending|answer|solution|sol|op)[ _]?(?:[a-j]|\d{1,2})$/i;
const oneLetter = /^[A-J]$/;

/** Questions with their choices, and whatever the answers may be: several where they could be two things of which one is wrong. */
export function findChoices(sampled: Sampled, asked: Columns, known: Known): readonly Match[] {
  const { names } = sampled;
  const taken = new Set(Object.values(asked).flat());
  const free = names.filter((name) => !taken.has(name));
  const there = (wanted: readonly string[], is: (value: unknown) => boolean) =>
    wanted
      .flatMap((name) => spelled(free, name) ?? [])
      .filter((name) => mostly(sampled.values(name), is));
  const question =
    asked.question ?? there(usualChoices.question, (value) => isText(value) || isAi2(value))[0];
  if (question === undefined) return [];
  const isNested = mostly(sampled.values([question].flat()[0] ?? ''), isAi2);
  const choices =
    asked.choices ??
    (isNested ? question : (there(usualChoices.choices, areListed)[0] ?? columnsOfOne(free)));
  if (choices === undefined) return [];
  const [context] = there(usualChoices.context, isText);
  const before = { question, choices, ...(context !== undefined && { context }), ...asked };
  const others = (name: string) => !Object.values(before).flat().includes(name);
  const answers =
    asked.answer === undefined
      ? there(usualChoices.answer, (value) => isText(value) || isNumber(value)).filter(others)
      : [asked.answer];
  for (const answer of answers) {
    const columns: Columns = { ...before, answer };
    const matches = answersOf(sampled.rows, columns, known).map((match) => ({ columns, ...match }));
    if (matches.length > 0) return matches;
  }
  const [answer] = answers;
  if (answer === undefined || asked.answer === undefined) return [];
  return [{ columns: { ...before, answer }, certainty: 0.5, answers: known.answers ?? 'label' }];
}

function mostly(values: readonly unknown[], is: (value: unknown) => boolean): boolean {
  return values.length > 0 && 2 * values.filter(is).length > values.length;
}

function isAi2(value: unknown): boolean {
  return isStem(unpacked(value));
}

function areListed(value: unknown): boolean {
  return typeof unpacked(value) === 'object';
}

/** Columns of a choice each, two or more, in the order of their letters or numbers. */
function columnsOfOne(names: readonly string[]): string[] | undefined {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const group = oneLetter.test(name) ? '' : oneChoice.exec(name)?.[1]?.toLowerCase();
    if (group === undefined) continue;
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  const order = (name: string): number => {
    const label = labelOfColumn(name);
    return isNumber(label) ? Number(label) : label.charCodeAt(0) - 65;
  };
  return [...groups.values()]
    .map((group) => group.toSorted((a, b) => order(a) - order(b)))
    .find((group) => {
      const first = order(group[0] ?? '');
      const follow = group.every((name, at) => order(name) === first + at);
      return group.length > 1 && first <= 1 && follow;
    });
}

type Answers = { readonly answers: ChoiceAnswers; readonly certainty: number };

/** What the answers are, with how many of those that mean a choice in some way mean one in this: two that differ leave it open. */
function answersOf(rows: readonly Row[], columns: Columns, known: Known): readonly Answers[] {
  const name = columnOf(columns, 'answer') ?? '';
  const asked = rows.flatMap((row): [unknown, Choices][] => {
    const choices = readChoices(row, columns);
    return 'message' in choices || row[name] == null ? [] : [[row[name], choices]];
  });
  const numbers = known.before?.startsWith('from_') ? known.before : numbersFrom(asked);
  const ways =
    known.answers === undefined ? (['label', numbers, 'text'] as const) : [known.answers];
  const read = ways.map((answers) => ({
    answers,
    places: asked.map(([answer, choices]) => placeOfAnswer(answer, choices, answers)),
  }));
  const meant = asked.filter((_, at) => read.some(({ places }) => places[at] !== undefined));
  const found = read.map((each) => {
    const share = each.places.filter((place) => place !== undefined).length / meant.length;
    return { ...each, share };
  });
  const [label] = found;
  // Labels that the rows give say which choice is which.
  if (label?.share === 1 && asked.every(([, { areLabelled }]) => areLabelled))
    return [{ answers: label.answers, certainty: 1 }];
  const kept = found.filter(({ share }) => share > 0.5);
  return kept
    .filter(
      ({ places, share }, at) =>
        !kept.slice(0, at).some((other) => other.share >= share && agree(other.places, places)),
    )
    .map(({ answers, share }) => ({ answers, certainty: share }));
}

type Places = readonly (number | undefined)[];

function agree(one: Places, other: Places): boolean {
  return one.every((place, at) => place === other[at] || other[at] === undefined);
}

/** From 1 where an answer would lie one beyond the choices from 0, and none is 0; else from 0, as Hugging Face counts. */
function numbersFrom(asked: readonly (readonly [unknown, Choices])[]): 'from_0' | 'from_1' {
  const all = asked.filter(([answer]) => isNumber(answer));
  const isLast = ([answer, { texts }]: readonly [unknown, Choices]) =>
    Number(answer) === texts.length;
  const isBelow = all.every(
    ([answer, { texts }]) => Number(answer) >= 1 && Number(answer) <= texts.length,
  );
  return isBelow && all.some(isLast) ? 'from_1' : 'from_0';
}
