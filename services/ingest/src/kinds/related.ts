import {
  checkRowKeys,
  checkText,
  fail,
  isBlank,
  nameOf,
  type Report,
  warn,
} from '../check/validate-message.ts';
import type { RawRow, RowKind, RowOf } from './row-kind.ts';

/** A text with one that lies close to it and ones that do not, or two texts with how close they are. */
export const related: RowKind<RowOf<'related'>> = {
  check(row, { reading }, report) {
    const names = textNames(row);
    for (const name of names) checkOne(row[name], name, report);
    const negatives = negativesOf(row);
    for (const [at, text] of negatives.entries()) checkOne(text, `negatives[${at}]`, report);
    if (row.negatives != null && !Array.isArray(row.negatives))
      fail(
        report,
        'negatives',
        'type',
        `negatives must be a list of texts, not ${nameOf(row.negatives)}`,
      );
    if (isScored(row)) {
      const { score } = row;
      if (typeof score !== 'number')
        fail(report, 'score', 'type', `score must be a number, not ${nameOf(score)}`);
      else if (reading?.scoreEnds !== undefined) {
        const [least, most] = reading.scoreEnds;
        if (!(score >= least && score <= most))
          fail(
            report,
            'score',
            'number',
            `score is ${score}, and 'lathe.data.score_range' says that scores are from ${least} to ${most}`,
          );
      }
    } else if (negatives.some((text) => text === row.positive))
      fail(report, 'negatives', 'same', 'a negative says the same as the positive');
    const [first, second] = names;
    if (first !== undefined && second !== undefined && row[first] === row[second])
      warn(report, second, 'same', `${second} says the same as ${first}`);
    checkRowKeys(row, [...names, 'negative', 'negatives', 'score', 'id'], report);
  },
  convert(row, _, line) {
    const texts = [...textNames(row).map((name) => row[name]), ...negativesOf(row)] as string[];
    const score = isScored(row) ? { score: row.score as number } : {};
    return { kind: 'related', line, texts, ...score };
  },
  promptOf: ({ texts }) => texts[0] ?? '',
  answerOf: ({ texts, score }) =>
    [...texts.slice(1), ...(score === undefined ? [] : [score])].join('\n'),
};

function isScored(row: RawRow): boolean {
  return 'sentence1' in row;
}

/** Names of the text and of the one that it is put beside. */
function textNames(row: RawRow): readonly [string, string] {
  if (isScored(row)) return ['sentence1', 'sentence2'];
  return ['query' in row ? 'query' : 'anchor', 'positive'];
}

function negativesOf({ negative, negatives }: RawRow): readonly unknown[] {
  return [...(negative == null ? [] : [negative]), ...(Array.isArray(negatives) ? negatives : [])];
}

function checkOne(text: unknown, name: string, report: Report): void {
  if (text === undefined) fail(report, name, 'missing', `"${name}" is missing`);
  else checkText(text, name, report);
  if (isBlank(text)) fail(report, name, 'empty', `${name} must not be empty`);
}
