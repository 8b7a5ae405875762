import type { Line } from '../lines.ts';

type Question = { readonly number: number; readonly record: Readonly<Record<string, unknown>> };

/** Depth of the objects of questions in an article: article, paragraphs, paragraph, questions. */
const questionDepth = 5;

/**
 * The questions of a SQuAD article (1.1 and 2.0) as lines of their own, flat as `{id, question, context, answers: {text,
 * answer_start}}`, without answers where there is none; any other line as it is.
 */
export function flattenArticle(line: Line): Line[] {
  if (!('bytes' in line)) return [line];
  const bytes = Buffer.from(line.bytes.buffer, line.bytes.byteOffset, line.bytes.byteLength);
  if (!bytes.includes('"paragraphs"') || !bytes.includes('"qas"')) return [line];
  const article = articleOf(bytes);
  if (article === undefined) return [line];
  const places = linesOfQuestions(bytes, line.number);
  const questions = questionsOf(article);
  return questions.map((record, at) => ({
    ...line,
    number: places.length === questions.length ? (places[at] as number) : line.number,
    bytes: Buffer.from(JSON.stringify(record)),
  }));
}

type Paragraph = { readonly context: unknown; readonly qas: readonly object[] };

function articleOf(bytes: Buffer): readonly Paragraph[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    // What is wrong with it is said where lines are parsed.
    return undefined;
  }
  const paragraphs = (value as { paragraphs?: unknown }).paragraphs;
  const isParagraph = (each: Paragraph | null): boolean =>
    typeof each === 'object' && each !== null && 'context' in each && areObjects(each.qas);
  return Array.isArray(paragraphs) && paragraphs.every(isParagraph) ? paragraphs : undefined;
}

function areObjects(list: unknown): boolean {
  return Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null);
}

function questionsOf(paragraphs: readonly Paragraph[]): Question['record'][] {
  return paragraphs.flatMap(({ context, qas }) =>
    qas.map((asked) => {
      const { id, question, answers, is_impossible: isImpossible } = asked as Question['record'];
      const isAnswered = Array.isArray(answers) && answers.length > 0;
      return {
        ...(id !== undefined && { id }),
        question,
        context,
        answers:
          isImpossible === true && !isAnswered
            ? { text: [], answer_start: [] }
            : flatAnswers(answers),
        // Which of the two is meant is not known, so the row is wrong.
        ...(isImpossible === true && isAnswered && { is_impossible: true }),
      };
    }),
  );
}

/** A list of answers as two lists; what is none stays as it is, to be refused by its line. */
function flatAnswers(answers: unknown): unknown {
  if (answers === undefined) return { text: [], answer_start: [] };
  if (!areObjects(answers)) return answers;
  const list = answers as readonly Question['record'][];
  return {
    text: list.map(({ text }) => text),
    answer_start: list.map(({ answer_start: start }) => start),
  };
}

/** Lines on which questions begin, in an article that begins on that line. */
function linesOfQuestions(bytes: Buffer, begins: number): number[] {
  const found: number[] = [];
  let line = begins;
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x0a) line++;
    else if (isText) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) isText = false;
    } else if (byte === 0x22) isText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth++;
      if (byte === 0x7b && depth === questionDepth) found.push(line);
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return found;
}
