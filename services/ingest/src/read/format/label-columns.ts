import type { Columns } from '@lathe/contracts/artifact/detection';
import { isPlaceholder } from '../../check/placeholder.ts';
import { isObject } from '../../check/validate-message.ts';
import { isTold } from '../told.ts';
import { areProse, spelled } from './columns.ts';
import { columnsOf, type Match, type Sampled } from './format.ts';
import { arePieces } from './pieces.ts';
import { isJudgement, isNumber, isText, unpacked } from './said.ts';

/** Names of a text that has a label, and of the two of a pair, the likeliest first. */
const textNames: readonly (readonly [text: string, pair?: string])[] = [
  ['sentence1', 'sentence2'],
  ['premise', 'hypothesis'],
  ['question1', 'question2'],
  ['question', 'sentence'],
  ['question', 'passage'],
  ['question', 'contexts'],
  ['query', 'passage'],
  ['text', 'text_pair'],
  ['text_a', 'text_b'],
  ['text1', 'text2'],
  ...['text', 'sentence', 'review', 'comment', 'comment_text', 'tweet', 'utterance'].map(
    (name): [string] => [name],
  ),
  ...['content', 'body', 'message', 'query', 'question', 'title', 'description'].map(
    (name): [string] => [name],
  ),
];

/** Names of labels: of each list the first that is there, of the second any may be meant. */
const firstNames = ['final_decision', 'label', 'labels'];
const otherNames = [
  ...['category', 'categories', 'intent', 'class', 'sentiment', 'emotion', 'topic', 'target'],
  ...['tag', 'tags', 'genre', 'genres', 'stars', 'rating', 'toxicity'],
];
const lastNames = ['score', 'y'];
const usualLabels: ReadonlySet<string> = new Set([...firstNames, ...otherNames, ...lastNames]);

/** How sure names and values make which column has the text, and which the label. */
const named = 1;
const textByContent = 0.85;
const labelByContent = 0.75;
const bothByContent = 0.7;

/** What parts labels in one text, if anything does. */
const separators = [';', '|'];

/** Columns of a text with labels: by the usual names, or else by what they hold, where only one can be each. */
export function findLabels(sampled: Sampled, asked: Columns): readonly Match[] {
  return textsOf(sampled, asked).flatMap((texts) => labelled(texts, sampled, asked));
}

function labelled(texts: Texts, sampled: Sampled, asked: Columns): readonly Match[] {
  const { columns, isNamed, isOneOfSeveral, arePieces: isCut = false } = texts;
  const taken = Object.values(columns).flat();
  return labelsOf(sampled, asked, taken).flatMap(({ label, isUsual }): Match[] => {
    const isLabelled = isUsual && !label.some((name) => areProse(sampled.values(name)));
    if (isOneOfSeveral === true && !isLabelled) return [];
    const [first = ''] = label;
    const certainty = isCut
      ? bothByContent
      : isNamed
        ? isUsual
          ? named
          : labelByContent
        : isUsual
          ? textByContent
          : bothByContent;
    // Two texts with a score are as often meant to lie close to each other or apart, and an answer that is judged is one to learn from.
    const isScored = columns.pair !== undefined && first.toLowerCase() === 'score';
    const judged = first.toLowerCase() === 'label' ? 0.9 : 0.6;
    const isAnswer = columns.pair?.toString().toLowerCase() === 'answer';
    const match = {
      columns: { ...columns, label: label.length === 1 ? first : [...label] },
      certainty: isAnswer ? judged * certainty : isScored ? 0.8 : certainty,
      ...kindOfLabels(sampled, label),
    };
    return [match];
  });
}

/** Names of files by which their rows are surely labelled. */
const sides =
  /^(?:pos|neg|positive|negative|neutral|spam|ham|toxic|fake|real|true|false|good|bad|yes|no)$/i;

/** Whether what is told of rows says on which side each of them is. */
export function areSides({ told }: Sampled, name: string): boolean {
  const values = Object.entries(told).find(([each]) => each === name)?.[1] ?? [];
  return values.length > 1 && values.every((value) => sides.test(value));
}

type Texts = {
  readonly columns: Columns;
  readonly isNamed: boolean;
  /** Whether the text stands in pieces, so that their tags may be meant. */
  readonly arePieces?: boolean;
  /** Whether another column could be the text as well. */
  readonly isOneOfSeveral?: boolean;
};

function textsOf(sampled: Sampled, asked: Columns): readonly Texts[] {
  if (asked.text !== undefined) {
    const columns = { text: asked.text, ...(asked.pair !== undefined && { pair: asked.pair }) };
    return [{ columns, isNamed: true }];
  }
  const { names } = sampled;
  for (const usual of isJudged(sampled) ? [judgedTexts, ...textNames] : textNames) {
    const wanted = usual.filter((name) => name !== undefined);
    const found = wanted.flatMap((name) => spelled(names, name) ?? []);
    const [text, pair] = found;
    if (text === undefined || found.length < wanted.length) continue;
    // A column that the job gives another role is none of these.
    if (columnsOf(asked, 'label').some((column) => found.includes(column))) continue;
    if (!mostly(sampled.values(text), isPassage)) continue;
    return [{ columns: { text, ...(pair !== undefined && { pair }) }, isNamed: true }];
  }
  const cut = names.find((name) => mostly(sampled.values(name), arePieces));
  if (cut !== undefined) return [{ columns: { text: cut }, isNamed: true, arePieces: true }];
  const wordy = names.filter((name) => !isTold(name) && areProse(sampled.values(name)));
  const isOneOfSeveral = wordy.length > 1;
  return wordy.map((text) => ({ columns: { text }, isNamed: false, isOneOfSeveral }));
}

/** An answer with what it answers. */
const judgedTexts: readonly [string, string] = ['question', 'answer'];

/** Whether some column says of each row whether it is right: of answers that may be what the label is of. */
function isJudged({ names, values }: Sampled): boolean {
  return names.some((name) => {
    const found = values(name);
    return found.length > 0 && found.every(isJudgement);
  });
}

type LabelColumns = { readonly label: readonly string[]; readonly isUsual: boolean };

function labelsOf(sampled: Sampled, asked: Columns, taken: readonly string[]): LabelColumns[] {
  if (asked.label !== undefined) return [{ label: columnsOf(asked, 'label'), isUsual: true }];
  const names = sampled.names.filter((name) => !taken.includes(name));
  const usual = (wanted: readonly string[]): LabelColumns[] =>
    wanted
      .flatMap((name) => spelled(names, name) ?? [])
      .filter((name) => mostly(sampled.values(name), isLabel) && !isSaid(sampled.values(name)))
      .map((name) => ({ label: [name], isUsual: true }));
  const [first] = usual(firstNames);
  if (first !== undefined) return [first];
  const others = usual(otherNames);
  if (others.length > 0) return others;
  const last = usual(lastNames).slice(0, 1);
  if (last.length > 0) return last;
  const told = names
    .filter((name) => isTold(name) && isChoice(sampled, name))
    .map((name) => ({ label: [name], isUsual: areSides(sampled, name) }));
  if (told.length > 0) return told;
  const flags = names.filter((name) => isFlag(sampled.values(name)));
  if (flags.length > 1) return [{ label: flags, isUsual: false }];
  return names
    .filter((name) => isFew(sampled.values(name)))
    .map((name) => ({ label: [name], isUsual: false }));
}

/** Whether a column has a sentence of its own in each row, which is no label whatever it is called. */
function isSaid(values: readonly unknown[]): boolean {
  return values.length >= enough && areProse(values);
}

/** Whether names of files or lists tell rows apart. */
function isChoice(sampled: Sampled, name: string): boolean {
  return name in sampled.told || isFew(sampled.values(name));
}

function mostly(values: readonly unknown[], is: (value: unknown) => boolean): boolean {
  return values.length === 0 || 2 * values.filter(is).length > values.length;
}

function isPassage(value: unknown): boolean {
  const parts = unpacked(value);
  return isText(value) || (Array.isArray(parts) && parts.every(isText));
}

function isLabel(value: unknown): boolean {
  const label = unpacked(value);
  return Array.isArray(label) ? label.every(isName) : isName(label) && !isObject(label);
}

function isName(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Fewest values that tell what a column holds. */
const enough = 10;

/** Few short values, each of them often. */
function isFew(values: readonly unknown[]): boolean {
  if (values.length < enough || !values.every((value) => isName(value))) return false;
  const distinct = new Set(values.map(String));
  const areShort = [...distinct].every((value) => value.length <= 60 && value !== '');
  return areShort && distinct.size > 1 && distinct.size <= Math.min(100, values.length / 2);
}

function isFlag(values: readonly unknown[]): boolean {
  return (
    values.length > 0 &&
    values.every((value) => ['0', '1', 'true', 'false'].includes(String(value)))
  );
}

/** Whether a column marks with 1 the rows that have something, and others with 0. */
export function isMark(values: readonly unknown[]): boolean {
  const found = new Set(values.map(String));
  return found.size === 2 && found.has('0') && found.has('1');
}

/** What the labels of the sampled rows are, and what parts several in one text. */
function kindOfLabels(
  sampled: Sampled,
  columns: readonly string[],
): Pick<Match, 'problem' | 'separator' | 'areNumbers'> {
  const [column = ''] = columns;
  if (columns.length > 1) return { problem: 'multi-label' };
  const values = sampled.values(column).map(unpacked);
  if (values.some((value) => Array.isArray(value)))
    return { problem: areFractions(values.flat()) ? 'regression' : 'multi-label' };
  const separator = separators.find((each) => isSeparated(values, each));
  if (separator !== undefined) return { problem: 'multi-label', separator };
  const texts = values.filter(isText);
  // Cells without a number are wrong rows, as long as most have one.
  const numbers = texts.filter((text) => text.trim() !== '' && !isPlaceholder(text));
  const areWritten =
    numbers.length > 0 &&
    2 * numbers.length >= texts.length &&
    texts.length === values.length &&
    numbers.every(isNumber);
  if (areWritten && areFractions(numbers.map(Number)))
    return { problem: 'regression', areNumbers: true };
  const isScore =
    column.toLowerCase() === 'score' && mostly(values, (each) => typeof each === 'number');
  return { problem: isScore || areFractions(values) ? 'regression' : 'single-label' };
}

/** Numbers, one of which has a fraction: whole ones are names of classes. */
function areFractions(values: readonly unknown[]): boolean {
  const numbers = values.filter((value) => typeof value === 'number');
  const areMost = numbers.length > 0 && 2 * numbers.length >= values.length;
  return areMost && !numbers.every((value) => Number.isInteger(value));
}

/** Whether some labels are lists of short names with such a mark between them. */
function isSeparated(values: readonly unknown[], separator: string): boolean {
  if (!values.every(isText)) return false;
  const several = values.filter((value) => value.includes(separator));
  const parts = values.flatMap((value) => value.split(separator).map((part) => part.trim()));
  const areShort = parts.every((part) => part.length <= 40);
  return several.length > 1 && areShort && new Set(parts).size < parts.length;
}

/** Whether a name is one that labels have. */
export function isLabelName(name: string): boolean {
  return usualLabels.has(name.toLowerCase());
}

/** Whether a column could hold one of few labels, by what it holds. */
export function isLabelColumn(values: readonly unknown[]): boolean {
  return isFew(values);
}
