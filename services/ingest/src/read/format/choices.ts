import type { ChoiceAnswers, Columns } from '@lathe/contracts/artifact/detection';
import { choiceLetter, mostChoices } from '@lathe/contracts/words/choices';
import { isBlank, isObject, nameOf } from '../../check/validate-message.ts';
import { columnOf, columnsOf, type Row } from './format.ts';
import { isNothing, isNumber, isText, unpacked } from './said.ts';

/** What there is to choose from in a row: texts, and the label of each, which is its letter where the row gives none. */
export type Choices = {
  readonly texts: readonly string[];
  readonly labels: readonly string[];
  readonly areLabelled: boolean;
};

/** What is wrong with a cell: by which rule, and in words without a full stop. */
export type Wrong = { readonly path: string; readonly rule: string; readonly message: string };

/** The question of a row: a text, or the stem of an object that has its choices too, as AI2 publishes them. */
export function questionOf(row: Row, columns: Columns): unknown {
  const value = row[columnOf(columns, 'question') ?? ''];
  const asked = unpacked(value);
  return isStem(asked) ? asked.stem : value;
}

/** Whether a question holds its own choices. */
export function isStem(value: unknown): value is { stem: unknown; choices: unknown } {
  return isObject(value) && 'stem' in value && 'choices' in value;
}

/**
 * The choices of a row: a list of texts, texts with their labels in any of the usual ways, or columns of a choice each, of
 * which the last ones may be empty.
 */
export function readChoices(row: Row, columns: Columns): Choices | Wrong {
  const names = columnsOf(columns, 'choices');
  const [name = 'choices'] = names;
  const cell = unpacked(row[name]);
  const found =
    names.length > 1 ? ofColumns(row, names) : listed(isStem(cell) ? cell.choices : cell);
  const wrong = (path: string, rule: string, message: string): Wrong => ({ path, rule, message });
  if (found === undefined)
    return wrong(name, 'choices', `${name} must be a list of choices, not ${nameOf(cell)}`);
  const { texts, labels = texts.map((_, at) => choiceLetter(at)) } = found;
  if (texts.length < 2)
    return wrong(name, 'choices', `${name} must have two choices or more, not ${texts.length}`);
  if (texts.length > mostChoices)
    return wrong(
      name,
      'choices',
      `${name} has ${texts.length} choices, and letters tell ${mostChoices} apart`,
    );
  if (labels.length !== texts.length)
    return wrong(name, 'choices', `${name} has ${texts.length} texts with ${labels.length} labels`);
  const twice = labels.find((label, at) => labels.indexOf(label) !== at);
  if (twice !== undefined)
    return wrong(name, 'choices', `${name} has the label ${JSON.stringify(twice)} twice`);
  for (const [at, text] of texts.entries()) {
    const path = names[at] !== undefined && names.length > 1 ? names[at] : `${name}[${at}]`;
    if (isNothing(text) || isBlank(text)) return wrong(path, 'empty', `${path} must not be empty`);
    if (!isText(text) && typeof text !== 'number')
      return wrong(path, 'type', `${path} must be a text, not ${nameOf(text)}`);
  }
  return {
    texts: texts.map(String),
    labels: labels.map(String),
    areLabelled: found.labels !== undefined && found.areNamed !== false,
  };
}

type Found = {
  readonly texts: readonly unknown[];
  readonly labels?: readonly unknown[];
  /** Whether the labels are surely meant: numbers of columns may not be those of answers. */
  readonly areNamed?: boolean;
};

function listed(value: unknown): Found | undefined {
  if (Array.isArray(value)) {
    const areObjects = value.length > 0 && value.every((each) => isObject(each) && 'text' in each);
    if (!areObjects) return { texts: value };
    const all = value as readonly Row[];
    const labels = all.flatMap(({ label }) => label ?? []);
    return { texts: all.map(({ text }) => text), ...(labels.length > 0 && { labels }) };
  }
  if (!isObject(value)) return undefined;
  const { text, label, labels = label } = value;
  if (Array.isArray(text))
    return { texts: text, ...(Array.isArray(labels) && { labels: labels as unknown[] }) };
  const keys = Object.keys(value);
  const areLabels = keys.every((key) => /^(?:[a-z]|\d{1,2})$/i.test(key));
  return areLabels ? { texts: Object.values(value), labels: keys } : undefined;
}

function ofColumns(row: Row, names: readonly string[]): Found {
  const cells = names.map((name) => row[name]);
  const last = cells.findLastIndex((cell) => !isNothing(cell));
  const labels = names.slice(0, last + 1).map(labelOfColumn);
  return { texts: cells.slice(0, last + 1), labels, areNamed: !labels.some(isNumber) };
}

/** The letter or number that the name of a column of choices ends with. */
export function labelOfColumn(name: string): string {
  return (/([a-z]|\d+)$/i.exec(name)?.[1] ?? name).toUpperCase();
}

/** The place from 0 of the choice that an answer means; undefined where it means none, or one of several. */
export function placeOfAnswer(
  answer: unknown,
  { texts, labels }: Choices,
  answers: ChoiceAnswers,
): number | undefined {
  if (!isText(answer) && typeof answer !== 'number') return undefined;
  const said = String(answer).trim();
  const only = (places: readonly number[]): number | undefined =>
    places.length === 1 ? places[0] : undefined;
  const placesOf = (all: readonly string[], wanted: string): readonly number[] =>
    all.flatMap((each, at) => (each.trim() === wanted ? [at] : []));
  switch (answers) {
    case 'label': {
      const [exact] = placesOf(labels, said);
      const bare = said.replace(/^\(|[).:]$/g, '').toUpperCase();
      const inUpper = labels.map((label) => label.toUpperCase());
      return exact ?? only(placesOf(inUpper, bare));
    }
    case 'text':
      return only(placesOf(texts, said));
    default: {
      const number = isNumber(answer) ? Number(answer) : Number.NaN;
      const place = answers === 'from_0' ? number : number - 1;
      return Number.isInteger(place) && place >= 0 && place < texts.length ? place : undefined;
    }
  }
}

/** What is wrong with an answer that means none of the choices. */
export function wrongAnswer(
  answer: unknown,
  { texts, labels }: Choices,
  { column, answers }: { readonly column: string; readonly answers: ChoiceAnswers },
): Wrong {
  const wrong = (rule: string, rest: string): Wrong => ({
    ...{ path: column, rule },
    message: `${column} ${rest}`,
  });
  if (answer === null || answer === undefined || isNothing(answer) || isBlank(answer))
    return wrong('empty', 'must not be empty');
  if (!isText(answer) && typeof answer !== 'number')
    return wrong('type', `must be a text or a number, not ${nameOf(answer)}`);
  const said = `is ${JSON.stringify(isText(answer) ? answer.slice(0, 80) : answer)}`;
  const named = labels.map((label) => JSON.stringify(label)).join(', ');
  switch (answers) {
    case 'label':
      return wrong('answer', `${said}, and the choices are ${named}`);
    case 'text': {
      const places = texts.filter((text) => text.trim() === String(answer).trim());
      return wrong('answer', `${said}, which is ${places.length || 'none'} of the choices`);
    }
    default: {
      const first = answers === 'from_0' ? 0 : 1;
      return wrong(
        'answer',
        `${said}, and the choices have the numbers ${first} to ${texts.length - 1 + first}`,
      );
    }
  }
}
