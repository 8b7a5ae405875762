import { LatheError } from '@lathe/contracts/error';
import { sizeText } from '@lathe/contracts/words/size';
import { records, splitCells } from '../../read/csv-records.ts';
import { pairOf, type TalkPair } from '../pair.ts';
import type { Tally } from '../tally.ts';
import { asking, fingerprint, tidy } from '../words.ts';
import { htmlText } from './html-blocks.ts';

const questionNames = /^(?:q|questions?|title|ask|prompt|frage|pregunta)$/i;
const answerNames = /^(?:a|answers?|response|reply|body|antwort|respuesta)$/i;
const mostRowBytes = 1024 * 1024;

/**
 * The rows of a table whose columns are named question and answer (or Q and A …), or that has just two columns of
 * which the first asks. Throws `invalid_file_format` when neither holds.
 */
export async function* tableQuestions(
  text: string,
  file: string,
  tally: Tally,
): AsyncGenerator<TalkPair> {
  const delimiter = delimiterOf(text);
  let columns: readonly [question: number, answer: number] | undefined;
  for await (const record of records(onceOf(text), delimiter, mostRowBytes)) {
    const place = `line ${record.number}`;
    if (!('bytes' in record)) {
      tally.add(`a row longer than ${sizeText(mostRowBytes)}`, `${file} ${place}`);
      continue;
    }
    const cells = splitCells(Buffer.from(record.bytes).toString(), delimiter);
    if (typeof cells === 'string') {
      // Quotes that do not end take the lines after them into the row.
      for (let at = 0; at < record.lines; at++)
        tally.add(`a row in which ${cells}`, `${file} line ${record.number + at}`);
      continue;
    }
    if (columns === undefined) {
      const named = namedColumns(cells);
      columns = named ?? twoColumns(cells, file);
      if (named !== undefined) continue;
      if (!cells.some((cell) => asking(cell) !== undefined)) {
        tally.add('the row of names', `${file} ${place}`);
        continue;
      }
    }
    const question = tidy(cells[columns[0]] ?? '');
    const answer = htmlText(cells[columns[1]] ?? '');
    if (question === '' || answer === '')
      tally.add('a row without a question or an answer', `${file} ${place}`);
    else
      yield pairOf(question, answer, {
        file,
        places: [place],
        rule: 'table',
        score: asking(question) === undefined ? 0.7 : 0.95,
        group: fingerprint(question),
      });
  }
}

function namedColumns(cells: readonly string[]): [number, number] | undefined {
  const names = cells.map((cell) => cell.trim());
  const question = names.findIndex((name) => questionNames.test(name));
  const answer = names.findIndex((name, at) => at !== question && answerNames.test(name));
  return question === -1 || answer === -1 ? undefined : [question, answer];
}

function twoColumns(cells: readonly string[], file: string): [number, number] {
  if (cells.length === 2) return [0, 1];
  throw new LatheError(
    'invalid_file_format',
    `The table ${JSON.stringify(file)} has ${cells.length} columns, and none of them are named question and answer.`,
  );
}

function delimiterOf(text: string): string {
  const [first = ''] = text.replace(/^\ufeff/, '').split(/\r?\n/, 1);
  const count = (delimiter: string): number => first.split(delimiter).length;
  return [',', '\t', ';'].toSorted((a, b) => count(b) - count(a))[0] ?? ',';
}

async function* onceOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
